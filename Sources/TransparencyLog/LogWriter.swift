// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Merkle
import Primitives
package import Signing
import Storage

/// The one writer of a log: takes batches of entries and answers when they are durable and signed.
///
/// Order of a batch: bundles and tiles to the disk, read back and hashed again, and only then the
/// checkpoint by rename. A crash at any point leaves the old checkpoint or the new one, and files
/// beyond the old one are nobody's: the next writer overwrites or removes them. For one thread.
package final class LogWriter {
  private let directory: LogDirectory
  private let signer: NoteSigner
  private let lock: FileLock
  private var edge: RightEdge
  private var isStopped = false
  private var hasLeftovers = false

  /// The newest signed checkpoint.
  package private(set) var checkpoint: Checkpoint

  /// What checks its checkpoints.
  package var verifier: NoteVerifier { signer.verifier }

  /// The number of entries, all of them durable.
  package var size: UInt64 { checkpoint.size }

  private init(
    directory: LogDirectory, signer: NoteSigner, lock: FileLock, edge: RightEdge,
    checkpoint: Checkpoint
  ) {
    self.directory = directory
    self.signer = signer
    self.lock = lock
    self.edge = edge
    self.checkpoint = checkpoint
  }

  deinit { lock.release(abandoning: hasLeftovers) }

  /// Makes an empty log with its first checkpoint.
  ///
  /// - Parameters:
  ///   - path: The directory; it is made where it does not exist. The lock file stands beside it.
  ///   - signer: The log's key, whose name is the log's origin.
  /// - Returns: The writer, holding the lock.
  /// - Throws: `LogError.alreadyExists` where there is a checkpoint, `.storage`.
  package static func create(path: String, signer: NoteSigner) throws(LogError) -> LogWriter {
    let directory = LogDirectory(path)
    let lock = try storing { () throws(StorageError) in
      try FileSystem.createDirectory(directory.path)
      return try FileLock(path: directory.lockPath)
    }
    guard !FileSystem.fileExists(directory.checkpointPath) else {
      throw .alreadyExists(path: directory.path)
    }
    let checkpoint = Checkpoint(
      origin: signer.verifier.name, size: 0, root: SHA256Tree().emptyRoot)
    let writer = LogWriter(
      directory: directory, signer: signer, lock: lock, edge: RightEdge(), checkpoint: checkpoint)
    try writer.publish(checkpoint)
    return writer
  }

  /// Opens a log for writing and cleans up after a writer that crashed.
  ///
  /// - Throws: `LogError.checkpoint` where the checkpoint is not this signer's, `.damaged` where
  ///   the last tiles and the last bundle do not give the signed root, `.storage` where another
  ///   writer holds the log.
  package static func open(path: String, signer: NoteSigner) throws(LogError) -> LogWriter {
    let directory = LogDirectory(path)
    guard FileSystem.directoryExists(directory.path) else {
      throw .storage(.failed(.read, path: directory.checkpointPath, code: ENOENT))
    }
    let lock = try storing { () throws(StorageError) in try FileLock(path: directory.lockPath) }
    let reader: LogReader
    let edge: RightEdge
    do throws(LogError) {
      reader = try LogReader(path: path, verifier: signer.verifier)
      edge = try reader.loadEdge()
      if lock.wasAbandoned { try removeLeftovers(directory, size: reader.checkpoint.size) }
    } catch {
      lock.release(abandoning: lock.wasAbandoned)
      throw error
    }
    return LogWriter(
      directory: directory, signer: signer, lock: lock, edge: edge, checkpoint: reader.checkpoint)
  }

  /// Appends entries, all of them or none, and returns when they are durable and signed.
  ///
  /// One call costs one sync for each file it writes and each directory it touches, six to eight for
  /// a small batch whatever its number of entries: batch them.
  ///
  /// - Returns: The indices of the entries.
  /// - Throws: `LogError.entryTooLarge` before anything is written; `.storage` where the entries are
  ///   not in the log, with `.stopped` from then on where a sync failed.
  package func append(_ entries: [[UInt8]]) throws(LogError) -> Range<UInt64> {
    guard !isStopped else { throw .stopped }
    for (position, entry) in entries.enumerated()
    where entry.count > EntryBundle.maximumEntryByteCount {
      throw .entryTooLarge(position: position, byteCount: entry.count)
    }
    let older = edge.size
    guard !entries.isEmpty else { return older..<older }
    do throws(LogError) {
      let (newer, written) = try write(entries)
      try verify(written, leadTo: newer)
      let next = Checkpoint(origin: checkpoint.origin, size: newer.size, root: newer.root)
      try publish(next)
      edge = newer
      checkpoint = next
    } catch {
      hasLeftovers = true
      switch error {
      case .storage(.syncFailed), .damaged: isStopped = true
      default: break
      }
      throw error
    }
    removeSuperseded(older)
    return older..<edge.size
  }

  private func publish(_ checkpoint: Checkpoint) throws(LogError) {
    let note = checkpoint.signed(by: signer)
    try storing { () throws(StorageError) in
      try DurableFile.write(Array(note.encoded.utf8), to: directory.checkpointPath)
    }
  }

  /// Writes the files of a larger log beside those of the present one.
  private func write(_ entries: [[UInt8]]) throws(LogError) -> (RightEdge, [Tile]) {
    var (newer, batch, written) = (edge, DurableBatch(), [Tile]())
    func write(_ files: [(tile: Tile, bytes: [UInt8])]) throws(StorageError) {
      for file in files {
        try batch.write(file.bytes, to: directory.path(of: file.tile))
        written.append(file.tile)
      }
    }
    try storing { () throws(StorageError) in
      for entry in entries { try write(newer.append(entry)) }
      try write(newer.partialFiles(since: edge.size))
      try batch.finish()
    }
    return (newer, written)
  }

  /// Reads back what was written, hashes its entries again, and compares every tile with the result.
  private func verify(_ written: [Tile], leadTo newer: RightEdge) throws(LogError) {
    var again = edge
    func compare(_ files: [(tile: Tile, bytes: [UInt8])]) throws(LogError) {
      for file in files {
        let bytes = try storing { () throws(StorageError) in try directory.read(file.tile) }
        guard bytes == file.bytes else { throw .damaged(path: directory.path(of: file.tile)) }
      }
    }
    for tile in written where tile.content == .entries {
      let known = Int(again.size % UInt64(Tile.fullWidth))
      for entry in try directory.readEntries(tile).dropFirst(known) {
        try compare(again.append(entry))
      }
    }
    try compare(again.partialFiles(since: edge.size))
    guard again.size == newer.size, again.root == newer.root else {
      throw .damaged(path: directory.path)
    }
  }

  /// Removes the partial tiles of the size before; what fails here the next writer cleans up.
  private func removeSuperseded(_ older: UInt64) {
    let present = RightEdge.partialTiles(size: edge.size)
    for tile in RightEdge.partialTiles(size: older) where !present.contains(tile) {
      do throws(StorageError) {
        try FileSystem.removeFile(directory.path(of: tile))
        try FileSystem.removeEmptyDirectory(directory.path(of: tile.directory))
      } catch {
        hasLeftovers = true
      }
    }
  }

  /// Removes what no checkpoint of that size names: files of an append that did not come to its end.
  private static func removeLeftovers(
    _ directory: LogDirectory, size: UInt64
  ) throws(LogError) {
    try storing { () throws(StorageError) in
      for name in try FileSystem.filesBelow(directory.path)
      where FileRole(of: name, size: size) == .leftover {
        try FileSystem.removeFile(directory.path(of: name))
      }
    }
  }
}
