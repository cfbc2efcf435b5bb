// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259) whose canonical bytes are defined (RFC 8785).
///
/// Numbers are integers where the text has neither fraction nor exponent and the magnitude is at
/// most 2⁵³−1, else doubles. Signed documents of this project hold no doubles at all
/// (`isInteroperable`), so that every implementation of JCS gives the same bytes.
package enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case double(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)

  /// The largest magnitude an integer may have and still be exact in every implementation.
  package static let largestExactInteger: Int64 = 9_007_199_254_740_991
}

// MARK: - Reading fields

extension JSON {
  /// The string, if this is one.
  package var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The integer, if this is one.
  package var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The number as a double, if this is a number.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The truth value, if this is one.
  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The elements, if this is an array.
  package var array: [JSON]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// The members, if this is an object.
  package var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The member of that name, if this is an object that has one.
  package subscript(key: String) -> JSON? { object?[key] }

  /// Whether every key is ASCII and every number an exact integer, so that all canonicalisers agree.
  package var isInteroperable: Bool {
    switch self {
    case .null, .bool, .string: true
    case .integer(let value): value.magnitude <= UInt64(Self.largestExactInteger)
    case .double: false
    case .array(let values): values.allSatisfy(\.isInteroperable)
    case .object(let object):
      object.members.allSatisfy {
        $0.key.utf8.allSatisfy { $0 < 128 } && $0.value.isInteroperable
      }
    }
  }
}

// MARK: - Literals

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(elements))
  }
}
