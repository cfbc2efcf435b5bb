// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
internal import CSQLite
package import Primitives
package import Register

/// `register.sqlite`: the log as tables for people and programs that ask questions of it.
///
/// The file is a function of the log. It says itself which state of the log it stands for, and
/// that moves in the same transaction as the rows: a crash leaves it at the old state or at the new
/// one. SQLite puts the same rows, written in the same order, at the same places, whatever the
/// transactions were; so a projection that followed the log has the bytes of one made whole, save
/// two counters of transactions (offsets 24 and 92).
package enum Projection {
  /// Brings a projection to a state of the log.
  ///
  /// What is missing is added in one transaction. A projection that is not there, is ahead of the
  /// log, of another log, of another version or damaged is made again, and so is one that lacks
  /// more than it has. For the holder of the log's lock.
  ///
  /// - Parameters:
  ///   - path: The projection.
  ///   - position: The state of the log.
  ///   - events: All events of the log.
  ///   - root: The root that the log had at a smaller size.
  /// - Throws: `DatabaseError` or `StorageError`; the projection is then as it was.
  package static func update(
    _ path: String, to position: ProjectionPosition, events: [Event], root: (Int) throws -> Digest
  ) throws {
    precondition(events.count == position.size, "a log has as many events as entries")
    if FileSystem.fileExists(path), !foreignCompanions(of: path) {
      do {
        if try follow(path, to: position, events: events, root: root) { return }
      } catch let error as DatabaseError where error.isDamage {
        // A projection holds nothing that the log does not: it is made again.
      }
    }
    try write(events, at: position, to: path)
  }

  /// Adds what a projection lacks; false where it cannot be gone on with.
  private static func follow(
    _ path: String, to position: ProjectionPosition, events: [Event], root: (Int) throws -> Digest
  ) throws -> Bool {
    let file = try ProjectionFile(opening: path)
    guard let recorded = try file.position(), recorded.size <= position.size else { return false }
    if recorded == position { return true }
    guard position.size - recorded.size <= recorded.size, recorded.size > 0,
      try root(recorded.size) == recorded.root
    else { return false }
    for index in recorded.size..<position.size { try file.add(events[index], at: index) }
    try file.commit(position)
    return true
  }

  /// Makes the projection of events anew and puts it in place durably.
  ///
  /// - Complexity: O(events); the memory of a cache of fixed size.
  package static func write(
    _ events: [Event], at position: ProjectionPosition, to path: String
  ) throws {
    let scratch = DurableFileWriter.temporaryPath(in: FileSystem.parentDirectory(of: path))
    do {
      try make(events, at: position, in: scratch)
      try replace(path, by: scratch)
    } catch {
      try? FileSystem.removeFile(scratch)
      guard let error = error as? DatabaseError else { throw error }
      throw DatabaseError(code: error.code, path: path, detail: error.detail)
    }
  }

  static func make(
    _ events: [Event], at position: ProjectionPosition, in path: String
  ) throws(DatabaseError) {
    let file = try ProjectionFile(creating: path)
    for (index, event) in events.enumerated() { try file.add(event, at: index) }
    try file.commit(position)
  }

  /// Puts a finished projection in the place of another.
  ///
  /// A journal beside the old file belongs to it alone; SQLite would roll it back into the new one.
  /// So where there is one the old file goes first, and a crash in between leaves none.
  private static func replace(_ path: String, by scratch: String) throws(StorageError) {
    let companions = companions(of: path).filter(FileSystem.fileExists)
    if !companions.isEmpty {
      let directory = FileSystem.parentDirectory(of: path)
      try FileSystem.removeFile(path)
      try FileSystem.syncDirectory(directory)
      for companion in companions { try FileSystem.removeFile(companion) }
      try FileSystem.syncDirectory(directory)
    }
    try DurableFile.move(scratch, to: path)
  }

  /// The files that SQLite reads beside a database: its rollback journal, and those of write-ahead
  /// logging, which no projection uses.
  static func companions(of path: String) -> [String] {
    ["-journal", "-wal", "-shm"].map { path + $0 }
  }

  /// Whether files lie beside a projection that only another program can have made.
  static func foreignCompanions(of path: String) -> Bool {
    companions(of: path).dropFirst().contains(where: FileSystem.fileExists)
  }
}

extension DatabaseError {
  /// Whether the file is at fault, not the disk or another process.
  var isDamage: Bool {
    [
      SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_MISMATCH,
      SQLITE_SCHEMA, SQLITE_FORMAT,
    ].contains(code & 0xff)
  }
}
