// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A table of a report.
package struct HTMLTable: Sendable {
  /// On which side of its column a text stands; numbers stand at the end.
  package enum Alignment: Sendable {
    case start
    case end
  }

  /// A column's heading and how its cells stand.
  package struct Column: Sendable {
    package var title: String
    package var alignment: Alignment

    /// Describes a column.
    package init(_ title: String, _ alignment: Alignment = .start) {
      self.title = title
      self.alignment = alignment
    }
  }

  /// What stands in a cell.
  package enum Cell: Sendable {
    case text(String)
    /// Text that matters most in its row.
    case strong(String)
    /// Text that matters less.
    case quiet(String)
    /// An identifier or a command, in a fixed-width face.
    case code(String)
    /// A bar that fills this part of the cell, with its value beside it.
    case bar(Double, String)
  }

  private let caption: String
  private let columns: [Column]
  private var rows: [[Cell]] = []
  private var footer: [Cell]?

  /// Starts a table without rows; the caption stands above it.
  package init(caption: String = "", _ columns: [Column]) {
    self.caption = caption
    self.columns = columns
  }

  /// Adds a row; traps where it has not one cell for each column.
  package mutating func add(_ row: [Cell]) {
    precondition(row.count == columns.count, "a row has one cell for each column")
    rows.append(row)
  }

  /// Sets a last row, such as a sum.
  package mutating func setFooter(_ row: [Cell]) {
    precondition(row.count == columns.count, "a row has one cell for each column")
    footer = row
  }

  /// The table inside a box that scrolls sideways where the page is too narrow.
  var html: HTML {
    let heading = columns.map { column in
      HTML.element(
        "th", [("scope", "col")] + Self.attributes(of: column), [.text(column.title)])
    }
    var parts: [HTML] = []
    if !caption.isEmpty { parts.append(.element("caption", [], [.text(caption)])) }
    parts.append(.element("thead", [], [.element("tr", [], heading)]))
    parts.append(.element("tbody", [], rows.map(html(of:))))
    if let footer { parts.append(.element("tfoot", [], [html(of: footer)])) }
    return .element(
      "div", [("class", "scroll"), ("tabindex", "0")],
      [.element("table", [], parts)])
  }

  private func html(of row: [Cell]) -> HTML {
    let cells = zip(columns, row).map { column, cell in
      HTML.element("td", Self.attributes(of: column), [Self.html(of: cell)])
    }
    return .element("tr", [], cells)
  }

  private static func attributes(of column: Column) -> [(String, String)] {
    column.alignment == .end ? [("class", "end")] : []
  }

  private static func html(of cell: Cell) -> HTML {
    switch cell {
    case .text(let text): return .text(text)
    case .strong(let text): return .element("strong", [], [.text(text)])
    case .quiet(let text): return .element("span", [("class", "quiet")], [.text(text)])
    case .code(let text): return .element("code", [], [.text(text)])
    case .bar(let fraction, let text):
      let clamped = fraction.isFinite ? min(max(fraction, 0), 1) : 0
      let width = "width:" + Coordinate.text(clamped * 100) + "%"
      return .element(
        "span", [("class", "bar")],
        [
          .element(
            "span", [("class", "track"), ("aria-hidden", "true")],
            [.element("span", [("style", width)])]),
          .element("span", [("class", "amount")], [.text(text)]),
        ])
    }
  }
}
