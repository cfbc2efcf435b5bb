// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

/// A value of a column.
package enum SQLValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])
}

/// A prepared statement: bind values, step over rows, start again.
package struct Statement: ~Copyable {
  private let database: Database
  private let handle: OpaquePointer

  init(_ sql: String, in database: Database) throws(DatabaseError) {
    var handle: OpaquePointer?
    let code = sqlite3_prepare_v2(database.handle, sql, -1, &handle, nil)
    guard code == SQLITE_OK, let handle else { throw database.failure(code) }
    self.database = database
    self.handle = handle
  }

  deinit { sqlite3_finalize(handle) }

  /// Runs the statement once with values and ignores its rows.
  package func run(_ values: [SQLValue]) throws(DatabaseError) {
    _ = try rows(values)
  }

  /// Runs the statement once with values and gives all its rows.
  package func rows(_ values: [SQLValue] = []) throws(DatabaseError) -> [[SQLValue]] {
    defer {
      sqlite3_reset(handle)
      sqlite3_clear_bindings(handle)
    }
    for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
    var rows: [[SQLValue]] = []
    while true {
      let code = sqlite3_step(handle)
      if code == SQLITE_DONE { return rows }
      guard code == SQLITE_ROW else { throw database.failure(code) }
      // A loop, not `map(column)`: the method reference of a noncopyable value crashes Swift 6.3.1.
      var row: [SQLValue] = []
      for index in 0..<sqlite3_column_count(handle) { row.append(column(index)) }
      rows.append(row)
    }
  }

  private func bind(_ value: SQLValue, at index: Int32) throws(DatabaseError) {
    let code =
      switch value {
      case .null: sqlite3_bind_null(handle, index)
      case .integer(let number): sqlite3_bind_int64(handle, index, number)
      case .text(let text): sqlite3_bind_text(handle, index, text, -1, csqlite_transient())
      case .blob(let bytes):
        sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), csqlite_transient())
      }
    guard code == SQLITE_OK else { throw database.failure(code) }
  }

  private func column(_ index: Int32) -> SQLValue {
    switch sqlite3_column_type(handle, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
    case SQLITE_TEXT:
      return .text(sqlite3_column_text(handle, index).map { String(cString: $0) } ?? "")
    case SQLITE_BLOB:
      let count = Int(sqlite3_column_bytes(handle, index))
      guard let start = sqlite3_column_blob(handle, index) else { return .blob([]) }
      return .blob([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
    default: return .null
    }
  }
}
