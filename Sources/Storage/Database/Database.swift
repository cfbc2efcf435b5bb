// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

/// One connection to an SQLite database, used by one thread.
package final class Database {
  let handle: OpaquePointer
  /// The file.
  package let path: String

  /// How a file is opened.
  package enum Mode: Sendable {
    /// The file must exist; nothing is changed.
    case readOnly
    /// Made where it is missing; durable at every commit.
    case readWrite
    /// Made where it is missing; nothing survives a crash, for files that are moved into place or
    /// thrown away.
    case scratch
  }

  /// Opens a file.
  package init(path: String, mode: Mode) throws(DatabaseError) {
    self.path = path
    handle = try Self.open(
      path, mode == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    sqlite3_busy_timeout(handle, 5000)
    switch mode {
    case .readOnly: try execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON")
    case .readWrite:
      try execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON")
    case .scratch:
      try execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA secure_delete=ON")
    }
  }

  deinit { sqlite3_close_v2(handle) }

  private static func open(_ path: String, _ flags: Int32) throws(DatabaseError) -> OpaquePointer {
    var handle: OpaquePointer?
    let code = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let handle else {
      let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(handle)
      throw DatabaseError(code: code, path: path, detail: message)
    }
    sqlite3_extended_result_codes(handle, 1)
    return handle
  }

  /// How much of the file is kept in memory at most, in mebibytes; SQLite's own default is two.
  package func keepInMemory(mebibytes: Int) throws(DatabaseError) {
    try execute("PRAGMA cache_size=-\(mebibytes * 1024)")
  }

  /// Runs statements that take and give no values.
  package func execute(_ sql: String) throws(DatabaseError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  /// Runs the body in one transaction: all of it is kept, or nothing.
  package func transaction(_ body: () throws -> Void) throws {
    try execute("BEGIN IMMEDIATE")
    do {
      try body()
      try execute("COMMIT")
    } catch {
      // The first error is the one worth telling; a rollback that fails ends with the connection.
      try? execute("ROLLBACK")
      throw error
    }
  }

  /// Prepares a statement for repeated use.
  package func prepare(_ sql: String) throws(DatabaseError) -> Statement {
    try Statement(sql, in: self)
  }

  func failure(_ code: Int32) -> DatabaseError {
    DatabaseError(code: code, path: path, detail: String(cString: sqlite3_errmsg(handle)))
  }
}
