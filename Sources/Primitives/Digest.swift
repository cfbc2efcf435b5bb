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

  /// Reads 64 lowercase hexadecimal digits; anything else is nil, so that a digest has one spelling.
  package init?(hex: String) {
    let isLowercase = !hex.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
    guard hex.utf8.count == 2 * Self.byteCount, isLowercase, let bytes = Hex.decode(hex) else {
      return nil
    }
    self.init(bytes: bytes)
  }

  /// The 32 bytes, most significant first.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.byteCount)
    for word in [word0, word1, word2, word3] {
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    return bytes
  }

  /// Sixty-four lowercase hexadecimal digits.
  package var hex: String { Hex.encode(bytes) }

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
