// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A robots.txt (RFC 9309): groups of rules by product token, and what else stands in it.
package struct RobotsFile: Sendable {
  /// An `Allow` or `Disallow` line.
  package struct Rule: Sendable {
    package let isAllowed: Bool
    package let pattern: PathPattern
    package let line: Int
  }

  /// A line that states preferences, for a path or for all.
  package struct PreferenceLine: Sendable {
    package let field: Field
    package let pattern: PathPattern?
    package let value: [UInt8]
    package let line: Int
  }

  /// What a group holds.
  package struct Group: Sendable {
    package var rules: [Rule] = []
    package var preferences: [PreferenceLine] = []
  }

  /// Fields that are read; all others are ignored.
  package enum Field: String, Sendable {
    case userAgent = "user-agent"
    case allow
    case disallow
    case contentUsage = "content-usage"
    case contentSignal = "content-signal"
    case license
  }

  /// The groups by product token in lower case; `*` is for all others.
  package private(set) var groups: [String: Group] = [:]
  /// Preferences before the first group: they hold for everybody.
  package private(set) var common: [PreferenceLine] = []
  /// Where licences are said to lie (RSL 1.0).
  package private(set) var licences: [String] = []

  /// The token of the group for everybody who is not named.
  static let everybody = "*"

  /// Reads a file; no bytes are an error, since unknown lines are ignored.
  package init(parsing bytes: [UInt8]) {
    var tokens: [String] = []
    var isNaming = false
    for (number, text) in ASCII.lines(bytes) {
      guard let (field, value) = Self.field(of: text) else { continue }
      if field == .userAgent {
        if !isNaming { tokens = [] }
        isNaming = true
        let token = Self.token(value)
        tokens.append(token)
        if groups[token] == nil { groups[token] = Group() }
        continue
      }
      if field == .license {
        licences.append(ASCII.text(value))
        continue
      }
      isNaming = false
      add(field, value, line: number, to: tokens)
    }
  }

  private mutating func add(
    _ field: Field, _ value: ArraySlice<UInt8>, line: Int, to tokens: [String]
  ) {
    switch field {
    case .allow, .disallow:
      guard let rule = Self.rule(field, value, line: line) else { return }
      for token in tokens { groups[token]?.rules.append(rule) }
    case .contentUsage, .contentSignal:
      let preference = Self.preference(field, value, line: line)
      if tokens.isEmpty { common.append(preference) }
      for token in tokens { groups[token]?.preferences.append(preference) }
    case .userAgent, .license: break
    }
  }

  private static func field(of text: ArraySlice<UInt8>) -> (Field, ArraySlice<UInt8>)? {
    let code = text.prefix { $0 != UInt8(ascii: "#") }
    guard let colon = code.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let name = ASCII.lowercased(ASCII.trimmed(code[..<colon]))
    // What crawlers in use take for `Disallow`; taken here too, since it forbids.
    let isMisspelt = ["dissallow", "dissalow", "disalow", "diasllow", "disallaw"].contains(name)
    guard let field = isMisspelt ? .disallow : Field(rawValue: name) else { return nil }
    return (field, ASCII.trimmed(code[(colon + 1)...]))
  }

  /// The product token of a line: letters, `-` and `_`, any version behind it left out.
  private static func token(_ value: ArraySlice<UInt8>) -> String {
    if value.first == UInt8(ascii: "*") { return everybody }
    let token = value.prefix {
      ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
    return ASCII.lowercased(token)
  }

  /// A rule; nil for an empty path, which matches nothing.
  ///
  /// A path without its slash is no path of RFC 9309. To forbid, the slash is taken as meant; to
  /// allow, the line is ignored.
  private static func rule(_ field: Field, _ value: ArraySlice<UInt8>, line: Int) -> Rule? {
    guard let first = value.first else { return nil }
    let isRooted = first == UInt8(ascii: "/") || first == UInt8(ascii: "*")
    guard isRooted || field == .disallow else { return nil }
    // What is too long to be compared is cut: the shorter pattern matches more, so it may forbid.
    guard value.count <= ReadingLimits.longestPath || field == .disallow else { return nil }
    let text = (isRooted ? [] : [UInt8(ascii: "/")]) + value.prefix(ReadingLimits.longestPath)
    return Rule(isAllowed: field == .allow, pattern: PathPattern(text), line: line)
  }

  private static func preference(
    _ field: Field, _ value: ArraySlice<UInt8>, line: Int
  ) -> PreferenceLine {
    guard value.first == UInt8(ascii: "/") else {
      return PreferenceLine(field: field, pattern: nil, value: Array(value), line: line)
    }
    let path = value.prefix { !ASCII.isBlank($0) }
    return PreferenceLine(
      field: field, pattern: PathPattern(path.prefix(ReadingLimits.longestPath)),
      value: Array(ASCII.trimmed(value[path.endIndex...])), line: line)
  }
}

// MARK: - Asking

extension RobotsFile {
  /// The group that a product token obeys: its own, else that for everybody; nil without either.
  package func group(for token: String) -> Group? {
    groups[token.lowercased()] ?? groups[Self.everybody]
  }

  /// Whether a crawler may fetch a path: the longest match decides, `Allow` among equals.
  package func allows(_ token: String, to target: RuleTarget) -> Bool {
    rule(for: token, target)?.isAllowed ?? true
  }

  /// The rule that decides; nil where none matches, which allows.
  package func rule(for token: String, _ target: RuleTarget) -> Rule? {
    if target.path == Array("/robots.txt".utf8) { return nil }
    guard let group = group(for: token) else { return nil }
    var best: Rule?
    for rule in group.rules where rule.pattern.matches(target) {
      guard let current = best else {
        best = rule
        continue
      }
      let (old, new) = (current.pattern.octetCount, rule.pattern.octetCount)
      if new > old || new == old && rule.isAllowed && !current.isAllowed { best = rule }
    }
    return best
  }

  /// The preferences of one field that hold for a crawler at a path: those of the longest pattern,
  /// all of them, since identical paths combine.
  func preferences(_ field: Field, for token: String, _ target: RuleTarget) -> [PreferenceLine] {
    let lines = (common + (group(for: token)?.preferences ?? [])).filter { line in
      line.field == field && line.pattern?.matches(target) ?? true
    }
    let longest = lines.map { $0.pattern?.octetCount ?? 0 }.max()
    return lines.filter { ($0.pattern?.octetCount ?? 0) == longest }
  }
}
