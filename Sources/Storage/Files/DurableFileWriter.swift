// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Writes a file in pieces; it appears under its name, whole and flushed, when `finish` returns.
///
/// The order is: write a temporary file beside the target, flush it, rename it, flush the
/// directory. Dropping the writer before `finish` removes the temporary file.
package struct DurableFileWriter: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isFinished = false

  /// Opens a temporary file beside the target.
  package init(path: String, mode: UInt32 = 0o644) throws(StorageError) {
    self.path = path
    let name = path.split(separator: "/").last.map(String.init) ?? path
    temporary = Files.directory(of: path) + "/" + Files.temporaryPrefix + "\(getpid())-" + name
    // A file that a crashed process left may have other permissions: never write into that one.
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw Files.failure("write", path) }
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(temporary) }
  }

  /// Appends bytes.
  package mutating func append(_ bytes: [UInt8]) throws(StorageError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(StorageError) in
      try append(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Appends raw memory.
  package mutating func append(_ buffer: UnsafeRawBufferPointer) throws(StorageError) {
    var offset = 0
    while offset < buffer.count {
      let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...])
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Files.failure("write", path) }
      offset += count
    }
  }

  /// Flushes, renames and flushes the directory.
  ///
  /// - Throws: `StorageError.syncFailed` where the disk did not take it; never try that again.
  package mutating func finish() throws(StorageError) {
    guard fsync(descriptor) == 0 else { throw .syncFailed(path: path, number: errno) }
    guard rename(temporary, path) == 0 else { throw Files.failure("write", path) }
    isFinished = true
    try Files.syncDirectory(Files.directory(of: path))
  }
}
