// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What of a text is kept to recognise it again: its runs of eight words, in the order of the text.
///
/// Exact, not sampled: every gram is in it. A text of fewer than eight words has one gram made of
/// all its words, and is recognised only as a whole. The order makes the length of a shared passage
/// known without the text, so every decision can be derived again from fingerprints alone. Texts of
/// up to ``GramHash/longestShortText`` words also have their runs of five words, because few runs of
/// eight survive where every fifth word of a short text is another. The text
/// cannot be read back from it, but somebody who guesses a passage can check the guess.
package struct Fingerprint: Sendable, Equatable {
  /// How many words the text has, at least one.
  package let wordCount: Int
  /// The hash of all words in order; equal where two texts differ in nothing that folding keeps.
  package let sequence: UInt64
  /// The gram at each word that begins one, in the order of the text, at least one.
  package let gramsInOrder: [UInt64]
  /// The runs of five words of a short text, in its order; none for longer texts.
  package let shortGramsInOrder: [UInt64]

  /// The distinct grams in ascending order, at least one; sorted at each call.
  ///
  /// - Complexity: O(n) in the number of words.
  package var grams: [UInt64] { GramSorting.distinct(gramsInOrder) }

  /// The distinct runs of five words of a short text in ascending order; sorted at each call.
  package var shortGrams: [UInt64] { GramSorting.distinct(shortGramsInOrder) }

  /// Makes the fingerprint of a text that was read into words.
  ///
  /// - Complexity: O(n) in the number of words.
  package init(_ words: WordSequence) {
    let hashes = GramHash.all(
      ofWords: words.hashes, wantsFives: words.count <= GramHash.longestShortText)
    self.init(
      wordCount: words.count, sequence: hashes.sequence,
      gramsInOrder: words.count < GramHash.length ? [hashes.sequence] : hashes.eights,
      shortGramsInOrder: hashes.fives)
  }

  /// Makes the fingerprint of a text in UTF-8.
  package init(utf8 bytes: [UInt8]) throws(FingerprintError) {
    self.init(try WordSequence(utf8: bytes))
  }

  /// Takes values that were checked: as many grams of both kinds as the words make.
  init(
    wordCount: Int, sequence: UInt64, gramsInOrder: [UInt64], shortGramsInOrder: [UInt64]
  ) {
    self.wordCount = wordCount
    self.sequence = sequence
    self.gramsInOrder = gramsInOrder
    self.shortGramsInOrder = shortGramsInOrder
  }
}
