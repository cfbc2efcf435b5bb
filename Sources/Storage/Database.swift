// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

/// One connection to a SQLite database, for one thread at a time.
///
/// A transaction that has returned survives a loss of power: write-ahead log and `synchronous=FULL`.
package final class Database {
  /// How long to wait for another writer, in milliseconds.
  package static let busyTimeoutMilliseconds: Int32 = 5000

  private let path: String
  private let handle: OpaquePointer

  /// Opens the database; creates it unless it is opened for reading only.
  ///
  /// - Parameters:
  ///   - path: The file; `:memory:` for one that ends with the connection.
  ///   - readOnly: Refuses every change.
  /// - Throws: `DatabaseError`.
  package init(path: String, readOnly: Bool = false) throws(DatabaseError) {
    var opened: OpaquePointer?
    let mode =
      readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let code = sqlite3_open_v2(
      path, &opened, mode | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let opened else {
      let detail = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
      sqlite3_close_v2(opened)
      throw DatabaseError(code: code, path: path, detail: detail)
    }
    self.path = path
    handle = opened
    sqlite3_busy_timeout(opened, Self.busyTimeoutMilliseconds)
    try execute("PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON")
    if !readOnly { try execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL") }
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs SQL text of one or more statements without parameters.
  package func execute(_ sql: String) throws(DatabaseError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code) }
  }

  /// Compiles one statement.
  package func prepare(_ sql: String) throws(DatabaseError) -> Statement {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    guard code == SQLITE_OK, let statement else {
      throw error(code == SQLITE_OK ? SQLITE_MISUSE : code)
    }
    return Statement(handle: statement, database: self)
  }

  /// Runs one statement with values for its parameters.
  package func run(_ sql: String, _ values: [SQLValue] = []) throws(DatabaseError) {
    try prepare(sql).run(values)
  }

  /// All rows of a query; for few and small ones.
  package func rows(_ sql: String, _ values: [SQLValue] = []) throws(DatabaseError) -> [[SQLValue]]
  {
    let statement = try prepare(sql)
    try statement.bind(values)
    var rows: [[SQLValue]] = []
    while try statement.step() {
      rows.append((0..<statement.columnCount).map { statement.value($0) })
    }
    return rows
  }

  /// How many rows the last statement changed.
  package var changedRowCount: Int { Int(sqlite3_changes64(handle)) }

  /// Runs the body as one transaction: all of it is kept, or none where it throws.
  ///
  /// Transactions do not nest.
  package func transaction<Result>(_ body: () throws -> Result) throws -> Result {
    try execute("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      // SQLite rolls back by itself on some errors; then there is nothing left to roll back.
      if sqlite3_get_autocommit(handle) == 0 { try execute("ROLLBACK") }
      throw error
    }
  }

  func error(_ code: Int32) -> DatabaseError {
    DatabaseError(code: code, path: path, detail: String(cString: sqlite3_errmsg(handle)))
  }
}
