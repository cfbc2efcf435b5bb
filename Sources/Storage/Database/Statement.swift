// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

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
    defer { reset() }
    try bind(values)
    while try step() {}
  }

  /// Runs the statement once with values and gives all its rows.
  package func rows(_ values: [SQLValue] = []) throws(DatabaseError) -> [[SQLValue]] {
    defer { reset() }
    try bind(values)
    var rows: [[SQLValue]] = []
    while let row = try next() { rows.append(row) }
    return rows
  }

  /// The next row of a statement without values; nil after the last.
  package func next() throws(DatabaseError) -> [SQLValue]? {
    guard try step() else { return nil }
    // A loop, not `map(column)`: the method reference of a noncopyable value crashes Swift 6.3.1.
    var row: [SQLValue] = []
    for index in 0..<sqlite3_column_count(handle) { row.append(column(index)) }
    return row
  }

  private func step() throws(DatabaseError) -> Bool {
    let code = sqlite3_step(handle)
    if code == SQLITE_DONE { return false }
    guard code == SQLITE_ROW else { throw database.failure(code) }
    return true
  }

  private func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  private func bind(_ values: [SQLValue]) throws(DatabaseError) {
    for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
  }

  private func bind(_ value: SQLValue, at index: Int32) throws(DatabaseError) {
    let code =
      switch value {
      case .null: sqlite3_bind_null(handle, index)
      case .integer(let number): sqlite3_bind_int64(handle, index, number)
      case .text(let text):
        // With its length: a text may hold the character zero.
        sqlite3_bind_text(handle, index, text, Int32(text.utf8.count), csqlite_transient())
      case .blob(let bytes):
        sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), csqlite_transient())
      }
    guard code == SQLITE_OK else { throw database.failure(code) }
  }

  private func column(_ index: Int32) -> SQLValue {
    switch sqlite3_column_type(handle, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
    case SQLITE_TEXT:
      guard let start = sqlite3_column_text(handle, index) else { return .text("") }
      let count = Int(sqlite3_column_bytes(handle, index))
      return .text(
        String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
    case SQLITE_BLOB:
      let count = Int(sqlite3_column_bytes(handle, index))
      guard let start = sqlite3_column_blob(handle, index) else { return .blob([]) }
      return .blob([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
    default: return .null
    }
  }
}
