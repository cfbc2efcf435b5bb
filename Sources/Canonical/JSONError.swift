// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a JSON text that this project reads.
package enum JSONError: Error, Hashable, Sendable {
  /// The text ended inside a value.
  case unexpectedEnd
  /// A byte that cannot stand where it stands.
  case unexpectedByte(UInt8, offset: Int)
  /// Text after the value.
  case trailingBytes(offset: Int)
  /// The bytes are not UTF-8, or an escape names half a surrogate pair.
  case invalidText(offset: Int)
  /// A name occurs twice in one object.
  case duplicateKey(String)
  /// A number that is not one by RFC 8259, or is too large for a double.
  case invalidNumber(offset: Int)
  /// Nested deeper than `JSON.maximumDepth`.
  case tooDeep(limit: Int)
  /// Infinity and NaN have no JSON form.
  case notFinite
}

extension JSONError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unexpectedEnd: "the JSON text ends too early"
    case .unexpectedByte(let byte, let offset):
      "unexpected byte 0x\(String(byte, radix: 16)) at offset \(offset) of the JSON text"
    case .trailingBytes(let offset): "something follows the JSON value at offset \(offset)"
    case .invalidText(let offset): "a string at offset \(offset) is not valid Unicode"
    case .duplicateKey(let key): "the name '\(key)' occurs twice in one JSON object"
    case .invalidNumber(let offset): "the number at offset \(offset) is not a JSON number"
    case .tooDeep(let limit): "the JSON text nests deeper than \(limit) levels"
    case .notFinite: "a number is not finite"
    }
  }
}
