// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The right to be the one writer, held by an advisory lock that ends with the process.
///
/// The lock file keeps the holder's process number while the lock is held and is emptied when it is
/// released, so that a number found in a free lock tells of a crash.
package final class FileLock {
  private let path: String
  private var descriptor: Int32
  /// Whether the last holder ended without releasing the lock: clean up after it.
  package let wasAbandoned: Bool

  /// Takes the lock at once.
  ///
  /// - Throws: `StorageError.held` where somebody has it, `.failed` where the file cannot be used.
  package init(path: String) throws(StorageError) {
    self.path = path
    let descriptor = try Self.take(path)
    self.descriptor = descriptor
    wasAbandoned = Self.readProcess(descriptor) != nil
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count
    else { throw .failed(.lock, path: path, code: errno) }
  }

  deinit { release() }

  /// Opens and locks the file that the path names.
  private static func take(_ path: String) throws(StorageError) -> Int32 {
    while true {
      let descriptor = try FileSystem.openFile(
        path, O_RDWR | O_CREAT, mode: 0o644, operation: .lock)
      while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        if errno == EINTR { continue }
        let code = errno
        let holder = readProcess(descriptor)
        close(descriptor)
        throw code == EWOULDBLOCK
          ? .held(path: path, byProcess: holder) : .failed(.lock, path: path, code: code)
      }
      if names(path, descriptor) { return descriptor }
      // Somebody removed the file between opening and locking: that lock keeps nobody out.
      close(descriptor)
    }
  }

  /// Whether the path still leads to the open file.
  private static func names(_ path: String, _ descriptor: Int32) -> Bool {
    var (open, named) = (stat(), stat())
    return fstat(descriptor, &open) == 0 && stat(path, &named) == 0
      && open.st_dev == named.st_dev && open.st_ino == named.st_ino
  }

  /// Whether the lock keeps others out: it is not given up, and nobody removed or replaced its file.
  package var isHeld: Bool { descriptor >= 0 && Self.names(path, descriptor) }

  /// Gives the lock up.
  ///
  /// - Parameter abandoning: Leaves the process number in place, so that the next holder cleans up.
  package func release(abandoning: Bool = false) {
    guard descriptor >= 0 else { return }
    if !abandoning { ftruncate(descriptor, 0) }
    // A child between fork and exec has the descriptor too, and closing ours would leave the lock to it.
    flock(descriptor, LOCK_UN)
    close(descriptor)
    descriptor = -1
  }

  private static func readProcess(_ descriptor: Int32) -> Int32? {
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: buffer[..<count].prefix { $0 != 0x0a }, as: UTF8.self))
  }
}
