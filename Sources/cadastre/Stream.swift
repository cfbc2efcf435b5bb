// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Storage

/// Standard output and standard error, written at once and without C's shared streams.
enum Stream {
  case output
  case error

  /// Writes all of the text; a reader that is gone ends the writing.
  func write(_ text: String) {
    let descriptor = self == .output ? STDOUT_FILENO : STDERR_FILENO
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      offset += count
    }
  }

  /// Writes all of the bytes, or says why not.
  func writeAll(_ bytes: [UInt8]) throws(StorageError) {
    let descriptor = self == .output ? STDOUT_FILENO : STDERR_FILENO
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(
          descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw .failed(.write, path: "/dev/stdout", code: errno)
      }
      offset += count
    }
  }
}
