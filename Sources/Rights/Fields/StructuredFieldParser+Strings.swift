// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension StructuredFieldParser {
  /// Printable ASCII in quotes, with `\"` and `\\`.
  mutating func string() throws(StructuredFieldError) -> String {
    offset += 1
    var text: [UInt8] = []
    while !isAtEnd {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return ASCII.text(text)
      case UInt8(ascii: "\\"):
        guard !isAtEnd, [UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(bytes[offset]) else {
          throw failure
        }
        text.append(bytes[offset])
        offset += 1
      case 0x20...0x7e: text.append(byte)
      default: throw failure
      }
    }
    throw failure
  }

  /// Base64 between colons; padding may be left out.
  mutating func byteSequence() throws(StructuredFieldError) -> [UInt8] {
    offset += 1
    guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: ":")) else { throw failure }
    var (bits, value): (Int, UInt32) = (0, 0)
    var result: [UInt8] = []
    for byte in bytes[offset..<end] where byte != UInt8(ascii: "=") {
      guard let digit = Self.base64Digit(byte) else { throw failure }
      value = value << 6 | UInt32(digit)
      bits += 6
      if bits >= 8 {
        bits -= 8
        result.append(UInt8(truncatingIfNeeded: value >> UInt32(bits)))
      }
    }
    offset = end + 1
    return result
  }

  private static func base64Digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }

  /// Unicode text as `%"…"` with octets outside ASCII as `%xx` in lower case.
  mutating func displayString() throws(StructuredFieldError) -> String {
    offset += 1
    guard !isAtEnd, bytes[offset] == UInt8(ascii: "\"") else { throw failure }
    offset += 1
    var text: [UInt8] = []
    while !isAtEnd {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw failure }
        return string
      case UInt8(ascii: "%"):
        guard offset + 1 < bytes.count, let high = lowercaseDigit(bytes[offset]),
          let low = lowercaseDigit(bytes[offset + 1])
        else { throw failure }
        text.append(high << 4 | low)
        offset += 2
      case 0x20...0x7e: text.append(byte)
      default: throw failure
      }
    }
    throw failure
  }

  private func lowercaseDigit(_ byte: UInt8) -> UInt8? {
    (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte) ? nil : ASCII.digit(byte)
  }
}
