// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CWords

/// The hash functions of fingerprints; part of the stored format, never to change within a version.
///
/// A word is its folded UTF-8 in pieces of eight bytes, the first byte lowest, the last piece filled
/// up with zeros; each piece is added to the state by exclusive or, and the state is mixed by the
/// finaliser of MurmurHash3. Words of up to eight bytes never collide. A gram of words `w₀ … w₇` is
/// `w₀·p⁷ + w₁·p⁶ + … + w₇` modulo 2⁶⁴, mixed again, so that each step along the text costs two
/// products. A whole text is hashed by the rounds of XXH64, one a word, with the multipliers here, and
/// mixed. Not cryptographic: two different grams collide by chance once in 2⁶⁴, and somebody who
/// looks for collisions finds them, which can only make a text look like one it does not resemble,
/// never hide a copy.
enum GramHash {
  /// The words in a gram.
  static let length = 8

  /// The words in a gram of the second kind, which only short texts have.
  static let shortLength = 5

  /// Texts of so many words and fewer have grams of the second kind.
  static let longestShortText = 2048

  /// The state before the first byte of a word (the offset basis of FNV-1a).
  static let start = cwords_start

  /// The finaliser of MurmurHash3 (`fmix64`), a bijection.
  @inline(__always)
  static func mixed(_ value: UInt64) -> UInt64 { cwords_mixed(value) }

  /// How many grams a text of that many words has; fewer than eight words make one.
  static func count(ofWords words: Int) -> Int { max(1, words - length + 1) }

  /// How many grams of the second kind a text of that many words has.
  static func shortCount(ofWords words: Int) -> Int {
    words > longestShortText ? 0 : max(0, words - shortLength + 1)
  }

  /// The hashes of a text.
  struct All: Equatable {
    /// The hash of the whole sequence of words and of how many they are.
    var sequence: UInt64
    /// The hash of each run of eight words, in order; none for fewer words.
    var eights: [UInt64]
    /// The hash of each run of five words, in order; none for fewer words or where not wanted.
    var fives: [UInt64]
  }

  /// Hashes all runs of a text's words in one pass.
  ///
  /// - Parameters:
  ///   - words: The hashes of the words.
  ///   - wantsFives: Whether runs of five words are wanted.
  ///   - isPortable: Whether the processor's wide instructions are left alone; for tests.
  /// - Returns: The hashes, the same on every processor.
  /// - Complexity: O(n).
  static func all(
    ofWords words: [UInt64], wantsFives: Bool, isPortable: Bool = false
  ) -> All {
    var all = All(sequence: 0, eights: [], fives: [])
    let eightCount = max(0, words.count - length + 1)
    let fiveCount = wantsFives ? max(0, words.count - shortLength + 1) : 0
    all.eights = [UInt64](unsafeUninitializedCapacity: eightCount) { eights, count in
      let eights = eights.baseAddress
      all.fives = [UInt64](unsafeUninitializedCapacity: fiveCount) { fives, count in
        let fives = fiveCount > 0 ? fives.baseAddress : nil
        all.sequence =
          isPortable
          ? cwords_runs_portable(words, words.count, eights, fives)
          : cwords_runs(words, words.count, eights, fives)
        count = fiveCount
      }
      count = eightCount
    }
    return all
  }
}
