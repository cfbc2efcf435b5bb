// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import CDisk
import Glibc

/// How many files become durable together.
package enum SyncMethod: Hashable, Sendable {
  /// One `syncfs` of the file system that they lie on.
  case fileSystem
  /// One `fsync` a file and one a directory.
  case eachFile
}

/// A directory whose file system is brought to the disk as a whole, where the system can say whether
/// that worked.
///
/// The descriptor stays open: the kernel reports a failed write-back to each descriptor that was
/// open when it happened, once, also where another program wrote the bytes. Not for use from several
/// threads at the same time.
package final class SyncRoot {
  /// The directory.
  package let path: String
  /// How files below it become durable.
  package let method: SyncMethod
  private let descriptor: Int32

  /// Opens a directory.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - method: How to sync; nil for `syncfs` where Linux 5.8 or newer and a file system that is
  ///     known to report its errors are found, `fsync` of each file elsewhere.
  ///   - parts: Directories below it; where one lies on another file system each file is synced.
  /// - Throws: `StorageError.failed`.
  package init(
    path: String, method: SyncMethod? = nil, parts: [String] = []
  ) throws(StorageError) {
    self.path = path
    let descriptor = try FileSystem.openFile(path, O_RDONLY | O_DIRECTORY, operation: .read)
    self.descriptor = descriptor
    var own = stat()
    let isOne =
      fstat(descriptor, &own) == 0
      && parts.allSatisfy { part in
        var status = stat()
        return stat(part, &status) != 0 || status.st_dev == own.st_dev
      }
    self.method =
      method
      ?? (isOne && cdisk_reports_errors_of_syncfs(descriptor) != 0 ? .fileSystem : .eachFile)
  }

  deinit { close(descriptor) }

  /// Waits until everything that was written to the file system is on the disk.
  ///
  /// - Throws: `StorageError.syncFailed`, also where what could not be written was another
  ///   program's: nothing says whose bytes they were.
  package func sync() throws(StorageError) {
    guard cdisk_sync_file_system(descriptor) == 0 else {
      throw .syncFailed(path: path, code: errno)
    }
  }
}
