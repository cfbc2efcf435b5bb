// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Emphasis on a terminal; plain text where colour is off.
package struct TextStyle: Sendable, Equatable {
  /// What a stretch of text is, from which follows how it looks.
  package enum Role: Sendable, Equatable {
    case plain
    case strong
    case quiet
    case good
    case bad
    case accent
  }

  /// Whether ANSI sequences are written.
  package let isOn: Bool

  /// Writes ANSI sequences or leaves text as it is.
  package init(isOn: Bool) {
    self.isOn = isOn
  }

  /// The text in its role, with control characters made visible as `�`.
  ///
  /// Names and titles come from other people; an escape sequence in one must not reach the
  /// terminal.
  package func apply(_ role: Role, to text: String) -> String {
    let safe = Self.safe(text)
    guard isOn, !safe.isEmpty else { return safe }
    let code: String
    switch role {
    case .plain: return safe
    case .strong: code = "1"
    case .quiet: code = "2"
    case .good: code = "32"
    case .bad: code = "31"
    case .accent: code = "36"
    }
    return "\u{1B}[\(code)m\(safe)\u{1B}[0m"
  }

  /// The text with each control or directional formatting character replaced by `�`.
  package static func safe(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control
      let isDirectional =
        (0x202a...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
      result.unicodeScalars.append(isControl || isDirectional ? "\u{FFFD}" : scalar)
    }
    return result
  }
}
