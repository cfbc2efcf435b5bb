// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Decoding {
  /// The scalar whose first byte stands at `index`, and how many bytes it takes; nil where the
  /// bytes are not UTF-8.
  static func scalar(
    in bytes: borrowing Span<UInt8>, at index: Int
  ) -> (scalar: Unicode.Scalar, length: Int)? {
    let first = bytes[index]
    let length: Int
    let lowest: UInt32
    var value: UInt32
    switch first {
    case 0..<0x80: (length, lowest, value) = (1, 0, UInt32(first))
    case 0xc2..<0xe0: (length, lowest, value) = (2, 0x80, UInt32(first & 0x1f))
    case 0xe0..<0xf0: (length, lowest, value) = (3, 0x800, UInt32(first & 0x0f))
    case 0xf0..<0xf5: (length, lowest, value) = (4, 0x10000, UInt32(first & 0x07))
    default: return nil
    }
    guard index + length <= bytes.count else { return nil }
    for offset in 1..<max(length, 1) {
      let byte = bytes[index + offset]
      guard byte & 0xc0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3f)
    }
    guard value >= lowest, let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }
}
