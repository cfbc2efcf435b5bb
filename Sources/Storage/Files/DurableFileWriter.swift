// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Writes one file in pieces; the file appears whole and durable when `finish` returns, or not at all.
///
/// The bytes go to a temporary file beside the target, which is synced and renamed. A writer that is
/// dropped before `finish` removes its temporary file. Not for use from several threads.
package final class DurableFileWriter {
  private static let counter = Atomic<Int>(0)
  private static let prefix = ".cadastre-"
  private static let suffix = ".tmp"

  private let path: String
  private let temporaryPath: String
  private var descriptor: Int32

  /// Opens a temporary file beside the target.
  package init(path: String, mode: UInt32 = 0o644) throws(StorageError) {
    self.path = path
    let directory = FileSystem.parentDirectory(of: path)
    while true {
      let candidate = Self.temporaryPath(in: directory)
      do throws(StorageError) {
        descriptor = try FileSystem.openFile(
          candidate, O_WRONLY | O_CREAT | O_EXCL, mode: mode, operation: .write)
        temporaryPath = candidate
        return
      } catch .failed(_, _, EEXIST) {
        // A process of the same number died here: take the next name.
        continue
      } catch .failed(let operation, _, let code) {
        throw .failed(operation, path: path, code: code)
      }
    }
  }

  deinit {
    if descriptor >= 0 { abandon() }
  }

  /// Adds bytes at the end.
  ///
  /// - Precondition: the file is not finished.
  package func append(_ bytes: [UInt8]) throws(StorageError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(StorageError) in
      try append(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Adds bytes in memory at the end.
  package func append(_ buffer: UnsafeRawBufferPointer) throws(StorageError) {
    precondition(descriptor >= 0, "a finished file takes no more bytes")
    var written = 0
    while written < buffer.count {
      let count = write(
        descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw .failed(.write, path: path, code: errno)
      }
    }
  }

  /// Takes room for bytes that come later, at the beginning of an empty file; `append` then fills it.
  ///
  /// A disk that is full says so here, and not when there is no way back.
  package func reserve(byteCount: Int) throws(StorageError) {
    try append([UInt8](repeating: 0, count: byteCount))
    guard lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw .failed(.write, path: path, code: errno)
    }
  }

  /// Waits until the bytes are on the disk.
  ///
  /// - Throws: `StorageError.syncFailed`: the writer must stop, for the system has dropped the bytes
  ///   and a second sync would claim success (Rebello et al., USENIX ATC 2020).
  package func sync() throws(StorageError) {
    precondition(descriptor >= 0, "a finished file is not synced")
    guard fsync(descriptor) == 0 else { throw .syncFailed(path: path, code: errno) }
  }

  /// What `finish` makes durable; the rest is the caller's, who has many files to sync.
  package enum Syncing: Sendable {
    /// Nothing: the caller syncs the file system, before or after.
    case nothing
    /// The bytes, and not the name.
    case content
    /// The bytes, then the name.
    case all
  }

  /// Puts the file in its place.
  ///
  /// - Parameter syncing: What to make durable.
  /// - Throws: `StorageError`; after `.syncFailed` the writer must stop.
  package func finish(syncing: Syncing = .all) throws(StorageError) {
    precondition(descriptor >= 0, "a file is finished once")
    if syncing != .nothing { try sync() }
    guard rename(temporaryPath, path) == 0 else {
      throw .failed(.rename, path: path, code: errno)
    }
    close(descriptor)
    descriptor = -1
    if syncing == .all {
      try FileSystem.syncDirectory(FileSystem.parentDirectory(of: path))
    }
  }

  private func abandon() {
    close(descriptor)
    unlink(temporaryPath)
    descriptor = -1
  }

  /// A path in a directory that this process has not used yet, of a temporary file's form.
  static func temporaryPath(in directory: String) -> String {
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    return "\(directory)/\(prefix)\(getpid())-\(number)\(suffix)"
  }

  /// Whether a name is that of a temporary file, which a crash may leave behind.
  package static func isTemporary(name: some StringProtocol) -> Bool {
    name.hasPrefix(prefix) && name.hasSuffix(suffix)
  }
}
