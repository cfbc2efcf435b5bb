// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A directory below `$TMPDIR` for files that nobody needs afterwards, removed with what is in it.
package final class ScratchDirectory: Sendable {
  /// Where it is.
  package let path: String

  /// Makes an empty directory that only this user may enter.
  ///
  /// - Throws: `StorageError.failed` where the system's temporary directory cannot be written.
  package init() throws(StorageError) {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array((base + "/cadastre-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw .failed(.createDirectory, path: base, code: errno)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in (try? FileSystem.listDirectory(path)) ?? [] {
      try? FileSystem.removeFile(path + "/" + name)
    }
    try? FileSystem.removeEmptyDirectory(path)
  }
}
