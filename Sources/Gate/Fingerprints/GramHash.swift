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

  /// The multiplier of grams: 2⁶⁴ divided by the golden ratio, made odd.
  static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// The multiplier of whole texts: the first prime of XXH64.
  static let sequenceMultiplier: UInt64 = 0x9e37_79b1_85eb_ca87

  /// The finaliser of MurmurHash3 (`fmix64`), a bijection.
  @inline(__always)
  static func mixed(_ value: UInt64) -> UInt64 { cwords_mixed(value) }

  /// How many grams a text of that many words has; fewer than eight words make one.
  static func count(ofWords words: Int) -> Int { max(1, words - length + 1) }

  /// How many grams of the second kind a text of that many words has.
  static func shortCount(ofWords words: Int) -> Int {
    words > longestShortText ? 0 : max(0, words - shortLength + 1)
  }

  /// The hash of each run of eight words, in order; for fewer words one hash of them all.
  static func grams(ofWords words: [UInt64]) -> [UInt64] {
    words.count < length ? [sequence(ofWords: words)] : runs(of: length, in: words)
  }

  /// The hash of each run of five words of a short text, in order; none for other texts.
  static func shortGrams(ofWords words: [UInt64]) -> [UInt64] {
    shortCount(ofWords: words.count) == 0 ? [] : runs(of: shortLength, in: words)
  }

  /// The hash of a whole sequence of words and of how many they are.
  static func sequence(ofWords words: [UInt64]) -> UInt64 {
    var sum = UInt64(words.count)
    for word in words {
      sum &+= word &* multiplier
      sum = (sum << 31 | sum >> 33) &* sequenceMultiplier
    }
    return mixed(sum)
  }

  /// The hash of each run of so many words, in order; none for fewer words.
  @inline(__always)
  static func runs(of length: Int, in words: [UInt64]) -> [UInt64] {
    guard words.count >= length else { return [] }
    let leaving = (0..<length).reduce(1 as UInt64) { power, _ in power &* multiplier }
    let count = words.count - length + 1
    let words = words.span
    return Array(unsafeUninitializedCapacity: count) { grams, initialized in
      var sum: UInt64 = 0
      for index in 0..<length - 1 { sum = sum &* multiplier &+ words[index] }
      var left: UInt64 = 0
      for index in 0..<count {
        sum = sum &* multiplier &+ words[index + length - 1] &- left &* leaving
        left = words[index]
        grams.initializeElement(at: index, to: mixed(sum))
      }
      initialized = count
    }
  }
}
