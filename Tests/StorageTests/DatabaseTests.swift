// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Storage
import TestSupport
import Testing

@Suite struct DatabaseTests {
  private static let schema =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, x REAL, raw BLOB) STRICT"
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var path: String { directory.path + "/d.sqlite" }

  private func lines(_ database: Database) throws -> [String] {
    var lines: [String] = []
    try database.forEachContentLine { lines.append($0) }
    return lines
  }

  @Test func `Every kind of value comes back as it was bound`() throws {
    let database = try Database(path: path)
    try database.execute(Self.schema)
    let rows: [[SQLValue]] = [
      [1, "", .real(-0.0), .blob([])], [2, "a\0b\u{1F600}", .real(.leastNonzeroMagnitude), nil],
      [.integer(.max), nil, .real(.infinity), .blob([0, 255])],
      [.integer(.min), "\u{e9}", nil, .blob([UInt8](repeating: 9, count: 5000))],
    ]
    let insert = try database.prepare("INSERT INTO t VALUES (?, ?, ?, ?)")
    for row in rows { try insert.run(row) }
    let read = try database.rows("SELECT * FROM t ORDER BY rowid")
    #expect(Set(read) == Set(rows))
    #expect(try Database(path: path, readOnly: true).rows("SELECT count(*) FROM t") == [[4]])
    #expect(try database.rows("PRAGMA journal_mode") == [["wal"]])
    #expect(try database.rows("PRAGMA synchronous") == [[2]])
    #expect(try database.rows("PRAGMA foreign_keys") == [[1]])
  }

  @Test func `A transaction is kept whole or not at all`() throws {
    let database = try Database(path: path)
    try database.execute(Self.schema)
    try database.transaction { try database.run("INSERT INTO t(name) VALUES (?)", ["a"]) }
    let error = #expect(throws: DatabaseError.self) {
      try database.transaction {
        try database.run("INSERT INTO t(name) VALUES (?)", ["b"])
        try database.run("INSERT INTO t(name) VALUES (?)", ["a"])
      }
    }
    #expect(error?.isConstraintViolation == true)
    #expect(error?.description.contains("name") == false)
    #expect(error?.debugDescription.contains("t.name") == true)
    #expect(try database.rows("SELECT name FROM t") == [["a"]])
    try database.transaction { try database.run("DELETE FROM t") }
    #expect(database.changedRowCount == 1)
  }

  @Test func `Content lines depend on the content, not on the history`() throws {
    let first = try Database(path: path)
    let second = try Database(path: ":memory:")
    for (database, order) in [(first, Array(0..<50)), (second, (0..<50).shuffled())] {
      try database.execute(Self.schema + "; CREATE TABLE s (k TEXT, v INTEGER) STRICT")
      if database === first { try database.execute("INSERT INTO s VALUES ('gone', 1)") }
      for index in order {
        try database.run(
          "INSERT INTO s VALUES (?, ?)", [.text("k\(index % 7)"), .integer(Int64(index))])
        try database.run(
          "INSERT INTO t(id, x) VALUES (?, ?)", [.integer(Int64(index)), .real(0.5)])
      }
      if database === first { try database.execute("DELETE FROM s WHERE k = 'gone'; VACUUM") }
    }
    let lines = try lines(first)
    #expect(lines.count == 102)
    #expect(try self.lines(second) == lines)
    try second.run("UPDATE t SET x = 0.25 WHERE id = 7")
    #expect(try self.lines(second) != lines)
  }

  @Test func `A file that is no database says so`() throws {
    try DurableFile.write(Array("not a database, but long enough to look at".utf8), to: path)
    let error = #expect(throws: DatabaseError.self) { try Database(path: path) }
    #expect(error?.isDamaged == true)
    let missing = #expect(throws: DatabaseError.self) {
      try Database(path: directory.path + "/none", readOnly: true)
    }
    #expect(missing?.description.contains("check the path") == true)
    let reader = #expect(throws: DatabaseError.self) {
      try Database(path: ":memory:", readOnly: true).execute(Self.schema)
    }
    #expect(reader?.description.contains("may not be written") == true)
  }
}
