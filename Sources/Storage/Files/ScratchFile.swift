// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file without a name, for what does not fit into memory; gone when it is dropped or the process
/// ends.
///
/// Written at the end, read anywhere. Not durable, and not for use from several threads.
package final class ScratchFile {
  private static let bufferSize = 1 << 18

  private let directory: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var written = 0

  /// How many bytes were appended.
  package var count: Int { written + buffer.count }

  /// Makes an empty file on the file system of a directory.
  package init(in directory: String) throws(StorageError) {
    self.directory = directory
    let path = "\(directory)/.cadastre-\(getpid())-\(UInt64.random(in: 0 ... .max)).tmp"
    descriptor = try FileSystem.openFile(
      path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600, operation: .write)
    unlink(path)
  }

  deinit { close(descriptor) }

  /// Adds bytes at the end.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Fills memory with the bytes from an offset on.
  ///
  /// - Precondition: so many bytes were appended.
  package func read(
    at offset: Int, into memory: UnsafeMutableRawBufferPointer
  ) throws(StorageError) {
    precondition(offset + memory.count <= count, "a scratch file is read where it was written")
    try flush()
    var filled = 0
    while filled < memory.count {
      let got = pread(
        descriptor, memory.baseAddress?.advanced(by: filled), memory.count - filled,
        offset + filled)
      guard got != 0 else { throw .failed(.read, path: directory, code: EIO) }
      if got > 0 {
        filled += got
      } else if errno != EINTR {
        throw .failed(.read, path: directory, code: errno)
      }
    }
  }

  private func flush() throws(StorageError) {
    var done = 0
    while done < buffer.count {
      let got = buffer.withUnsafeBytes { bytes in
        pwrite(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, written)
      }
      if got >= 0 {
        done += got
        written += got
      } else if errno != EINTR {
        throw .failed(.write, path: directory, code: errno)
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
