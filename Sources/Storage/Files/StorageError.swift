// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the disk or the database refused.
package enum StorageError: Error, Hashable, Sendable {
  /// A system call failed on a path; `number` is errno.
  case system(operation: String, path: String, number: Int32)
  /// What is at the path is neither a regular file nor a directory: a pipe, a device, a socket.
  case notAFile(path: String)
  /// A file is larger than what its reader takes.
  case tooLarge(path: String, bytes: Int, limit: Int)
  /// Another process holds the lock; its identifier where it is known.
  case held(path: String, process: Int32?)
  /// A flush to disk failed: what was written before may be lost, so nothing may follow it.
  case syncFailed(path: String, number: Int32)
  /// The database refused; its code and message, without any of the statement's values.
  case database(path: String, code: Int32, message: String)
}

extension StorageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .system(let operation, let path, let number):
      "cannot \(operation) '\(path)': \(Self.text(number))"
    case .notAFile(let path): "'\(path)' is no regular file: name a file on disk"
    case .tooLarge(let path, let bytes, let limit):
      "'\(path)' has \(bytes) bytes, and at most \(limit) are read"
    case .held(let path, let process):
      "another process\(process.map { " (\($0))" } ?? "") holds '\(path)': wait until it is done"
    case .syncFailed(let path, let number):
      "cannot flush '\(path)' to disk: \(Self.text(number)): stop, repair the disk, then run"
        + " 'cadastre verify'"
    case .database(let path, let code, let message):
      "the database '\(path)' refuses (code \(code)): \(message)"
    }
  }

  /// The system's words for an error number, and what to do about the usual ones.
  private static func text(_ number: Int32) -> String {
    let remedies = [
      ENOSPC: "the disk is full: free some space and run the command again",
      EDQUOT: "the disk quota is used up: free some space and run the command again",
      EACCES: "permission denied", ENOENT: "there is no such file or directory",
      EROFS: "the file system is read-only", EISDIR: "it is a directory",
    ]
    return remedies[number] ?? String(cString: strerror(number))
  }
}
