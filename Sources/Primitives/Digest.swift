// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A 256-bit digest, held as four big-endian words.
///
/// Words compare and hash about ten times faster than byte arrays, and the type is a plain value
/// that can be a dictionary key. Ordering is that of the bytes, so sorting digests sorts their
/// hexadecimal form. Not for secrets: comparison takes variable time.
package struct Digest: Hashable, Sendable {
  package var word0: UInt64
  package var word1: UInt64
  package var word2: UInt64
  package var word3: UInt64

  /// The number of bytes in a digest.
  package static let byteCount = 32

  /// Makes a digest from its four big-endian words, most significant first.
  package init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  /// Makes a digest from exactly 32 bytes, or nil.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for (index, byte) in bytes.enumerated() {
      let value = UInt64(byte)
      switch index / 8 {
      case 0: words.0 = words.0 << 8 | value
      case 1: words.1 = words.1 << 8 | value
      case 2: words.2 = words.2 << 8 | value
      default: words.3 = words.3 << 8 | value
      }
    }
    self.init(words.0, words.1, words.2, words.3)
  }

  /// Makes a digest from exactly 32 bytes in an array, or nil.
  ///
  /// Beside the generic one since that is not specialised in other modules, which costs microseconds.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self = bytes.withUnsafeBytes { buffer in
      func word(_ offset: Int) -> UInt64 {
        UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
      return Digest(word(0), word(8), word(16), word(24))
    }
  }

  /// Reads 64 lowercase hexadecimal digits; anything else is nil, so that a digest has one spelling.
  package init?(hex: String) {
    var hex = hex
    guard let digest = hex.withUTF8({ Self.parse($0) }) else { return nil }
    self = digest
  }

  private static func parse(_ digits: UnsafeBufferPointer<UInt8>) -> Digest? {
    guard digits.count == 2 * byteCount else { return nil }
    func word(_ first: Int) -> UInt64? {
      var word: UInt64 = 0
      for place in first..<first + 16 {
        let digit = digits[place]
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): word = word << 4 | UInt64(digit & 15)
        case UInt8(ascii: "a")...UInt8(ascii: "f"): word = word << 4 | UInt64(digit - 87)
        default: return nil
        }
      }
      return word
    }
    guard let first = word(0), let second = word(16), let third = word(32), let fourth = word(48)
    else { return nil }
    return Digest(first, second, third, fourth)
  }

  /// The 32 bytes, most significant first.
  package var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
      let memory = UnsafeMutableRawBufferPointer(buffer)
      memory.storeBytes(of: word0.bigEndian, toByteOffset: 0, as: UInt64.self)
      memory.storeBytes(of: word1.bigEndian, toByteOffset: 8, as: UInt64.self)
      memory.storeBytes(of: word2.bigEndian, toByteOffset: 16, as: UInt64.self)
      memory.storeBytes(of: word3.bigEndian, toByteOffset: 24, as: UInt64.self)
      count = Self.byteCount
    }
  }

  /// Sixty-four lowercase hexadecimal digits.
  package var hex: String {
    String(unsafeUninitializedCapacity: 2 * Self.byteCount) { buffer in
      var place = 0
      for word in [word0, word1, word2, word3] {
        for shift in stride(from: 60 as UInt64, through: 0, by: -4) {
          let digit = UInt8(truncatingIfNeeded: word >> shift & 15)
          buffer[place] = digit < 10 ? 48 + digit : 87 + digit
          place += 1
        }
      }
      return place
    }
  }

  /// The first twelve hexadecimal digits, for tables read by people.
  package var short: String { String(hex.prefix(12)) }
}

extension Digest: Comparable {
  package static func < (left: Digest, right: Digest) -> Bool {
    if left.word0 != right.word0 { return left.word0 < right.word0 }
    if left.word1 != right.word1 { return left.word1 < right.word1 }
    if left.word2 != right.word2 { return left.word2 < right.word2 }
    return left.word3 < right.word3
  }
}

extension Digest: CustomStringConvertible {
  package var description: String { hex }
}
