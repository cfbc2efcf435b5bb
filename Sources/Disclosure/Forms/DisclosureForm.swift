// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Primitives

/// A questionnaire with its answers: what regulators ask for in numbered fields.
package struct DisclosureForm: Sendable {
  /// One question.
  package struct Field: Sendable {
    /// The question's name in programs.
    package let key: String
    /// The question in words.
    package let label: String
    package let answer: Answer
  }

  /// Questions under one heading.
  package struct Section: Sendable {
    /// The heading's number in the template.
    package let number: String
    package let title: String
    package private(set) var fields: [Field] = []

    init(_ number: String, _ title: String) {
      self.number = number
      self.title = title
    }

    /// Adds a question with its answer.
    mutating func add(_ key: String, _ label: String, _ answer: Answer) {
      fields.append(Field(key: key, label: label, answer: answer))
    }
  }

  /// The document's name.
  package let title: String
  /// What it is made from and how to check it.
  package let preamble: [String]
  package let sections: [Section]

  /// The form for programs: each answer with its ground.
  package var json: JSON {
    [
      "title": .string(title), "preamble": .array(preamble.map { .string($0) }),
      "sections": .array(
        sections.map { section in
          [
            "number": .string(section.number), "title": .string(section.title),
            "fields": .array(
              section.fields.map { field in
                var object = field.answer.json.object ?? [:]
                object["key"] = .string(field.key)
                object["label"] = .string(field.label)
                return .object(object)
              }),
          ]
        }),
    ]
  }

  /// The form as Markdown.
  package var markdown: String {
    var lines = ["# " + Markdown.line(title), ""]
    for paragraph in preamble { lines += [Markdown.line(paragraph), ""] }
    for section in sections {
      lines += ["## \(section.number) \(Markdown.line(section.title))", ""]
      for field in section.fields {
        let mark = if case .statement = field.answer { " *(stated by the operator)*" } else { "" }
        lines.append(
          "- **\(Markdown.line(field.label)):** \(Markdown.line(field.answer.text))\(mark)")
      }
      lines.append("")
    }
    return lines.dropLast().joined(separator: "\n") + "\n"
  }

  /// What every form says about itself.
  static func preamble(_ facts: DisclosureFacts) -> [String] {
    let register = facts.register
    return [
      """
      Made by \(register.software) from the register \(register.origin) at \(register.treeSize) log \
      entries, Merkle root \(register.root.hex). Every answer without a mark follows from the \
      register and can be checked with 'cadastre verify'; what the operator stated is marked so.
      """
    ]
  }
}

/// Text of other people inside Markdown.
enum Markdown {
  /// The text on one line: control characters replaced, markup made plain.
  static func line(_ text: String) -> String {
    var result = ""
    for scalar in plain(text).unicodeScalars {
      if #"\`*_[]<>|#"#.unicodeScalars.contains(scalar) { result.append("\\") }
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  /// The text with white space and control characters as single spaces, directional marks left out.
  static func plain(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let properties = scalar.properties
      if properties.generalCategory == .control || properties.isWhitespace {
        if result.last != " " { result.append(" ") }
      } else if !(0x202A...0x202E).contains(scalar.value), !(0x2066...0x2069).contains(scalar.value)
      {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
