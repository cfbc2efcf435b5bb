// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The 256 characters with which byte-level tokenizers write bytes in JSON, as GPT-2 does.
///
/// Printable characters of Latin-1 stand for themselves; the other bytes, in order, are U+0100 onward.
/// A space is `Ġ`.
enum ByteAlphabet {
  /// The character of every byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt8 = 0
    return (UInt8.min...UInt8.max).map { byte in
      let isPrintable =
        (0x21...0x7e).contains(byte) || (0xa1...0xac).contains(byte) || byte >= 0xae
      if isPrintable { return Unicode.Scalar(byte) }
      defer { next += 1 }
      return Unicode.Scalar(0x100 + UInt16(next)) ?? Unicode.Scalar(byte)
    }
  }()

  /// The bytes in the order of their characters, which is the order trained vocabularies begin with.
  static let bytesInOrder: [UInt8] = (UInt8.min...UInt8.max).sorted {
    scalars[Int($0)].value < scalars[Int($1)].value
  }

  /// The byte of every character below U+0144; nil where the character is none of the alphabet.
  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
    return bytes
  }()

  /// The bytes a text in the alphabet stands for, or nil where a character is none of it.
  static func decode(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard scalar.value < 0x144, let byte = bytes[Int(scalar.value)] else { return nil }
      result.append(byte)
    }
    return result
  }

  /// The bytes as text in the alphabet.
  static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(scalars[Int(byte)]) }
    return String(text)
  }
}
