// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSQLite

/// Why SQLite refused.
package struct DatabaseError: Error, Hashable, Sendable {
  /// SQLite's extended result code.
  package let code: Int32
  /// The database file.
  package let path: String
  /// SQLite's own words, which may name tables and columns; for people who debug.
  package let detail: String
}

extension DatabaseError: CustomStringConvertible, CustomDebugStringConvertible {
  /// Whether a process ended while it wrote, and this one may only read: who may write mends it.
  var isCutOff: Bool { code == SQLITE_READONLY | 3 << 8 || code == SQLITE_READONLY | 4 << 8 }

  package var description: String {
    let problem =
      switch code & 0xff {
      case SQLITE_READONLY where isCutOff:
        "a process ended while it wrote to it: run 'cadastre rebuild'"
      case SQLITE_FULL: "the disk is full: make room and run the command again"
      case SQLITE_BUSY, SQLITE_LOCKED: "another process is using it: wait until that ends"
      case SQLITE_CORRUPT, SQLITE_NOTADB:
        "the file is damaged or is no database: remove it and rebuild it from the log"
      case SQLITE_READONLY, SQLITE_PERM: "it may not be written: change its owner or mode"
      case SQLITE_CANTOPEN: "it cannot be opened: check the path and its permissions"
      case SQLITE_IOERR: "the disk failed: check it, then start again"
      default: String(cString: sqlite3_errstr(code))
      }
    return "database '\(path)': \(problem)"
  }

  package var debugDescription: String { "\(description) (\(code): \(detail))" }
}
