// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension JSON {
  /// The canonical bytes of RFC 8785: sorted names, no white space, ES6 numbers, minimal escapes.
  ///
  /// - Precondition: doubles are finite, which holds for everything that was parsed.
  package var canonicalBytes: [UInt8] {
    var bytes: [UInt8] = []
    appendCanonical(to: &bytes)
    return bytes
  }

  /// The canonical form as text.
  package var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

  /// The canonical order with two-space indentation, for files that people open.
  package var prettyText: String {
    var bytes: [UInt8] = []
    appendPretty(to: &bytes, indent: 0)
    bytes.append(UInt8(ascii: "\n"))
    return String(decoding: bytes, as: UTF8.self)
  }

  private func appendCanonical(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): bytes.append(contentsOf: Self.text(of: value).utf8)
    case .double(let value): bytes.append(contentsOf: ECMAScriptNumber.text(of: value).utf8)
    case .string(let value): Self.append(string: value, to: &bytes)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        value.appendCanonical(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.append(string: member.key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.appendCanonical(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private func appendPretty(to bytes: inout [UInt8], indent: Int) {
    func newLine(_ depth: Int) {
      bytes.append(UInt8(ascii: "\n"))
      bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }
    switch self {
    case .array(let values) where !values.isEmpty:
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        newLine(indent + 1)
        value.appendPretty(to: &bytes, indent: indent + 1)
      }
      newLine(indent)
      bytes.append(UInt8(ascii: "]"))
    case .object(let object) where !object.members.isEmpty:
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        newLine(indent + 1)
        Self.append(string: member.key, to: &bytes)
        bytes.append(contentsOf: ": ".utf8)
        member.value.appendPretty(to: &bytes, indent: indent + 1)
      }
      newLine(indent)
      bytes.append(UInt8(ascii: "}"))
    default: appendCanonical(to: &bytes)
    }
  }

  /// An integer beyond 2⁵³−1 is written as the double that every reader would make of it.
  private static func text(of value: Int64) -> String {
    value.magnitude <= UInt64(largestExactInteger)
      ? String(value) : ECMAScriptNumber.text(of: Double(value))
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func append(string: String, to bytes: inout [UInt8]) {
    var string = string
    bytes.append(UInt8(ascii: "\""))
    string.withUTF8 { text in
      // What needs no escape is copied in runs.
      var start = 0
      for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5c {
        bytes.append(contentsOf: text[start..<index])
        appendEscape(of: byte, to: &bytes)
        start = index + 1
      }
      bytes.append(contentsOf: text[start...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
    case 0x08: bytes.append(contentsOf: "\\b".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x0a: bytes.append(contentsOf: "\\n".utf8)
    case 0x0c: bytes.append(contentsOf: "\\f".utf8)
    case 0x0d: bytes.append(contentsOf: "\\r".utf8)
    default:
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    }
  }
}
