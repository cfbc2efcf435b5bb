// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Merkle
import Primitives
package import Signing
package import Storage

extension LogWriter {
  /// Opens a log for writing, brings a committed append to its end, and cleans up after a crash.
  ///
  /// A log without a journal, such as one from a mirror, gets an empty one.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - signer: The log's key.
  ///   - syncing: How to make files durable; nil for the best that the file system offers.
  /// - Returns: The writer, holding the lock.
  /// - Throws: `LogError.checkpoint` where the checkpoint is not this signer's, `.damaged` where
  ///   the last tiles and the last bundle do not give the signed root, `.journal` where checkpoint
  ///   and journal contradict each other, `.storage` where another writer holds the log.
  package static func open(
    path: String, signer: NoteSigner, syncing: SyncMethod? = nil
  ) throws(LogError) -> LogWriter {
    let directory = LogDirectory(path)
    guard FileSystem.directoryExists(directory.path) else {
      throw .storage(.failed(.read, path: directory.checkpointPath, code: ENOENT))
    }
    let lock = try storing { () throws(StorageError) in try FileLock(path: directory.lockPath) }
    var isDirty = lock.wasAbandoned
    do throws(LogError) {
      let checkpoint = try directory.readCheckpoint(by: signer.verifier)
      let journal = try CommitJournal(directory: directory.journalPath, signer: signer)
      let (edge, record) = try start(directory, checkpoint, journal)
      let writer = try LogWriter(
        directory: directory, signer: signer, lock: lock, journal: journal, edge: edge,
        checkpoint: checkpoint, method: syncing)
      // Where something fails below, the next writer cleans up.
      isDirty = true
      writer.hasLeftovers = true
      if let record {
        try writer.replay(record)
      } else if let record = journal.newest, record.newer.size == writer.size {
        writer.superseded = writer.superseded(since: record.older.size)
      }
      try storing { () throws(StorageError) in
        for tile in RightEdge.partialTiles(size: writer.size) {
          try writer.removePartials(of: tile, widerThan: tile.width)
        }
      }
      if lock.wasAbandoned { try writer.removeLeftovers() }
      writer.hasLeftovers = false
      return writer
    } catch {
      lock.release(abandoning: isDirty)
      throw error
    }
  }

  /// Where the writer begins, and the record that it must bring to its end first.
  ///
  /// | journal's newest record | what it means |
  /// |---|---|
  /// | none | nothing was appended since the journal was made |
  /// | leads to the checkpoint | the last append came to its end |
  /// | leads beyond it | committed, and not seen or not durably renamed: replay |
  /// | ends before it | the journal is an older one: the log must contain its state |
  private static func start(
    _ directory: LogDirectory, _ checkpoint: Checkpoint, _ journal: CommitJournal
  ) throws(LogError) -> (RightEdge, JournalRecord?) {
    let path = directory.journalPath
    guard let record = journal.newest, record.newer.size > checkpoint.size else {
      let reader = try LogReader(directory, checkpoint: checkpoint)
      if let record = journal.newest,
        try reader.root(at: record.newer.size) != record.newer.root
      {
        throw .journal(path: path, .forked(at: record.newer.size))
      }
      return (try reader.loadEdge(), nil)
    }
    // The tiles of the older state were durable before this record was written.
    let base = Checkpoint(
      origin: checkpoint.origin, size: record.older.size, root: record.older.root)
    guard checkpoint.size <= base.size else {
      throw .journal(path: path, .forked(at: record.newer.size))
    }
    let edge: RightEdge
    let root: Digest
    do throws(LogError) {
      let reader = try LogReader(directory, checkpoint: base)
      root = try reader.root(at: checkpoint.size)
      edge = try reader.loadEdge()
    } catch {
      let isMissing =
        switch error {
        case .storage(let cause): cause.isMissing
        case .damaged: true
        default: false
        }
      guard isMissing, checkpoint.size < base.size else { throw error }
      throw .journal(path: path, .rolledBack(to: checkpoint.size, from: record.newer.size))
    }
    guard root == checkpoint.root else {
      throw .journal(path: path, .forked(at: checkpoint.size))
    }
    return (edge, record)
  }

  /// Brings a committed append to its end; the same checkpoint comes out however often it is done.
  private func replay(_ record: JournalRecord) throws(LogError) {
    let pending = try prepare(record.entries, takingBack: false)
    guard pending.record == record else {
      throw .journal(path: directory.journalPath, .forked(at: record.newer.size))
    }
    try storing { () throws(StorageError) in try journal.writeNewestAgain() }
    try publish(pending)
  }
}
