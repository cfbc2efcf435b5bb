// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An exclusive lock on a file, held until the value ends, and released by the system on a crash.
package struct FileLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the lock, without waiting.
  ///
  /// - Parameter path: The lock file; it is made where it is missing and never removed.
  /// - Throws: `StorageError.held` where another process has it.
  package init(path: String) throws(StorageError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Files.failure("lock", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let number = errno
      var text = [UInt8](repeating: 0, count: 16)
      let count = max(0, pread(descriptor, &text, text.count, 0))
      close(descriptor)
      guard number == EWOULDBLOCK else {
        throw .system(operation: "lock", path: path, number: number)
      }
      let holder = Int32(String(decoding: text[..<count].prefix { $0 > 32 }, as: UTF8.self))
      throw .held(path: path, process: holder)
    }
    self.descriptor = descriptor
    // Only a hint for the error above; the lock itself is the kernel's.
    let mark = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, mark, mark.count, 0)
  }

  deinit { close(descriptor) }
}
