// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Reads the members of one JSON object strictly: each by name and type, and no others.
///
/// ```swift
/// var fields = try JSONFields(value, of: "revenue.reported")
/// let period = try fields.string("period")
/// try fields.finish()  // throws `unknown` for a member that nobody asked for
/// ```
package struct JSONFields {
  private let object: JSONObject
  private let subject: String
  /// Which members were read, a bit each; those beyond the width of a word by their place.
  private var read: UInt64 = 0
  private var readBeyond: Set<Int> = []

  /// Starts with all members unread.
  ///
  /// - Parameters:
  ///   - value: The value, which must be an object.
  ///   - subject: What the object is, for errors.
  /// - Throws: `JSONFieldError.notAnObject`.
  package init(_ value: JSON?, of subject: String) throws(JSONFieldError) {
    guard let object = value?.object else { throw .notAnObject(subject: subject) }
    self.object = object
    self.subject = subject
  }

  /// The value of a member, which must be there.
  package mutating func value(_ name: String) throws(JSONFieldError) -> JSON {
    guard let value = optional(name) else { throw .missing(name: name, subject: subject) }
    return value
  }

  /// The value of a member that may be absent.
  package mutating func optional(_ name: String) -> JSON? {
    guard let index = object.index(of: name), !isRead(index) else { return nil }
    if index < UInt64.bitWidth { read |= 1 << UInt64(index) } else { readBeyond.insert(index) }
    return object.members[index].value
  }

  /// Whether a member is there and unread.
  package func has(_ name: String) -> Bool {
    object.index(of: name).map { !isRead($0) } ?? false
  }

  private func isRead(_ index: Int) -> Bool {
    index < UInt64.bitWidth ? read >> UInt64(index) & 1 == 1 : readBeyond.contains(index)
  }

  /// A member that is text.
  package mutating func string(_ name: String) throws(JSONFieldError) -> String {
    guard let text = try value(name).string else { throw wrong(name, "text") }
    return text
  }

  /// A member that is an integer in the range.
  package mutating func integer(
    _ name: String, in range: ClosedRange<Int64> = 0...JSON.largestExactInteger
  ) throws(JSONFieldError) -> Int64 {
    guard let number = try value(name).integer, range.contains(number) else {
      throw wrong(name, "an integer in \(range.lowerBound)…\(range.upperBound)")
    }
    return number
  }

  /// A member that is true or false.
  package mutating func bool(_ name: String) throws(JSONFieldError) -> Bool {
    guard let truth = try value(name).bool else { throw wrong(name, "true or false") }
    return truth
  }

  /// A member that is a list.
  package mutating func array(_ name: String) throws(JSONFieldError) -> [JSON] {
    guard let values = try value(name).array else { throw wrong(name, "a list") }
    return values
  }

  /// A member that is text which a reader accepts.
  package mutating func parsed<Value>(
    _ name: String, as form: String, _ parse: (String) -> Value?
  ) throws(JSONFieldError) -> Value {
    guard let result = parse(try string(name)) else { throw wrong(name, form) }
    return result
  }

  /// Says that everything was read; a member nobody asked for is an error.
  package func finish() throws(JSONFieldError) {
    guard let unread = object.members.indices.first(where: { !isRead($0) }) else { return }
    throw .unknown(name: object.members[unread].key, subject: subject)
  }

  private func wrong(_ name: String, _ expected: String) -> JSONFieldError {
    .wrong(name: name, expected: expected, subject: subject)
  }
}

/// Why an object does not have the form it should have.
package enum JSONFieldError: Error, Hashable, Sendable {
  case notAnObject(subject: String)
  case missing(name: String, subject: String)
  case wrong(name: String, expected: String, subject: String)
  case unknown(name: String, subject: String)
}

extension JSONFieldError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAnObject(let subject): "\(subject) is not a JSON object"
    case .missing(let name, let subject): "\(subject) lacks '\(name)'"
    case .wrong(let name, let expected, let subject):
      "'\(name)' of \(subject) is not \(expected)"
    case .unknown(let name, let subject): "\(subject) has an unknown member '\(name)'"
    }
  }
}
