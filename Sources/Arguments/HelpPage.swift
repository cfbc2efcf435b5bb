// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Lays out headings, paragraphs and two-column tables within a width.
struct HelpPage {
  /// Labels longer than this push their help to the next line.
  static let widestLabel = 30

  let width: Int
  let isStyled: Bool
  private(set) var text = ""

  init(width: Int, isStyled: Bool) {
    self.width = width
    self.isStyled = isStyled
  }

  mutating func line(_ content: String) {
    text += content + "\n"
  }

  mutating func blankLine() {
    line("")
  }

  mutating func heading(_ title: String) {
    if !text.isEmpty { blankLine() }
    line(isStyled ? "\u{1B}[1m" + title + "\u{1B}[0m" : title)
  }

  mutating func paragraph(_ content: String, indent: Int = 0) {
    for wrapped in Self.wrap(content.split(separator: " ").map(String.init), width: width - indent)
    {
      line(String(repeating: " ", count: indent) + wrapped)
    }
  }

  /// A usage line whose later lines stand under its first part; no part is broken.
  mutating func hanging(_ start: String, parts: [String]) {
    let indent = min(2 + start.count + 1, width / 2)
    let wrapped = Self.wrap(parts, width: max(width - indent, 20))
    line("  " + start + " " + (wrapped.first ?? ""))
    for rest in wrapped.dropFirst() { line(String(repeating: " ", count: indent) + rest) }
  }

  /// Tables with headings that share one column for their help; empty ones are left out.
  mutating func tables(_ tables: [(title: String, rows: [(label: String, help: String)])]) {
    let limit = min(Self.widestLabel, width / 2 - 4)
    let labels = tables.flatMap(\.rows).map(\.label.count)
    let indent = 2 + (labels.filter { $0 <= limit }.max() ?? 0) + 2
    for table in tables where !table.rows.isEmpty {
      heading(table.title)
      rows(table.rows, indent: indent)
    }
  }

  private mutating func rows(_ rows: [(label: String, help: String)], indent: Int) {
    for row in rows {
      let lines = Self.wrap(
        row.help.split(separator: " ").map(String.init), width: max(width - indent, 16))
      let label = "  " + row.label
      if label.count + 2 <= indent {
        let padding = String(repeating: " ", count: indent - label.count)
        line(lines.isEmpty ? label : label + padding + lines[0])
      } else {
        line(label)
        if let first = lines.first { line(String(repeating: " ", count: indent) + first) }
      }
      for rest in lines.dropFirst() { line(String(repeating: " ", count: indent) + rest) }
    }
  }

  /// Fills lines greedily; a part longer than the width gets a line of its own.
  static func wrap(_ parts: [String], width: Int) -> [String] {
    var lines: [String] = []
    var current = ""
    for part in parts {
      if current.isEmpty {
        current = part
      } else if current.count + 1 + part.count <= width {
        current += " " + part
      } else {
        lines.append(current)
        current = part
      }
    }
    return current.isEmpty ? lines : lines + [current]
  }
}
