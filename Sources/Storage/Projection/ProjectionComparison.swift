// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Register

extension Projection {
  /// Says how a projection differs from one made anew from the log.
  ///
  /// The rebuild goes to a file below the system's temporary directory, and both are read in
  /// pieces: memory is bounded whatever the size of the log. Nothing is written beside the
  /// projection, so a register may lie where nobody can write. Every byte is compared but for the
  /// counters of transactions, which must agree with each other. Where bytes differ, tables, rows,
  /// indices and schema are compared to name what differs. A projection that another version of
  /// SQLite wrote last is held to equal content only: versions may place rows differently.
  ///
  /// - Parameters:
  ///   - path: The projection.
  ///   - events: All events of the log.
  ///   - position: The state of the log.
  /// - Returns: What differs, in words; nil where nothing does.
  /// - Throws: `StorageError` or `DatabaseError` where a file cannot be read or made.
  package static func difference(
    of path: String, from events: [Event], at position: ProjectionPosition
  ) throws -> String? {
    let remedy = ": run 'cadastre rebuild'"
    // SQLite would apply these to what it reads, and they are not made from the log.
    if let companion = companions(of: path).first(where: FileSystem.fileExists) {
      return "an append was cut off and left '\(companion)'" + remedy
    }
    let scratch = try ScratchDirectory()
    let rebuilt = scratch.path + "/register.sqlite"
    try make(events, at: position, in: rebuilt)
    guard let offset = try firstDifference(path, rebuilt) else { return nil }
    let content: ContentDifference
    do {
      content = try ContentDifference(of: path, from: rebuilt)
    } catch let error as DatabaseError where error.isDamage {
      return "it is no database that can be read, from byte \(offset) on" + remedy
    }
    if !content.tables.isEmpty {
      return "it differs from a rebuild in the table \(content.tables.joined(separator: ", "))"
        + remedy
    }
    if !content.isIntact { return "its tables and indices contradict each other" + remedy }
    if content.isOfAnotherSQLite { return nil }
    return "it differs from a rebuild in byte \(offset)" + remedy
  }

  /// The first byte in which two databases differ; nil where they differ in counters alone.
  static func firstDifference(_ path: String, _ other: String) throws(StorageError) -> Int? {
    let sizes = (try FileSystem.fileSize(path), try FileSystem.fileSize(other))
    var one = try FileReader(path: path)
    var two = try FileReader(path: other)
    let (left, right) = (Self.piece(), Self.piece())
    defer {
      left.deallocate()
      right.deallocate()
    }
    var start = 0
    while true {
      let counts = (try one.read(into: left), try two.read(into: right))
      let shorter = min(counts.0, counts.1)
      guard let base = left.baseAddress, let other = right.baseAddress else { return start }
      let isSame = memcmp(base, other, shorter) == 0
      for offset in 0..<(isSame ? 0 : shorter) where left[offset] != right[offset] {
        // The counters stand in the first piece, and so do their twins.
        guard start == 0, isCounter(offset), left[offset] == left[counterTwin(of: offset)] else {
          return start + offset
        }
      }
      start += shorter
      guard counts.0 == counts.1 else { return start }
      if shorter == 0 { return sizes.0 == sizes.1 ? nil : start }
    }
  }

  private static func piece() -> UnsafeMutableRawBufferPointer {
    .allocate(byteCount: 1 << 20, alignment: 64)
  }

  /// Whether an offset is in the change counter or in its copy beside the version of SQLite
  /// (SQLite file format, 1.3.6 and 1.3.14).
  private static func isCounter(_ offset: Int) -> Bool {
    (24..<28).contains(offset) || (92..<96).contains(offset)
  }

  private static func counterTwin(of offset: Int) -> Int { offset < 92 ? offset + 68 : offset - 68 }
}

/// How the content of two databases differs, found by reading both side by side.
private struct ContentDifference {
  /// The tables whose rows, definition or indices differ, or that one of the two lacks.
  var tables: [String] = []
  /// Whether SQLite finds every index in keeping with its table, and no page lost.
  var isIntact = false
  /// Whether another version of SQLite wrote last, and says so in both places.
  var isOfAnotherSQLite = false

  init(of path: String, from rebuilt: String) throws {
    let stored = try Database(path: path, mode: .readOnly)
    let expected = try Database(path: rebuilt, mode: .readOnly)
    let schema = "SELECT tbl_name, type, name, sql FROM sqlite_schema ORDER BY rowid"
    let definitions = (
      try stored.prepare(schema).rows(), try expected.prepare(schema).rows()
    )
    var names: [String] = []
    for row in definitions.1 + definitions.0 {
      let name = row[0].text ?? ""
      if !names.contains(name) { names.append(name) }
    }
    for name in names {
      let (one, two) = (
        definitions.0.filter { $0[0].text == name }, definitions.1.filter { $0[0].text == name }
      )
      if try one != two || Self.rowsDiffer(of: name, stored, expected) { tables.append(name) }
    }
    let check = try stored.prepare("PRAGMA integrity_check(1)").rows()
    isIntact = check == [[.text("ok")]]
    let version = "SELECT sqlite FROM projection"
    let recorded = try? stored.prepare(version).rows()
    let mine = try expected.prepare(version).rows()
    if let recorded, recorded != mine, case .integer(let number)? = recorded.first?.first {
      isOfAnotherSQLite = try Self.isFile(path, writtenBy: number)
    }
  }

  /// Whether the header of a database names that version of SQLite, its counters agree and its
  /// length is that of its pages.
  private static func isFile(_ path: String, writtenBy version: Int64) throws -> Bool {
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) {
      func number(at offset: Int) -> Int64 {
        (offset..<offset + 4).reduce(0) { $0 << 8 | Int64(file.bytes[$1]) }
      }
      guard file.bytes.count >= 100 else { return false }
      return number(at: 96) == version && number(at: 24) == number(at: 92)
        && number(at: 28) * 4096 == Int64(file.bytes.count)
    }
  }

  private static func rowsDiffer(
    of table: String, _ stored: Database, _ expected: Database
  ) throws(DatabaseError) -> Bool {
    let quoted = "\"" + table.replacing("\"", with: "\"\"") + "\""
    // The version of SQLite is told from the header; all else must be equal.
    let columns =
      table == "projection" ? "one, size, root, works, grants, schema" : "*"
    do throws(DatabaseError) {
      return try answersDiffer(to: "SELECT \(columns) FROM \(quoted)", stored, expected)
    } catch {
      guard error.isDamage else { throw error }
      return true
    }
  }

  private static func answersDiffer(
    to query: String, _ stored: Database, _ expected: Database
  ) throws(DatabaseError) -> Bool {
    let one = try stored.prepare(query)
    let two = try expected.prepare(query)
    while true {
      let row = try one.next()
      if try row != two.next() { return true }
      if row == nil { return false }
    }
  }
}
