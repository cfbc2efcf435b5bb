// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file as memory, read-only and aligned to pages; the system reads what is touched.
///
/// Who shortens the file while it is mapped makes reading it fail; files here are replaced by rename.
package final class MappedFile: @unchecked Sendable {
  /// The file's bytes; valid as long as this object: hold it with `withExtendedLifetime`.
  package let bytes: UnsafeRawBufferPointer

  /// Maps a file.
  ///
  /// - Throws: `StorageError.failed`, or `.notAFile`.
  package init(path: String) throws(StorageError) {
    let descriptor = try FileSystem.openFile(path, O_RDONLY | O_NONBLOCK, operation: .read)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .failed(.read, path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let memory = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let memory, memory != MAP_FAILED else {
      throw .failed(.read, path: path, code: errno)
    }
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
  }

  deinit {
    if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
  }
}
