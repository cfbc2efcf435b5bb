// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A piece of HTML that is well formed by construction: text enters it escaped only.
package struct HTML: Sendable, Equatable {
  /// The markup.
  package let markup: String

  private init(markup: String) {
    self.markup = markup
  }

  /// Nothing.
  static let empty = HTML(markup: "")

  /// Text, with everything escaped that means something in HTML or in an attribute.
  package static func text(_ text: String) -> HTML {
    HTML(markup: escaped(text))
  }

  /// An element with its attributes in the given order and what stands in it.
  ///
  /// - Parameters:
  ///   - name: A name from this program, never from outside.
  ///   - attributes: Names from this program with any values.
  ///   - children: What stands inside.
  /// - Returns: The element with both of its tags.
  static func element(
    _ name: String, _ attributes: [(String, String)] = [], _ children: [HTML] = []
  ) -> HTML {
    HTML(
      markup: "<" + name + attributeText(attributes) + ">" + joined(children).markup + "</" + name
        + ">")
  }

  /// An element that has no end tag in HTML, such as `meta`.
  static func void(_ name: String, _ attributes: [(String, String)]) -> HTML {
    HTML(markup: "<" + name + attributeText(attributes) + ">")
  }

  /// A style sheet of this program's own.
  static func style(_ sheet: StaticString) -> HTML {
    HTML(markup: "<style>\n" + sheet.description + "\n</style>")
  }

  /// Pieces one after another.
  static func joined(_ pieces: [HTML], separator: String = "") -> HTML {
    HTML(markup: pieces.map(\.markup).joined(separator: escaped(separator)))
  }

  /// The text with `& < > " '` as references and forbidden control characters as U+FFFD.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      default:
        let isControl = scalar.properties.generalCategory == .control
        result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
      }
    }
    return result
  }

  private static func attributeText(_ attributes: [(String, String)]) -> String {
    attributes.map { " " + $0.0 + "=\"" + escaped($0.1) + "\"" }.joined()
  }
}
