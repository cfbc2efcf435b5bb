// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSQLite
package import Primitives
package import Register

/// `openings.sqlite`: what commitments in the log open to.
///
/// Erasing a row erases the person.
package struct OpeningStore {
  private let database: Database

  private static let schema = """
    CREATE TABLE IF NOT EXISTS opening (
      commitment BLOB PRIMARY KEY CHECK (length(commitment) = 32),
      salt BLOB NOT NULL CHECK (length(salt) = 32),
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS opening_value ON opening (value)
    """

  /// Opens the store; a writer makes it where it is missing.
  package init(path: String, readOnly: Bool) throws {
    // Openings are personal data: nobody but the keeper reads the file.
    if !readOnly, !FileSystem.fileExists(path) {
      try DurableFile.write([], to: path, mode: 0o600)
    }
    database = try Database(path: path, mode: readOnly ? .readOnly : .readWrite)
    if !readOnly { try database.execute(Self.schema) }
  }

  /// Takes back what a process that ended in the middle had begun to add.
  ///
  /// Readers are refused until a writer has done it.
  package static func recover(path: String) throws {
    guard FileSystem.fileExists(path), FileSystem.fileExists(path + "-journal") else { return }
    _ = try OpeningStore(path: path, readOnly: false).rows("LIMIT 0")
  }

  /// Keeps openings durably.
  package func add(_ commitments: [Commitment]) throws {
    try database.transaction {
      let insert = try database.prepare("INSERT INTO opening VALUES (?, ?, ?)")
      for commitment in commitments {
        try insert.run([
          .blob(commitment.digest.bytes), .blob(commitment.salt), .text(commitment.value),
        ])
      }
    }
  }

  /// All openings, by their commitment.
  package func all() throws -> [Commitment] {
    try rows("ORDER BY 1").map(\.opening)
  }

  /// What a commitment opens to; nil where it was erased, or its opening opens something else.
  package func value(of commitment: Digest) throws -> String? {
    let opening = try opening(of: commitment)
    return opening?.digest == commitment ? opening?.value : nil
  }

  /// What a commitment opens to; nil where it was erased.
  package func opening(of commitment: Digest) throws -> Commitment? {
    try rows("WHERE commitment = ?", [.blob(commitment.bytes)]).first?.opening
  }

  /// Counts the openings and names those that do not open their commitment; says whether a salt
  /// stands twice, which would tell equal values by equal commitments.
  package func audit() throws -> (count: Int, broken: [Digest], repeatsSalt: Bool) {
    let rows = try rows("ORDER BY 1")
    return (
      rows.count, rows.filter { $0.opening.digest != $0.commitment }.map(\.commitment),
      Set(rows.map(\.opening.salt)).count < rows.count
    )
  }

  /// Those of the commitments whose openings are kept, in ascending order.
  package func kept(among commitments: [Digest]) throws -> [Digest] {
    try commitments.filter { try opening(of: $0) != nil }.sorted()
  }

  /// Erases what commitments open to, so that no byte of it is left in the file or beside it.
  ///
  /// The rows are overwritten with zeros where they stand (`secure_delete`), the file is made again
  /// from what is left, which drops pages that were free before, and no journal remains: it is
  /// removed at the end of each transaction, and that of write-ahead logging when the store is opened.
  ///
  /// - Throws: `DatabaseError`; nothing or all of the rows are gone then, and the next call goes on.
  /// - Complexity: O(size of the file).
  package func erase(_ commitments: [Digest]) throws {
    // Asked for again, since a program that reads in write-ahead mode keeps the answer from changing.
    let mode = try database.prepare("PRAGMA journal_mode=DELETE").rows()
    guard mode == [[.text("delete")]] else {
      throw DatabaseError(
        code: SQLITE_BUSY, path: database.path, detail: "another program holds its journal")
    }
    try database.transaction {
      let delete = try database.prepare("DELETE FROM opening WHERE commitment = ?")
      for commitment in commitments { try delete.run([.blob(commitment.bytes)]) }
    }
    try database.execute("PRAGMA temp_store=MEMORY; VACUUM")
  }

  private func rows(
    _ condition: String = "", _ values: [SQLValue] = []
  ) throws -> [(commitment: Digest, opening: Commitment)] {
    let query = "SELECT commitment, salt, value FROM opening \(condition)"
    return try database.prepare(query).rows(values).map {
      guard case .blob(let digest) = $0[0], case .blob(let salt) = $0[1],
        case .text(let value) = $0[2], let commitment = Digest(bytes: digest),
        salt.count == Commitment.saltByteCount
      else {
        throw DatabaseError(code: SQLITE_CORRUPT, path: database.path, detail: "a row is malformed")
      }
      return (commitment, Commitment(value: value, salt: salt))
    }
  }
}
