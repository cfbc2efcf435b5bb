// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical

/// A value of a `tokenizer.json` and the path it was found at, so that every error names its key.
struct TokenizerField {
  let value: JSON
  let key: String

  /// The member, if it is there and not null.
  func optional(_ name: String) -> TokenizerField? {
    guard let member = value[name], member != .null else { return nil }
    return TokenizerField(value: member, key: key.isEmpty ? name : key + "." + name)
  }

  /// The member, which must be there.
  func member(_ name: String) throws(TokenizerError) -> TokenizerField {
    guard let member = optional(name) else {
      throw .missing(key: key.isEmpty ? name : key + "." + name)
    }
    return member
  }

  /// The elements of a list.
  func elements() throws(TokenizerError) -> [TokenizerField] {
    guard let values = value.array else { throw wrong("a list") }
    return values.enumerated().map {
      TokenizerField(value: $0.element, key: "\(key)[\($0.offset)]")
    }
  }

  func object() throws(TokenizerError) -> JSONObject {
    guard let object = value.object else { throw wrong("an object") }
    return object
  }

  func string() throws(TokenizerError) -> String {
    guard let string = value.string else { throw wrong("text") }
    return string
  }

  /// A token's identifier.
  func identifier() throws(TokenizerError) -> Int32 {
    guard let number = value.integer, Tokenizer.identifiers.contains(number) else {
      throw wrong("a token identifier below \(Tokenizer.identifiers.upperBound)")
    }
    return Int32(number)
  }

  /// A member that is true or false, or left out.
  func flag(_ name: String, default fallback: Bool = false) throws(TokenizerError) -> Bool {
    guard let field = optional(name) else { return fallback }
    guard let flag = field.value.bool else { throw field.wrong("true or false") }
    return flag
  }

  /// The name in the member `type`, which says what kind of step an object describes.
  func type() throws(TokenizerError) -> String {
    guard value.object != nil else { throw wrong("an object") }
    return try member("type").string()
  }

  func wrong(_ expected: String) -> TokenizerError { .wrong(key: key, expected: expected) }
}
