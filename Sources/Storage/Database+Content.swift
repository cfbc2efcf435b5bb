// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives

extension Database {
  /// Gives every table's definition and every row, in an order that depends on the content alone.
  ///
  /// Two databases with the same lines hold the same, whatever their pages look like. A line is the
  /// table's SQL or its values, each with its class and, for text, its length in bytes; rows are
  /// sorted by their columns from the left. Not for tables with a virtual module.
  ///
  /// - Parameter body: Takes each line in turn.
  /// - Throws: `DatabaseError`, or what `body` throws.
  package func forEachContentLine(_ body: (String) throws -> Void) throws {
    let tables = try rows(
      """
      SELECT name, sql FROM sqlite_schema
      WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
      """)
    for case .some((.text(let name), .text(let sql))) in tables.map({ row in
      row.count == 2 ? (row[0], row[1]) : nil
    }) {
      try body("table \(name): \(sql)")
      let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
      let columnCount = try prepare("SELECT * FROM \(quoted)").columnCount
      let order = (1...max(1, columnCount)).map(String.init).joined(separator: ",")
      let statement = try prepare("SELECT * FROM \(quoted) ORDER BY \(order)")
      while try statement.step() {
        try body(
          (0..<columnCount).map { Self.text(of: statement.value($0)) }.joined(separator: "|"))
      }
    }
  }

  private static func text(of value: SQLValue) -> String {
    switch value {
    case .null: "n"
    case .integer(let value): "i\(value)"
    case .real(let value): "r" + String(value.bitPattern, radix: 16)
    case .text(let value): "t\(value.utf8.count):\(value)"
    case .blob(let value): "b" + Hex.encode(value)
    }
  }
}
