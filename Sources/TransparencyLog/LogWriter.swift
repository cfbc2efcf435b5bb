// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Merkle
import Primitives
package import Signing
package import Storage

/// The one writer of a log: takes batches of entries and answers when they are durable and signed.
///
/// Order of a batch: bundles and tiles written, read back and hashed again; the journal, synced, which
/// is the commit; the checkpoint signed into a file without its name; one sync of the file system; the
/// checkpoint renamed into place. `Documentation/log.md` says why. A crash at any point leaves the
/// old checkpoint or the new one with all that it needs, and `open` brings a commit to its end. For
/// one thread; `LogSequencer` takes entries from many.
package final class LogWriter {
  let directory: LogDirectory
  let signer: NoteSigner
  let lock: FileLock
  let journal: CommitJournal
  let root: SyncRoot
  /// How many bytes a signed note has beside its text, whatever that says.
  private let signatureByteCount: Int
  var edge: RightEdge
  var hasLeftovers = false
  /// Partial tiles to be removed when the checkpoint that implies their full ones is durable under its
  /// name, which it is after the sync of the append after.
  var superseded: [Tile] = []
  /// Whether a failure left unknown what is on the disk; only opening the log anew ends it.
  package private(set) var isStopped = false

  /// The newest signed checkpoint.
  package var checkpoint: Checkpoint

  /// What checks its checkpoints.
  package var verifier: NoteVerifier { signer.verifier }

  /// The number of entries, all of them durable.
  package var size: UInt64 { checkpoint.size }

  /// How the files of an append become durable.
  package var syncMethod: SyncMethod { root.method }

  init(
    directory: LogDirectory, signer: NoteSigner, lock: FileLock, journal: CommitJournal,
    edge: RightEdge, checkpoint: Checkpoint, method: SyncMethod?
  ) throws(LogError) {
    self.directory = directory
    self.signer = signer
    self.lock = lock
    self.journal = journal
    self.edge = edge
    self.checkpoint = checkpoint
    let note = "cadastre log journal\n"
    signatureByteCount = signer.sign(note).encoded.utf8.count - note.utf8.count
    root = try storing { () throws(StorageError) in
      try SyncRoot(
        path: directory.path, method: method,
        parts: ["tile", "tile/entries", "tile/0"].map(directory.path(of:)))
    }
  }

  deinit { close() }

  /// Gives the log up; nothing is appended after that.
  package func close() {
    isStopped = true
    lock.release(abandoning: hasLeftovers)
  }

  /// Makes an empty log with its first checkpoint.
  ///
  /// - Parameters:
  ///   - path: The directory; it is made where it does not exist. The lock file and the journal
  ///     stand beside it.
  ///   - signer: The log's key, whose name is the log's origin.
  ///   - syncing: How to make files durable; nil for the best that the file system offers.
  /// - Returns: The writer, holding the lock.
  /// - Throws: `LogError.alreadyExists` where there is a checkpoint, `.journal` where there was one,
  ///   `.storage`.
  package static func create(
    path: String, signer: NoteSigner, syncing: SyncMethod? = nil
  ) throws(LogError) -> LogWriter {
    let directory = LogDirectory(path)
    let lock = try storing { () throws(StorageError) in
      try FileSystem.createDirectory(directory.path)
      return try FileLock(path: directory.lockPath)
    }
    guard !FileSystem.fileExists(directory.checkpointPath) else {
      throw .alreadyExists(path: directory.path)
    }
    let journal = try CommitJournal(directory: directory.journalPath, signer: signer)
    if let record = journal.newest {
      throw .journal(
        path: directory.journalPath, .rolledBack(to: 0, from: record.newer.size))
    }
    let checkpoint = Checkpoint(
      origin: signer.verifier.name, size: 0, root: SHA256Tree().emptyRoot)
    let writer = try LogWriter(
      directory: directory, signer: signer, lock: lock, journal: journal, edge: RightEdge(),
      checkpoint: checkpoint, method: syncing)
    // Every signature of the empty log is the same one: this needs no record.
    try storing { () throws(StorageError) in
      try DurableFile.write(
        Array(checkpoint.signed(by: signer).encoded.utf8), to: directory.checkpointPath)
    }
    return writer
  }

  /// Appends entries, all of them or none, and returns when they are durable and signed.
  ///
  /// One call costs two syncs whatever its number of entries: batch them.
  ///
  /// - Returns: The indices of the entries.
  /// - Throws: `LogError.entryTooLarge` before anything is written; `.storage` where the entries are
  ///   not in the log and the writer may be used again; with `isStopped` where only opening the log
  ///   anew will tell whether they are, and `.stopped` from then on.
  package func append(_ entries: [[UInt8]]) throws(LogError) -> Range<UInt64> {
    guard !isStopped else { throw .stopped }
    for (position, entry) in entries.enumerated()
    where entry.count > EntryBundle.maximumEntryByteCount {
      throw .entryTooLarge(position: position, byteCount: entry.count)
    }
    let older = edge.size
    guard !entries.isEmpty else { return older..<older }
    do throws(LogError) {
      try checkOwnership()
      let pending = try prepare(entries)
      try commit(pending)
      try publish(pending)
    } catch {
      hasLeftovers = true
      throw error
    }
    return older..<edge.size
  }

  /// Runs what cannot be taken back or tried again: where it fails, the writer stops.
  private func orStop<Result>(
    _ body: () throws(LogError) -> Result
  ) throws(LogError) -> Result {
    do throws(LogError) {
      return try body()
    } catch {
      isStopped = true
      throw error
    }
  }

  /// Whether this is still the one writer: its lock is in place, and the checkpoint is its own.
  private func checkOwnership() throws(LogError) {
    try orStop { () throws(LogError) in
      guard lock.isHeld else { throw .notTheWriter(path: directory.lockPath) }
      let bytes = try storing { () throws(StorageError) in
        try FileSystem.readFile(
          directory.checkpointPath, limit: SignedNote.maximumByteCount)
      }
      // Somebody may have added a cosignature: what counts is the text.
      guard let note = try? SignedNote(parsing: bytes), note.text == checkpoint.text else {
        throw .notTheWriter(path: directory.checkpointPath)
      }
    }
  }

  // MARK: - The steps of an append

  /// An append whose files are written and verified, and nothing of it is durable or signed.
  struct Pending {
    let newer: RightEdge
    let checkpoint: Checkpoint
    let record: JournalRecord
    let recordBytes: [UInt8]
    let files: DurableBatch
    /// The next checkpoint, with room for its bytes and without its name.
    let checkpointFile: DurableFileWriter
  }

  /// Everything that may fail for ordinary reasons, such as a full disk.
  ///
  /// - Parameters:
  ///   - entries: What is appended, at least one.
  ///   - takingBack: Whether to remove the files where it fails; not in a replay, where a checkpoint
  ///     that implies them may have been seen.
  /// - Returns: What is left to do.
  /// - Throws: `LogError.storage`, or `.damaged` where other bytes were read than written.
  func prepare(_ entries: [[UInt8]], takingBack: Bool = true) throws(LogError) -> Pending {
    var files = DurableBatch(in: root)
    do throws(LogError) {
      let (newer, written) = try write(entries, in: &files)
      try verify(written, leadTo: newer)
      let next = Checkpoint(origin: checkpoint.origin, size: newer.size, root: newer.root)
      let record = JournalRecord(
        older: LogState(size: edge.size, root: edge.root),
        newer: LogState(size: next.size, root: next.root), entries: entries)
      let recordBytes = record.encoded(signedBy: signer)
      let checkpointFile = try storing { () throws(StorageError) in
        try journal.reserve(byteCount: recordBytes.count)
        let file = try DurableFileWriter(path: directory.checkpointPath)
        try file.reserve(byteCount: next.text.utf8.count + signatureByteCount)
        return file
      }
      return Pending(
        newer: newer, checkpoint: next, record: record, recordBytes: recordBytes, files: files,
        checkpointFile: checkpointFile)
    } catch {
      switch error {
      case .storage(.syncFailed), .damaged: isStopped = true
      default:
        guard takingBack else { break }
        // What stays would be taken for a tile of a later size.
        do throws(StorageError) { try files.discard() } catch { isStopped = true }
      }
      throw error
    }
  }

  /// The first sync: from here on the entries will be in the log.
  private func commit(_ pending: Pending) throws(LogError) {
    try orStop { () throws(LogError) in
      try storing { () throws(StorageError) in
        try journal.write(pending.record, pending.recordBytes)
      }
    }
  }

  /// Signs, the second sync, and the checkpoint in its place.
  func publish(_ pending: Pending) throws(LogError) {
    try orStop { () throws(LogError) in
      let note = pending.checkpoint.signed(by: signer)
      try storing { () throws(StorageError) in
        try pending.checkpointFile.append(Array(note.encoded.utf8))
        if root.method == .eachFile { try pending.checkpointFile.sync() }
        try pending.files.finish()
        try pending.checkpointFile.finish(syncing: .nothing)
      }
      edge = pending.newer
      checkpoint = pending.checkpoint
    }
    removeSuperseded()
    superseded = superseded(since: pending.record.older.size)
  }
}
