// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Many files that become durable together: at the price of one sync of their file system, or of one
/// a file and one a directory where that is all the system offers.
///
/// Each file appears whole under its name as soon as it is written; nothing is durable before
/// `finish` has returned.
package struct DurableBatch {
  private let root: SyncRoot
  private var directories: Set<String> = []
  /// The files that were written, in order.
  package private(set) var written: [String] = []

  /// Starts a batch of files below a directory.
  package init(in root: SyncRoot) {
    self.root = root
    // What was renamed there after the batch before becomes durable with this one.
    directories.insert(root.path)
  }

  /// Writes one file, creating its directory.
  ///
  /// - Throws: `StorageError`; `.syncFailed` where each file is synced and this one could not be.
  package mutating func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644
  ) throws(StorageError) {
    let directory = FileSystem.parentDirectory(of: path)
    let syncsEach = root.method == .eachFile
    if !directories.contains(directory) {
      try FileSystem.createDirectory(directory, syncing: syncsEach)
      directories.insert(directory)
    }
    let writer = try DurableFileWriter(path: path, mode: mode)
    try writer.append(bytes)
    written.append(path)
    try writer.finish(syncing: syncsEach ? .content : .nothing)
  }

  /// Makes all files and their names durable.
  ///
  /// - Throws: `StorageError`; after `.syncFailed` the writer must stop.
  package func finish() throws(StorageError) {
    switch root.method {
    case .fileSystem: try root.sync()
    case .eachFile:
      for directory in directories.sorted() { try FileSystem.syncDirectory(directory) }
    }
  }

  /// Removes what was written; for a batch that comes to nothing.
  ///
  /// - Throws: `StorageError` where something could not be removed; the rest is gone.
  package mutating func discard() throws(StorageError) {
    var failure: StorageError?
    for path in written {
      do throws(StorageError) { try FileSystem.removeFile(path) } catch { failure = error }
    }
    written = []
    if let failure { throw failure }
  }
}
