// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Merkle
import Primitives
package import Signing
import Storage
package import TransparencyLog

/// Keeps a copy of somebody else's log: verified, up to date, fit to be served by any web server.
///
/// Every file is checked against the signed root before it is written, the checkpoint is replaced
/// last. So the copy is whole at every moment, and one that was interrupted goes on where it was.
/// Partial tiles of states that were copied stay until their full tile is there.
package struct LogMirror {
  /// What a run brought.
  package struct Outcome: Hashable, Sendable {
    /// How many entries the copy had; nil where there was none.
    package let before: UInt64?
    /// What the copy holds now.
    package let checkpoint: Checkpoint
    /// How many files were fetched and written.
    package let fileCount: Int
    /// How many bytes these have.
    package let byteCount: Int
  }

  private let directory: String
  private let verifier: NoteVerifier
  private let policy: TrustPolicy

  /// A copy in a directory.
  ///
  /// - Parameters:
  ///   - directory: Where the copy is or will be; the lock stands beside it.
  ///   - verifier: The log's key.
  ///   - policy: Which witnesses a checkpoint needs to be copied.
  package init(directory: String, verifier: NoteVerifier, policy: TrustPolicy) {
    var directory = directory
    while directory.utf8.count > 1, directory.hasSuffix("/") { directory.removeLast() }
    self.directory = directory
    self.verifier = verifier
    self.policy = policy
  }

  /// Copies what is new.
  ///
  /// - Parameters:
  ///   - source: Where the log is.
  ///   - progress: Told how many entries of how many are there.
  /// - Returns: What was there, what is there now, and how much was fetched.
  /// - Throws: `MirrorError` where the log does not hold what it signed, or not what it signed before;
  ///   `LogSourceError`, `StorageError`. The copy is as it was then, but for tiles that were checked.
  package func run(
    from source: LogSource, progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws -> Outcome {
    try FileSystem.createDirectory(directory)
    let lock = try FileLock(path: directory + ".lock")
    defer { lock.release() }
    let before = try readOwn()
    var last: (any Error)?
    for _ in 0..<LogMonitor.maximumAttempts {
      let note = try source.bytes("checkpoint", limit: SignedNote.maximumByteCount)
      do {
        return try update(to: note, before: before, source, progress)
      } catch MirrorError.fault(.missing(let tile)) {
        // Tiles of a size that is over may be gone: look whether the log has grown.
        last = MirrorError.fault(.missing(tile))
        if try source.bytes("checkpoint", limit: SignedNote.maximumByteCount) == note { break }
      }
    }
    throw last ?? MirrorError.fault(.wrongEmptyRoot)
  }

  private func readOwn() throws -> (checkpoint: Checkpoint, note: [UInt8])? {
    do throws(LogError) {
      return try LogPublication(path: directory, verifier: verifier).checkpoint()
    } catch .storage(let error) where error.isMissing {
      return nil
    } catch {
      throw error
    }
  }

  private func update(
    to note: [UInt8], before: (checkpoint: Checkpoint, note: [UInt8])?, _ source: LogSource,
    _ progress: (UInt64, UInt64) -> Void
  ) throws -> Outcome {
    let checkpoint: Checkpoint
    do throws(PolicyRefusal) {
      checkpoint = try policy.accept(note, of: verifier).checkpoint
    } catch {
      throw MirrorError.refused(error)
    }
    let own = before?.checkpoint
    if let own, own.size > checkpoint.size {
      throw MirrorError.rollback(from: own.size, to: checkpoint.size)
    }
    if let before, before.checkpoint.size == checkpoint.size,
      before.checkpoint.root != checkpoint.root
    {
      throw MirrorError.splitView(
        Contradiction(log: verifier, first: before.note, second: note))
    }
    let copy = MirrorCopy(directory: directory, source: source)
    do {
      if own?.size != checkpoint.size {
        let tree = try VerifiedTree(checkpoint) { try copy.bytes(of: $0, isSecond: $1) }
        if let before, before.checkpoint.size > 0 {
          let sequence = try tree.sequence(from: before.checkpoint.size)
          guard sequence.roots(hasher: SHA256Tree()).older == before.checkpoint.root else {
            throw MirrorError.splitView(
              Contradiction(
                log: verifier, first: before.note, second: note, hashes: sequence.hashes))
          }
        }
        try copy.take(tree, from: own?.size ?? 0, progress)
      }
    } catch let fault as TreeFault {
      throw MirrorError.fault(fault)
    }
    if note != before?.note {
      try DurableFile.write(note, to: directory + "/checkpoint")
    }
    try copy.removeSuperseded(from: own?.size ?? 0, to: checkpoint.size)
    return Outcome(
      before: own?.size, checkpoint: checkpoint, fileCount: copy.fileCount,
      byteCount: copy.byteCount)
  }
}

/// Why a log was not copied.
package enum MirrorError: Error, Sendable {
  /// The checkpoint is not accepted.
  case refused(PolicyRefusal)
  /// A file of the log does not hold what it signed.
  case fault(TreeFault)
  /// The log shows fewer entries than the copy has.
  case rollback(from: UInt64, to: UInt64)
  /// The log signed another tree than the one that was copied.
  case splitView(Contradiction)
}

extension MirrorError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .refused(let refusal): "the log's checkpoint is not accepted: \(refusal)"
    case .fault(let fault):
      "\(fault): the copy was not changed; try again, or copy from another place"
    case .rollback(let from, let to):
      "rollback: the copy has \(from) entries and the log shows \(to): keep the copy, and ask the"
        + " log's operator"
    case .splitView:
      "split view: the log signed another tree than the one that was copied: keep the copy, and show"
        + " both checkpoints"
    }
  }
}
