// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import Storage

/// What a witness cosigned last, one file a log: `SHA-256(origin)/checkpoint`.
struct WitnessStore: Sendable {
  /// The last word on one log.
  struct Record: Sendable {
    let checkpoint: Checkpoint
    /// The note with the witness's own signature.
    let note: [UInt8]
    /// When it was cosigned.
    let time: Int64
  }

  /// The most contradictions that are kept; a log that signs everything must not fill the disk.
  static let maximumContradictionCount = 64

  private let directory: String
  private let lock: Lock

  /// The lock of the directory; its methods are called by nobody after `init`.
  private final class Lock: @unchecked Sendable {
    let lock: FileLock
    init(_ lock: FileLock) { self.lock = lock }
  }

  init(directory: String) throws(StorageError) {
    self.directory = directory
    try FileSystem.createDirectory(directory, mode: 0o700)
    lock = Lock(try FileLock(path: directory + "/lock"))
  }

  /// The folder of a log, which is also its name in the monitoring interface.
  static func folder(of origin: String) -> String { SHA256.digest(origin).hex }

  private func path(of origin: String) -> String {
    "\(directory)/\(Self.folder(of: origin))/checkpoint"
  }

  func read(_ origin: String, witness: CosignatureVerifier) throws -> Record? {
    let path = path(of: origin)
    let bytes: [UInt8]
    do throws(StorageError) {
      bytes = try FileSystem.readFile(path, limit: SignedNote.maximumByteCount)
    } catch {
      guard error.isMissing else { throw error }
      return nil
    }
    guard let note = try? SignedNote(parsing: bytes),
      let own = try? witness.cosignatures(on: note).first,
      let checkpoint = Checkpoint(text: note.text),
      checkpoint.origin.utf8.elementsEqual(origin.utf8)
    else { throw WitnessStateError(path: path) }
    return Record(checkpoint: checkpoint, note: bytes, time: own.time)
  }

  func write(_ record: Record) throws(StorageError) {
    let path = path(of: record.checkpoint.origin)
    try FileSystem.createDirectory(FileSystem.parentDirectory(of: path), mode: 0o700)
    try DurableFile.write(record.note, to: path)
  }

  /// Keeps two checkpoints, of which the second was submitted as following from the first and does not.
  func keepContradiction(_ first: [UInt8], _ second: [UInt8]) throws(StorageError) {
    let folder = directory + "/contradictions"
    try FileSystem.createDirectory(folder, mode: 0o700)
    guard try FileSystem.listDirectory(folder).count < Self.maximumContradictionCount else {
      return
    }
    let name = SHA256.digest(first + second).hex
    try DurableFile.write(first + [0x0a] + second, to: "\(folder)/\(name).txt")
  }
}

/// A witness's record is not one that it cosigned.
package struct WitnessStateError: Error, Hashable, Sendable {
  /// The file.
  package let path: String
}

extension WitnessStateError: CustomStringConvertible {
  package var description: String {
    "'\(path)' is not a checkpoint this witness cosigned: without it the witness could be led back "
      + "in time; restore the file, or start a witness of another key"
  }
}
