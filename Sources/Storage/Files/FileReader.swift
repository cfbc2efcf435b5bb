// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads a file in pieces, for files too large to hold twice.
package struct FileReader: ~Copyable {
  private let path: String
  private let descriptor: Int32

  /// Opens a file.
  package init(path: String) throws(StorageError) {
    self.path = path
    descriptor = try FileSystem.openFile(path, O_RDONLY, operation: .read)
  }

  deinit { close(descriptor) }

  /// Fills as much of the buffer as it can; returns how much, 0 at the end of the file.
  package mutating func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(StorageError) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw .failed(.read, path: path, code: errno) }
    }
  }
}
