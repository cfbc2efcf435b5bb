// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Primitives
import Signing

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

  /// The first bytes of a file, or all of a shorter one.
  package static func beginning(of path: String, count: Int) throws(StorageError) -> [UInt8] {
    var reader = try FileReader(path: path)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    defer { buffer.deallocate() }
    var filled = 0
    while filled < count {
      let read = try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      if read == 0 { break }
      filled += read
    }
    return Array(buffer[..<filled])
  }

  /// The SHA-256 of a file of any size, read in pieces.
  package static func digest(of path: String) throws(StorageError) -> Digest {
    var reader = try FileReader(path: path)
    var hasher = SHA256.Hasher()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let count = try reader.read(into: piece)
      guard count > 0 else { return hasher.finish() }
      hasher.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
  }
}
