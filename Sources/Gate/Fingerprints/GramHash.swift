// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The hash functions of fingerprints; part of the stored format, never to change within a version.
///
/// A word is FNV-1a (64 bits) over its folded UTF-8 bytes, mixed by the finaliser of MurmurHash3. A
/// gram of words `w₀ … w₇` is `w₀·p⁷ + w₁·p⁶ + … + w₇` modulo 2⁶⁴, mixed again, so that each step
/// along the text costs two products. Not cryptographic: two different grams collide by chance once
/// in 2⁶⁴, and somebody who looks for collisions finds them, which can only make a text look like
/// one it does not resemble, never hide a copy.
enum GramHash {
  /// The words in a gram.
  static let length = 8

  /// The state before the first byte of a word (offset basis of FNV-1a).
  static let start: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The multiplier of grams: 2⁶⁴ divided by the golden ratio, made odd.
  static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// The multiplier to the power of eight: the weight of a word that has left the window.
  static let leaving: UInt64 = {
    var power: UInt64 = 1
    for _ in 0..<length { power &*= multiplier }
    return power
  }()

  /// The state after one more byte of a word.
  @inline(__always)
  static func adding(_ byte: UInt8, to state: UInt64) -> UInt64 {
    (state ^ UInt64(byte)) &* 0x100_0000_01b3
  }

  /// The finaliser of MurmurHash3 (`fmix64`), a bijection.
  @inline(__always)
  static func mixed(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ value >> 33) &* 0xff51_afd7_ed55_8ccd
    value = (value ^ value >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return value ^ value >> 33
  }

  /// The hash of each run of eight words, in order; for fewer words one hash of them all.
  static func grams(ofWords words: [UInt64]) -> [UInt64] {
    guard words.count >= length else { return [sequence(ofWords: words)] }
    var grams: [UInt64] = []
    grams.reserveCapacity(words.count - length + 1)
    var sum: UInt64 = 0
    let words = words.span
    for index in 0..<words.count {
      sum = sum &* multiplier &+ words[index]
      if index >= length { sum &-= words[index - length] &* leaving }
      if index >= length - 1 { grams.append(mixed(sum)) }
    }
    return grams
  }

  /// The hash of a whole sequence of words and of how many they are.
  static func sequence(ofWords words: [UInt64]) -> UInt64 {
    var sum = UInt64(words.count)
    for word in words { sum = mixed(sum &* multiplier &+ word) }
    return sum
  }
}
