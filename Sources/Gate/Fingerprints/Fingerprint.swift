// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What of a text is kept to recognise it again: its runs of eight words, in the order of the text.
///
/// Exact, not sampled: every gram is in it. A text of fewer than eight words has one gram made of
/// all its words, and is recognised only as a whole. The order makes the length of a shared passage
/// known without the text, so every decision can be derived again from fingerprints alone. The text
/// cannot be read back from it, but somebody who guesses a passage can check the guess.
package struct Fingerprint: Sendable, Equatable {
  /// How many words the text has, at least one.
  package let wordCount: Int
  /// The hash of all words in order; equal where two texts differ in nothing that folding keeps.
  package let sequence: UInt64
  /// The gram at each word that begins one, in the order of the text, at least one.
  package let gramsInOrder: [UInt64]
  /// The distinct grams in ascending order, at least one.
  package let grams: [UInt64]

  /// Makes the fingerprint of a text that was read into words.
  ///
  /// - Complexity: O(n log n) in the number of words.
  package init(_ words: WordSequence) {
    self.init(
      wordCount: words.count, sequence: GramHash.sequence(ofWords: words.hashes),
      gramsInOrder: GramHash.grams(ofWords: words.hashes))
  }

  /// Makes the fingerprint of a text in UTF-8.
  package init(utf8 bytes: [UInt8]) throws(FingerprintError) {
    self.init(try WordSequence(utf8: bytes))
  }

  /// Takes values that were checked: as many grams as the words make.
  init(wordCount: Int, sequence: UInt64, gramsInOrder: [UInt64]) {
    self.wordCount = wordCount
    self.sequence = sequence
    self.gramsInOrder = gramsInOrder
    grams = Self.unique(gramsInOrder.sorted())
  }

  private static func unique(_ sorted: [UInt64]) -> [UInt64] {
    var unique: [UInt64] = []
    unique.reserveCapacity(sorted.count)
    for gram in sorted where gram != unique.last { unique.append(gram) }
    return unique
  }
}
