// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Writing whole files so that a crash at any moment leaves the old file or the new one.
package enum DurableFile {
  /// Puts the bytes in the file: temporary file, write, sync, rename, sync of the directory.
  ///
  /// - Parameters:
  ///   - bytes: The whole content.
  ///   - path: Where it shall be; a file that is there is replaced.
  ///   - mode: The permissions, less the process's `umask`; `0o600` for secrets.
  /// - Throws: `StorageError`; nothing has changed then, save after `.syncFailed`, where either
  ///   content may be there.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644
  ) throws(StorageError) {
    let writer = try DurableFileWriter(path: path, mode: mode)
    try writer.append(bytes)
    try writer.finish()
  }

  /// Puts a file that a library wrote in place of another: sync, rename, sync of the directory.
  package static func move(_ path: String, to target: String) throws(StorageError) {
    let descriptor = try FileSystem.openFile(path, O_RDONLY, operation: .read)
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .syncFailed(path: path, code: errno) }
    guard rename(path, target) == 0 else { throw .failed(.rename, path: target, code: errno) }
    try FileSystem.syncDirectory(FileSystem.parentDirectory(of: target))
  }

  /// Removes temporary files that crashed processes left in a directory and those below it.
  ///
  /// Only for the holder of the directory's lock: it would take away what a live writer writes.
  ///
  /// - Parameters:
  ///   - directory: The directory.
  ///   - folder: A folder right below it that has a lock of its own, and is left alone.
  /// - Throws: `StorageError` for what cannot be listed or removed.
  package static func removeStrays(
    below directory: String, leaving folder: String? = nil
  ) throws(StorageError) {
    for path in try FileSystem.filesBelow(directory)
    where DurableFileWriter.isTemporary(name: path.split(separator: "/").last ?? "") {
      if let folder, path.hasPrefix(folder + "/") { continue }
      try FileSystem.removeFile(directory + "/" + path)
    }
  }
}
