// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Translates an expression of Oniguruma's Ruby syntax, which `tokenizers` uses, to PCRE2's.
///
/// Passes on what both read alike, rewrites `\s` and `\S` (PCRE2's also hold U+180E), `\u0000` and
/// `{,n}`, and refuses the rest, so that no expression means something else here than there. Refused
/// are `\w`, `\b` and `\h` (other sets of characters), set operations and sets within sets, options
/// other than `(?i:…)`, `{n,m}+`, `{n}?`, and back references.
package struct PatternTranslation {
  private let scalars: [Unicode.Scalar]
  private let key: String
  private var index = 0
  private var output = String.UnicodeScalarView()

  /// White space by Unicode's property, as members of a set.
  private static let space =
    #"\t-\r\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"#
  /// Everything else, as members of a set.
  private static let notSpace =
    #"\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}"#
    + #"\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{d7ff}"#
    + #"\x{e000}-\x{10ffff}"#
  private static let groups = ["?:", "?=", "?!", "?<=", "?<!", "?>", "?i:"]

  private init(_ expression: String, key: String) {
    scalars = Array(expression.unicodeScalars)
    self.key = key
  }

  /// The expression in PCRE2's syntax.
  ///
  /// - Throws: `TokenizerError.unsupported`, naming the construct.
  package static func translate(_ expression: String, key: String) throws(TokenizerError) -> String
  {
    var translation = PatternTranslation(expression, key: key)
    while translation.index < translation.scalars.count { try translation.step() }
    return String(translation.output)
  }

  private mutating func step() throws(TokenizerError) {
    let scalar = scalars[index]
    switch scalar {
    case "\\": try escape(inSet: false)
    case "[": try set()
    case "(": try group()
    case "{": try repetition()
    default:
      output.append(scalar)
      index += 1
    }
  }

  private mutating func group() throws(TokenizerError) {
    index += 1
    output.append("(")
    guard index < scalars.count else { return }
    if scalars[index] == "*" { throw unsupported("(*") }
    guard scalars[index] == "?" else { return }
    guard let start = Self.groups.first(where: { has($0) }) else {
      throw unsupported("(" + text(index..<min(index + 3, scalars.count)))
    }
    append(start)
    index += start.unicodeScalars.count
  }

  /// `{n}`, `{n,}`, `{n,m}` and `{,m}`; a brace that begins none of them stands for itself.
  private mutating func repetition() throws(TokenizerError) {
    var end = index + 1
    while end < scalars.count, isDigit(scalars[end]) || scalars[end] == "," { end += 1 }
    let body = text(index + 1..<end)
    let commas = body.unicodeScalars.filter { $0 == "," }.count
    guard end < scalars.count, scalars[end] == "}", commas <= 1, body != "", body != "," else {
      output.append("\\")
      output.append("{")
      index += 1
      return
    }
    append(body.hasPrefix(",") ? "{0\(body)}" : "{\(body)}")
    index = end + 1
    guard index < scalars.count else { return }
    if scalars[index] == "+" || scalars[index] == "?" && commas == 0 {
      throw unsupported("{\(body)}" + String(scalars[index]))
    }
  }

  private mutating func set() throws(TokenizerError) {
    output.append("[")
    index += 1
    if index < scalars.count, scalars[index] == "^" {
      output.append("^")
      index += 1
    }
    if index < scalars.count, scalars[index] == "]" { throw unsupported("[]") }
    while index < scalars.count, scalars[index] != "]" {
      switch scalars[index] {
      case "\\": try escape(inSet: true)
      case "[": throw unsupported("[ within a set")
      case "&" where has("&&"): throw unsupported("&&")
      default:
        output.append(scalars[index])
        index += 1
      }
    }
    // Without an end PCRE2 says what is wrong, and where.
    guard index < scalars.count else { return }
    output.append("]")
    index += 1
  }

  private mutating func escape(inSet: Bool) throws(TokenizerError) {
    guard index + 1 < scalars.count else { throw unsupported("\\ at the end") }
    let scalar = scalars[index + 1]
    switch scalar {
    case "s": append(inSet ? Self.space : "[\(Self.space)]")
    case "S": append(inSet ? Self.notSpace : "[^\(Self.space)]")
    case "d", "D", "r", "n", "t", "f":
      append("\\" + String(scalar))
    case "A", "z", "Z":
      guard !inSet else { throw unsupported("\\" + String(scalar) + " in a set") }
      append("\\" + String(scalar))
    case "p", "P":
      guard let end = closingBrace(from: index + 2) else { throw unsupported("\\p without {…}") }
      append(text(index..<end + 1))
      index = end + 1
      return
    case "x":
      guard let end = closingBrace(from: index + 2) else { throw unsupported("\\x without {…}") }
      append(text(index..<end + 1))
      index = end + 1
      return
    case "u":
      let end = index + 6
      guard end <= scalars.count, scalars[index + 2..<end].allSatisfy(isHexDigit) else {
        throw unsupported("\\u without four digits")
      }
      append("\\x{\(text(index + 2..<end))}")
      index = end
      return
    default:
      guard scalar.value < 128, !isDigit(scalar), !scalar.properties.isAlphabetic else {
        throw unsupported("\\" + String(scalar))
      }
      append("\\" + String(scalar))
    }
    index += 2
  }

  private func closingBrace(from start: Int) -> Int? {
    guard start < scalars.count, scalars[start] == "{" else { return nil }
    return scalars[start...].firstIndex(of: "}")
  }

  private func has(_ text: String) -> Bool {
    scalars[index...].starts(with: text.unicodeScalars)
  }

  private func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range])
    return String(view)
  }

  private mutating func append(_ text: String) {
    output.append(contentsOf: text.unicodeScalars)
  }

  private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private func isHexDigit(_ scalar: Unicode.Scalar) -> Bool {
    isDigit(scalar) || ("a"..."f").contains(scalar) || ("A"..."F").contains(scalar)
  }

  private func unsupported(_ name: String) -> TokenizerError {
    .unsupported(key: key, name: name)
  }
}
