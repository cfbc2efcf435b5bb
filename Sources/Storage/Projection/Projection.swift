// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Register

/// `register.sqlite`: the log as tables for people and programs that ask questions of it.
///
/// The file is a function of the log: it is always made whole, in one transaction, and moved into
/// place. So a rebuild gives the same bytes, and one altered byte shows.
package enum Projection {
  /// The largest projection that is read.
  static let largestFile = 1 << 36

  /// Makes the projection of events and puts it in place durably.
  ///
  /// - Complexity: O(events); about 100,000 events a second.
  package static func write(events: [Event], to path: String) throws {
    try DurableFile.write(try image(of: try database(of: events)), to: path)
  }

  /// Says how a projection differs from a rebuild.
  ///
  /// Nothing is written, so a register may lie where nobody can write.
  ///
  /// - Parameters:
  ///   - path: The projection.
  ///   - events: All events of the log.
  /// - Returns: What differs, in words; nil where nothing does.
  /// - Throws: `StorageError` where the projection cannot be read.
  package static func difference(of path: String, from events: [Event]) throws -> String? {
    let rebuilt = try database(of: events)
    let expected = try image(of: rebuilt)
    let stored = try FileSystem.readFile(path, limit: largestFile)
    if stored == expected { return nil }
    let place = zip(stored, expected).enumerated().first { $1.0 != $1.1 }?.offset
    let offset = place ?? min(stored.count, expected.count)
    let tables = try? differingTables(Database(image: stored, path: path), rebuilt)
    guard let tables else {
      return "it is no database that can be read, from byte \(offset) on: run 'cadastre rebuild'"
    }
    let location =
      tables.isEmpty ? "byte \(offset)" : "the table " + tables.joined(separator: ", ")
    return "it differs from a rebuild in \(location): run 'cadastre rebuild'"
  }

  private static func database(of events: [Event]) throws -> Database {
    let database = try Database()
    try database.execute("PRAGMA page_size=4096; PRAGMA encoding='UTF-8'")
    try database.transaction {
      for table in ProjectionSchema.tables { try database.execute(table) }
      try ProjectionRows.insert(events, into: database)
    }
    return database
  }

  /// The file's bytes, without the version of SQLite that made it.
  ///
  /// That number stands at offset 96 and means nothing to a reader (SQLite file format, 1.3.14); it
  /// would make the same log give other bytes on another machine.
  private static func image(of database: Database) throws(DatabaseError) -> [UInt8] {
    var image = try database.image()
    for offset in 96..<100 { image[offset] = 0 }
    return image
  }

  private static func differingTables(_ stored: Database, _ rebuilt: Database) throws -> [String] {
    try ProjectionSchema.names.filter { name in
      let query = "SELECT * FROM \(name) ORDER BY 1, 2"
      return try stored.prepare(query).rows() != rebuilt.prepare(query).rows()
    }
  }
}
