// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The statements of a connection, each prepared once.
final class StatementCache {
  /// A noncopyable statement cannot stand in a dictionary by itself.
  private final class Prepared {
    let statement: Statement

    init(_ sql: String, in database: Database) throws(DatabaseError) {
      statement = try Statement(sql, in: database)
    }
  }

  let database: Database
  private var prepared: [String: Prepared] = [:]

  init(_ database: Database) { self.database = database }

  func run(_ sql: String, _ values: [SQLValue]) throws(DatabaseError) {
    try prepare(sql).statement.run(values)
  }

  func rows(_ sql: String, _ values: [SQLValue] = []) throws(DatabaseError) -> [[SQLValue]] {
    try prepare(sql).statement.rows(values)
  }

  private func prepare(_ sql: String) throws(DatabaseError) -> Prepared {
    if let known = prepared[sql] { return known }
    let new = try Prepared(sql, in: database)
    prepared[sql] = new
    return new
  }
}
