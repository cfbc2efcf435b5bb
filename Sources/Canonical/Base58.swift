// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Base58 in the Bitcoin alphabet, as `did:key` and Data Integrity proofs use it behind multibase `z`.
package enum Base58 {
  /// The longest text that is decoded; the algorithm is quadratic and nothing here is longer.
  package static let maximumLength = 256

  private static let alphabet = Array(
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

  /// The value of each byte as a digit; 255 for what is none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  /// Five digits are taken at a time: 58⁵ fits a word of 32 bits.
  private static let group = 5
  private static let powers: [UInt64] = [1, 58, 3364, 195_112, 11_316_496, 656_356_768]

  /// The text of the bytes, one `1` for each leading zero byte.
  ///
  /// - Complexity: O(*n*²).
  package static func encode(_ bytes: [UInt8]) -> String {
    // Words of base 58⁵, the lowest first.
    var words: [UInt32] = []
    for byte in bytes {
      var carry = UInt64(byte)
      for index in words.indices {
        carry += UInt64(words[index]) << 8
        words[index] = UInt32(carry % powers[group])
        carry /= powers[group]
      }
      if carry > 0 { words.append(UInt32(carry)) }
    }
    var digits: [UInt8] = []
    for word in words {
      var rest = word
      for _ in 0..<group {
        digits.append(alphabet[Int(rest % 58)])
        rest /= 58
      }
    }
    while digits.last == alphabet[0] { digits.removeLast() }
    let zeros = repeatElement(alphabet[0], count: bytes.prefix { $0 == 0 }.count)
    return String(decoding: zeros + digits.reversed(), as: UTF8.self)
  }

  /// The bytes, or nil for a character outside the alphabet or a text that is too long.
  package static func decode(_ text: String) -> [UInt8]? {
    guard text.utf8.count <= maximumLength else { return nil }
    // Words of base 2³², the lowest first.
    var words: [UInt32] = []
    var (pending, count) = (UInt64(0), 0)
    func shift() {
      var carry = pending
      for index in words.indices {
        carry += UInt64(words[index]) * powers[count]
        words[index] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      if carry > 0 { words.append(UInt32(carry)) }
      (pending, count) = (0, 0)
    }
    for character in text.utf8 {
      let value = values[Int(character)]
      guard value < 58 else { return nil }
      pending = pending * 58 + UInt64(value)
      count += 1
      if count == group { shift() }
    }
    if count > 0 { shift() }
    let zeros = text.utf8.prefix { $0 == alphabet[0] }.count
    var bytes = [UInt8](repeating: 0, count: zeros)
    bytes.reserveCapacity(zeros + 4 * words.count)
    var isLeading = true
    for word in words.reversed() {
      for place in [24, 16, 8, 0] as [UInt32] {
        let byte = UInt8(truncatingIfNeeded: word >> place)
        if isLeading, byte == 0 { continue }
        isLeading = false
        bytes.append(byte)
      }
    }
    return bytes
  }
}
