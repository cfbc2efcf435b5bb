// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Base64 with padding (RFC 4648 section 4), as signed notes and checkpoints use it.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xff, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  /// Padded Base64 text of the bytes.
  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let count = min(3, bytes.count - index)
      var group = UInt32(bytes[index]) << 16
      if count > 1 { group |= UInt32(bytes[index + 1]) << 8 }
      if count > 2 { group |= UInt32(bytes[index + 2]) }
      for place in 0..<4 {
        let padding = UInt8(ascii: "=")
        text.append(place <= count ? alphabet[Int(group >> UInt32(18 - 6 * place) & 63)] : padding)
      }
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes, or nil where the text is not canonical padded Base64.
  ///
  /// Unused trailing bits must be zero, so that every byte string has one spelling.
  package static func decode(_ text: String) -> [UInt8]? {
    let characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 4 * 3)
    for start in stride(from: 0, to: characters.count, by: 4) {
      let isLast = start + 4 == characters.count
      var padding = 0
      var group: UInt32 = 0
      for place in 0..<4 {
        let character = characters[start + place]
        if character == UInt8(ascii: "="), isLast, place >= 2 {
          padding += 1
          group <<= 6
          continue
        }
        let value = values[Int(character)]
        guard value != 0xff, padding == 0 else { return nil }
        group = group << 6 | UInt32(value)
      }
      if padding == 1, group & 0xff != 0 { return nil }
      if padding == 2, group & 0xffff != 0 { return nil }
      bytes.append(UInt8(truncatingIfNeeded: group >> 16))
      if padding < 2 { bytes.append(UInt8(truncatingIfNeeded: group >> 8)) }
      if padding < 1 { bytes.append(UInt8(truncatingIfNeeded: group)) }
    }
    return bytes
  }

  /// Base64url text without padding (RFC 4648 section 5).
  package static func encodeURL(_ bytes: [UInt8]) -> String {
    String(
      decoding: encode(bytes).utf8.compactMap { character -> UInt8? in
        switch character {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        case UInt8(ascii: "="): nil
        default: character
        }
      }, as: UTF8.self)
  }

  /// The bytes, or nil where the text is not canonical base64url without padding.
  package static func decodeURL(_ text: String) -> [UInt8]? {
    var characters: [UInt8] = []
    characters.reserveCapacity(text.utf8.count + 2)
    for character in text.utf8 {
      switch character {
      case UInt8(ascii: "-"): characters.append(UInt8(ascii: "+"))
      case UInt8(ascii: "_"): characters.append(UInt8(ascii: "/"))
      case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
      default: characters.append(character)
      }
    }
    while !characters.count.isMultiple(of: 4) { characters.append(UInt8(ascii: "=")) }
    return decode(String(decoding: characters, as: UTF8.self))
  }
}
