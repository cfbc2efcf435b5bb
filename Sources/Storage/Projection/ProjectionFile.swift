// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSQLite
import Primitives
package import Register

/// A projection that rows are written into, one transaction at a time.
package final class ProjectionFile {
  /// How much of the file is kept in memory while it is written.
  package static let cacheMebibytes = 64

  private let database: Database
  private let statements: StatementCache
  private var works = 0
  private var grants = 0

  /// Makes an empty projection in a file that is not there yet, and begins its only transaction.
  ///
  /// Nothing of it survives a crash before it was moved into place.
  package init(creating path: String, cacheMebibytes: Int = cacheMebibytes) throws(DatabaseError) {
    database = try Database(path: path, mode: .scratch)
    statements = StatementCache(database)
    try database.keepInMemory(mebibytes: cacheMebibytes)
    try database.execute("PRAGMA page_size=4096; PRAGMA encoding='UTF-8'; BEGIN IMMEDIATE")
    for statement in ProjectionSchema.tables + ProjectionSchema.indices {
      try database.execute(statement)
    }
    try statements.run(
      "INSERT INTO projection VALUES (1, 0, zeroblob(32), 0, 0, ?, ?)",
      [.digest(ProjectionSchema.identifier), .integer(Int64(sqlite3_libversion_number()))])
  }

  /// Opens a projection for more rows; a transaction that was cut off is rolled back first.
  init(opening path: String) throws(DatabaseError) {
    database = try Database(path: path, mode: .readWrite)
    statements = StatementCache(database)
    try database.keepInMemory(mebibytes: Self.cacheMebibytes)
    try database.execute("BEGIN IMMEDIATE")
  }

  /// Where the projection stands; nil where it is of another form than this version writes.
  func position() throws(DatabaseError) -> ProjectionPosition? {
    try ProjectionPosition.recorded(in: statements)
  }

  /// Adds the rows of an event.
  package func add(_ event: Event, at position: Int) throws(DatabaseError) {
    try add(ProjectionRows.rows(of: event, at: Int64(position)))
    switch event.body {
    case .workRegistered: works += 1
    case .grantIssued: grants += 1
    default: break
    }
  }

  /// Adds rows that belong to a number of works and grants.
  package func add(
    _ rows: [ProjectionRows.Row], works: Int = 0, grants: Int = 0
  ) throws(DatabaseError) {
    for row in rows { try statements.run(row.sql, row.values) }
    self.works += works
    self.grants += grants
  }

  /// Records what the rows stand for, and ends the transaction: with it they are durable.
  package func commit(_ position: ProjectionPosition) throws(DatabaseError) {
    try statements.run(
      "UPDATE projection SET size = ?, root = ?, works = works + ?, grants = grants + ?, sqlite = ?",
      [
        .integer(Int64(position.size)), .digest(position.root), .integer(Int64(works)),
        .integer(Int64(grants)), .integer(Int64(sqlite3_libversion_number())),
      ])
    try database.execute("COMMIT")
  }
}

extension ProjectionPosition {
  /// What a projection says it stands for; nil where it is of another form than this version's.
  static func recorded(
    in statements: StatementCache
  ) throws(DatabaseError) -> ProjectionPosition? {
    let known = try statements.rows(
      "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'projection'")
    guard !known.isEmpty else { return nil }
    let rows = try statements.rows("SELECT * FROM projection")
    guard rows.count == 1, rows[0].count == 7, let size = rows[0][1].integer,
      let root = rows[0][2].digest, rows[0][5].digest == ProjectionSchema.identifier
    else { return nil }
    return ProjectionPosition(size: Int(size), root: root)
  }
}
