// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a file could not be read or made durable.
package enum StorageError: Error, Hashable, Sendable {
  /// What was being done.
  package enum Operation: String, Hashable, Sendable {
    case read = "read"
    case write = "write"
    case createDirectory = "create the directory"
    case list = "list"
    case rename = "put in place"
    case remove = "remove"
    case lock = "lock"
  }

  /// The system refused; `code` is its `errno`.
  case failed(Operation, path: String, code: Int32)
  /// The system could not say that the bytes are on the disk: what is there is unknown.
  case syncFailed(path: String, code: Int32)
  /// What is there is neither a regular file nor a directory: a pipe, a device, a socket.
  case notAFile(path: String)
  /// The file is larger than the caller can take.
  case tooLarge(path: String, limit: Int)
  /// Another process, or another part of this one, is the writer.
  case held(path: String, byProcess: Int32?)

  /// Whether the request was at fault, not the system: a path that is not there, a file too large.
  package var isRefusal: Bool {
    switch self {
    case .failed(let operation, _, let code):
      operation != .lock && [ENOENT, ENOTDIR, EISDIR].contains(code)
    case .tooLarge, .notAFile: true
    case .syncFailed, .held: false
    }
  }

  /// Whether the file or a directory on its path is not there.
  package var isMissing: Bool {
    if case .failed(_, _, let code) = self { code == ENOENT || code == ENOTDIR } else { false }
  }
}

extension StorageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .failed(let operation, let path, let code):
      "cannot \(operation.rawValue) '\(path)': \(Self.advice(code))"
    case .syncFailed(let path, let code):
      "the disk did not confirm '\(path)' (\(Self.text(code))): check the disk, then start again; "
        + "what was acknowledged before is safe"
    case .notAFile(let path): "'\(path)' is no regular file: name a file on disk"
    case .tooLarge(let path, let limit):
      "'\(path)' is larger than \(limit) bytes: it is not what belongs here"
    case .held(let path, let process):
      if let process {
        "'\(path)' is held by process \(process): wait until it ends, or stop it"
      } else {
        "'\(path)' is held by another process: wait until it ends"
      }
    }
  }

  private static func advice(_ code: Int32) -> String {
    switch code {
    case ENOSPC: "the disk is full: make room and run the command again"
    case EDQUOT: "the disk quota is used up: make room and run the command again"
    case EACCES, EPERM: "permission denied: change the owner or the mode of the file or directory"
    case ENOENT: "there is no such file or directory: check the path"
    case EROFS: "the file system is mounted read-only: use another directory"
    case EISDIR: "it is a directory: name a file"
    case ENOTDIR: "a part of the path is not a directory: check the path"
    case EMFILE, ENFILE: "too many files are open: raise the limit (ulimit -n)"
    default: text(code)
    }
  }

  private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
