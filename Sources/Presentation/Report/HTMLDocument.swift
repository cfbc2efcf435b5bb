// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A report in one file: no script, no outside resource, readable on paper and on a phone.
package struct HTMLDocument: Sendable {
  /// A number a reader should see first.
  package struct Fact: Sendable {
    package var label: String
    package var value: String
    package var note: String

    /// Names a value and, where it helps, adds a remark.
    package init(_ label: String, _ value: String, note: String = "") {
      self.label = label
      self.value = value
      self.note = note
    }
  }

  /// What a remark set apart from the text says.
  package enum Tone: String, Sendable {
    case plain
    case good
    case bad
  }

  private let title: String
  private let subtitle: String
  private let language: String
  private var footer = ""
  private var body: [HTML] = []

  /// Starts a report.
  ///
  /// - Parameters:
  ///   - title: What it is about.
  ///   - subtitle: One sentence under the title.
  ///   - language: The tag of its language (BCP 47).
  package init(title: String, subtitle: String = "", language: String = "en") {
    self.title = title
    self.subtitle = subtitle
    self.language = language
  }

  /// Starts a section.
  package mutating func addHeading(_ text: String) {
    body.append(.element("h2", [], [.text(text)]))
  }

  /// Adds a paragraph.
  package mutating func addParagraph(_ text: String) {
    body.append(.element("p", [], [.text(text)]))
  }

  /// Adds a row of numbers to see first.
  package mutating func addFacts(_ facts: [Fact]) {
    let items = facts.map { fact in
      let note: [HTML] =
        fact.note.isEmpty ? [] : [.element("dd", [("class", "note")], [.text(fact.note)])]
      return HTML.element(
        "div", [],
        [
          .element("dt", [], [.text(fact.label)]),
          .element("dd", [("class", "value")], [.text(fact.value)]),
        ] + note)
    }
    body.append(.element("dl", [("class", "facts")], items))
  }

  /// Adds a remark set apart from the text.
  package mutating func addRemark(_ tone: Tone, _ text: String) {
    body.append(.element("p", [("class", "remark " + tone.rawValue)], [.text(text)]))
  }

  /// Adds a table.
  package mutating func addTable(_ table: HTMLTable) {
    body.append(table.html)
  }

  /// Adds a chart.
  package mutating func addChart(_ chart: Chart) {
    body.append(chart.html)
  }

  /// Adds lines that keep their spaces, such as commands.
  package mutating func addPreformatted(_ text: String) {
    body.append(.element("pre", [("tabindex", "0")], [.text(text)]))
  }

  /// Sets the line at the foot.
  package mutating func setFooter(_ text: String) {
    footer = text
  }

  /// The whole file.
  package var html: String {
    let head = HTML.element(
      "head", [],
      [
        .void("meta", [("charset", "utf-8")]),
        .void(
          "meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
        .void("meta", [("name", "color-scheme"), ("content", "light dark")]),
        .element("title", [], [.text(title)]), .style(StyleSheet.text),
      ])
    let lead: [HTML] =
      subtitle.isEmpty ? [] : [.element("p", [("class", "lead")], [.text(subtitle)])]
    let top = HTML.element("header", [], [.element("h1", [], [.text(title)])] + lead)
    let foot: [HTML] = footer.isEmpty ? [] : [.element("footer", [], [.text(footer)])]
    let main = HTML.element("main", [], [.joined(body, separator: "\n")])
    let page = HTML.element(
      "html", [("lang", language)],
      [head, .element("body", [], [.joined([top, main] + foot, separator: "\n")])])
    return "<!DOCTYPE html>\n" + page.markup + "\n"
  }
}
