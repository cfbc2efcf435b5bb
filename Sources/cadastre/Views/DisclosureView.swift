// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Disclosure
import Presentation

/// A questionnaire as people read it on a terminal: questions in bold, answers wrapped below them.
enum DisclosureView {
  private static let indent = 4

  static func text(_ form: DisclosureForm, _ console: Console) -> String {
    let style = console.style
    var lines = wrapped(form.title, console.width).map { style.apply(.strong, to: $0) }
    for paragraph in form.preamble {
      lines += [""] + wrapped(paragraph, console.width).map { style.apply(.quiet, to: $0) }
    }
    for section in form.sections {
      let heading = "\(section.number)  \(section.title)"
      lines += ["", style.apply(.accent, to: heading)]
      for field in section.fields {
        lines.append("  " + style.apply(.strong, to: field.label) + mark(field.answer, style))
        let role: TextStyle.Role =
          switch field.answer {
          case .register, .statement: .plain
          case .notApplicable, .notKnown: .quiet
          }
        lines += wrapped(field.answer.text, console.width - indent).map {
          String(repeating: " ", count: indent) + style.apply(role, to: $0)
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func mark(_ answer: Answer, _ style: TextStyle) -> String {
    guard case .statement = answer else { return "" }
    return "  " + style.apply(.quiet, to: "stated by the operator")
  }

  /// The text in lines of at most a width; a longer word gets pieces of its own.
  static func wrapped(_ text: String, _ width: Int) -> [String] {
    let width = max(width, 20)
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      var rest = word
      if !line.isEmpty, line.count + 1 + rest.count > width {
        lines.append(line)
        line = ""
      }
      while rest.count > width {
        lines.append(String(rest.prefix(width)))
        rest = rest.dropFirst(width)
      }
      line += (line.isEmpty ? "" : " ") + rest
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
