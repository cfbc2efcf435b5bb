// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What of a text is kept to recognise it again: the set of its runs of eight words.
///
/// Exact, not sampled: every gram is in it. A text of fewer than eight words has one gram made of
/// all its words, and is recognised only as a whole. The text cannot be read back from it, but
/// somebody who guesses a passage can check the guess.
package struct Fingerprint: Sendable, Equatable {
  /// How many words the text has, at least one.
  package let wordCount: Int
  /// The hash of all words in order; equal where two texts differ in nothing that folding keeps.
  package let sequence: UInt64
  /// The distinct grams in ascending order, at least one.
  package let grams: [UInt64]

  /// Makes the fingerprint of a text that was read into words.
  ///
  /// - Complexity: O(n log n) in the number of words.
  package init(_ words: WordSequence) {
    wordCount = words.count
    sequence = GramHash.sequence(ofWords: words.hashes)
    var sorted = GramHash.grams(ofWords: words.hashes)
    sorted.sort()
    grams = Self.unique(sorted)
  }

  /// Makes the fingerprint of a text in UTF-8.
  package init(utf8 bytes: [UInt8]) throws(FingerprintError) {
    self.init(try WordSequence(utf8: bytes))
  }

  /// Takes values that were checked: ascending distinct grams, no more than the words allow.
  init(wordCount: Int, sequence: UInt64, grams: [UInt64]) {
    self.wordCount = wordCount
    self.sequence = sequence
    self.grams = grams
  }

  private static func unique(_ sorted: [UInt64]) -> [UInt64] {
    var unique: [UInt64] = []
    unique.reserveCapacity(sorted.count)
    for gram in sorted where gram != unique.last { unique.append(gram) }
    return unique
  }
}
