// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Primitives
package import Register

/// `register.sqlite`: the log as tables for people and programs that ask questions of it.
///
/// The file is a function of the log: it is always made whole, in one transaction, and moved into
/// place. So a rebuild gives the same bytes (under the same SQLite), and one altered byte shows.
package enum Projection {
  /// Makes the projection of events and puts it in place durably.
  ///
  /// - Complexity: O(events); about 100,000 events a second.
  package static func write(events: [Event], to path: String) throws {
    let temporary = path + ".new"
    try FileSystem.removeFile(temporary)
    try build(events: events, at: temporary)
    try DurableFile.move(temporary, to: path)
  }

  /// Says how a projection differs from a rebuild; nil where it does not.
  ///
  /// - Parameters:
  ///   - path: The projection.
  ///   - events: All events of the log.
  /// - Returns: What differs, in words.
  package static func difference(of path: String, from events: [Event]) throws -> String? {
    let rebuilt = path + ".verify-\(getpid())"
    try FileSystem.removeFile(rebuilt)
    defer { unlink(rebuilt) }
    try build(events: events, at: rebuilt)
    let stored = try FileSystem.readFile(path, limit: 1 << 36)
    let expected = try FileSystem.readFile(rebuilt, limit: 1 << 36)
    if stored == expected { return nil }
    let tables = try? differingTables(path, rebuilt)
    if let tables, tables.isEmpty, areOfDifferentLibraries(stored, expected) { return nil }
    let offset = zip(stored, expected).enumerated().first { $1.0 != $1.1 }?.offset
    let place = offset ?? min(stored.count, expected.count)
    guard let tables else {
      return "it is no database that can be read, from byte \(place) on: run 'cadastre rebuild'"
    }
    let location =
      tables.isEmpty ? "byte \(place)" : "the table " + tables.joined(separator: ", ")
    return "it differs from a rebuild in \(location): run 'cadastre rebuild'"
  }

  private static func build(events: [Event], at path: String) throws {
    let database = try Database(path: path, mode: .scratch)
    try database.execute("PRAGMA page_size=4096; PRAGMA encoding='UTF-8'")
    try database.transaction {
      for table in ProjectionSchema.tables { try database.execute(table) }
      try ProjectionRows.insert(events, into: database)
    }
  }

  /// Whether two files were made by different SQLite versions (header offset 96, big endian, such
  /// as 3040001); then equal tables are all that can be asked for.
  private static func areOfDifferentLibraries(_ stored: [UInt8], _ expected: [UInt8]) -> Bool {
    func version(_ bytes: [UInt8]) -> UInt32? {
      var reader = ByteReader(bytes)
      _ = reader.read(count: 96)
      return reader.readBigEndian(UInt32.self)
    }
    guard let one = version(stored), let other = version(expected), one != other else {
      return false
    }
    return one / 1_000_000 == 3 && one % 1000 < 100
  }

  private static func differingTables(_ left: String, _ right: String) throws -> [String] {
    let (stored, rebuilt) = (
      try Database(path: left, mode: .readOnly), try Database(path: right, mode: .readOnly)
    )
    return try ProjectionSchema.names.filter { name in
      let query = "SELECT * FROM \(name) ORDER BY 1, 2"
      return try stored.prepare(query).rows() != rebuilt.prepare(query).rows()
    }
  }
}
