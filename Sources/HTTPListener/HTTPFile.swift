// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A regular file that is open for reading; closed when the last reference goes.
package final class HTTPFile: Sendable {
  /// The number of bytes when it was opened.
  package let byteCount: Int
  /// When it was changed, in nanoseconds since 1970.
  package let modified: Int64
  let descriptor: Int32

  /// Opens a file; nil where there is none, or a link or something else than a file.
  package init?(path: String) {
    // Without waiting: opening a pipe would else wait until somebody writes into it.
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    byteCount = Int(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  }

  deinit { close(descriptor) }

  /// A weak entity tag: another one whenever the file was written again.
  package var entityTag: String {
    "W/\"\(String(byteCount, radix: 16))-\(String(modified, radix: 16))\""
  }
}
