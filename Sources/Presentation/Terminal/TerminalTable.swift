// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A table for a terminal: aligned columns, one line a row, never wider than asked.
///
/// Every character counts as one column; wide East Asian characters shift what follows them.
package struct TerminalTable: Sendable {
  /// On which side of its column a text stands.
  package enum Alignment: Sendable {
    case left
    case right
  }

  /// A column's heading and how its cells stand.
  package struct Column: Sendable {
    package var title: String
    package var alignment: Alignment
    /// Whether its cells may be cut with `…` where the table is too wide.
    package var mayShrink: Bool

    /// Describes a column.
    package init(_ title: String, _ alignment: Alignment = .left, mayShrink: Bool = false) {
      self.title = title
      self.alignment = alignment
      self.mayShrink = mayShrink
    }
  }

  /// A text and the role it plays.
  package struct Cell: Sendable, ExpressibleByStringInterpolation {
    package var text: String
    package var role: TextStyle.Role

    /// Makes a cell; control characters in the text are made visible.
    package init(_ text: String, _ role: TextStyle.Role = .plain) {
      self.text = TextStyle.safe(text)
      self.role = role
    }

    package init(stringLiteral value: String) {
      self.init(value)
    }
  }

  /// The narrowest a column is cut to.
  package static let narrowestColumn = 8

  /// The columns from left to right.
  package let columns: [Column]
  private var rows: [[Cell]] = []
  private var footer: [Cell]?

  /// Starts a table without rows.
  package init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Adds a row; traps where it has not one cell for each column.
  package mutating func add(_ row: [Cell]) {
    precondition(row.count == columns.count, "a row has one cell for each column")
    rows.append(row)
  }

  /// Sets a last row that stands under a rule, such as a sum.
  package mutating func setFooter(_ row: [Cell]) {
    precondition(row.count == columns.count, "a row has one cell for each column")
    footer = row
  }

  /// The table as lines, each ended by a line feed.
  ///
  /// - Parameters:
  ///   - width: Columns of the terminal; shrinkable columns are cut to fit.
  ///   - style: Whether roles show.
  /// - Returns: Heading, rule, rows, and the footer under a second rule where there is one.
  package func text(width: Int, style: TextStyle = TextStyle(isOn: false)) -> String {
    let widths = fittedWidths(into: width)
    let heading = columns.map { Cell($0.title, .strong) }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    let quietRule = style.apply(.quiet, to: rule) + "\n"
    var text = line(heading, widths: widths, style: style) + quietRule
    for row in rows { text += line(row, widths: widths, style: style) }
    if let footer { text += quietRule + line(footer, widths: widths, style: style) }
    return text
  }

  private func fittedWidths(into width: Int) -> [Int] {
    var widths = columns.indices.map { column in
      let cells = rows.map { $0[column] } + (footer.map { [$0[column]] } ?? [])
      return (cells.map(\.text.count) + [columns[column].title.count]).max() ?? 0
    }
    let gaps = 2 * max(columns.count - 1, 0)
    while widths.reduce(gaps, +) > width {
      let shrinkable = columns.indices.filter {
        columns[$0].mayShrink && widths[$0] > Self.narrowestColumn
      }
      guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    return widths
  }

  private func line(_ row: [Cell], widths: [Int], style: TextStyle) -> String {
    var line = ""
    for (column, cell) in row.enumerated() {
      let width = widths[column]
      let isCut = cell.text.count > width
      let shown = isCut ? String(cell.text.prefix(max(width - 1, 0))) + "…" : cell.text
      let padding = String(repeating: " ", count: max(0, width - shown.count))
      let styled = style.apply(cell.role, to: shown)
      let isLast = column == row.count - 1
      switch columns[column].alignment {
      case .left: line += styled + (isLast ? "" : padding)
      case .right: line += padding + styled
      }
      if !isLast { line += "  " }
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }
}
