// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

/// One connection to an SQLite database, used by one thread.
package final class Database {
  let handle: OpaquePointer
  /// The file; `:memory:` where there is none.
  package let path: String

  /// How a file is opened.
  package enum Mode: Sendable {
    /// The file must exist; nothing is changed.
    case readOnly
    /// Made where it is missing; durable at every commit.
    case readWrite
  }

  /// Opens a file.
  package init(path: String, mode: Mode) throws(DatabaseError) {
    self.path = path
    handle = try Self.open(
      path, mode == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    sqlite3_busy_timeout(handle, 5000)
    if mode == .readWrite {
      try execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON")
    }
  }

  /// Makes an empty database in memory.
  package init() throws(DatabaseError) {
    path = ":memory:"
    handle = try Self.open(path, SQLITE_OPEN_READWRITE)
  }

  /// Reads the bytes of a database file, touching neither that file nor any beside it.
  ///
  /// - Parameters:
  ///   - image: The bytes; whether they are a database shows at the first question.
  ///   - path: What errors call it.
  /// - Throws: `DatabaseError`.
  package init(image: [UInt8], path: String) throws(DatabaseError) {
    self.path = path
    handle = try Self.open(":memory:", SQLITE_OPEN_READWRITE)
    guard let copy = sqlite3_malloc64(UInt64(max(1, image.count))) else {
      throw DatabaseError(code: SQLITE_NOMEM, path: path, detail: "out of memory")
    }
    image.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: copy, count: $0.count).copyMemory(from: $0)
    }
    // SQLite frees the copy, also where it refuses it.
    let flags = UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY)
    let code = sqlite3_deserialize(
      handle, "main", copy.assumingMemoryBound(to: UInt8.self), Int64(image.count),
      Int64(image.count), flags)
    guard code == SQLITE_OK else { throw failure(code) }
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

  /// The bytes of a file that would hold this database.
  package func image() throws(DatabaseError) -> [UInt8] {
    var count: Int64 = 0
    guard let start = sqlite3_serialize(handle, "main", &count, 0) else {
      throw DatabaseError(code: SQLITE_NOMEM, path: path, detail: "out of memory")
    }
    defer { sqlite3_free(start) }
    return [UInt8](UnsafeBufferPointer(start: start, count: Int(count)))
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
