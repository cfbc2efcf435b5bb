// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Files as this project uses them: read whole up to a limit, written durably or not at all.
package enum Files {
  /// What the names of unfinished files begin with; a crash may leave one behind.
  static let temporaryPrefix = ".tmp-"

  /// Whether something is at the path.
  package static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }

  /// Whether a directory is at the path.
  package static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The whole file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: The most bytes that are read; a larger file is an error, never cut.
  /// - Returns: Its bytes.
  /// - Throws: `StorageError`.
  package static func read(_ path: String, limit: Int) throws(StorageError) -> [UInt8] {
    // Without waiting: opening a pipe would else wait for somebody to write into it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("read", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("read", path) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw .system(operation: "read", path: path, number: EISDIR)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(Int(status.st_size), limit) + 1)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", path) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw .tooLarge(path: path, bytes: max(bytes.count, Int(status.st_size)), limit: limit)
      }
    }
  }

  /// Puts a file in place durably: whole under its name, or not there.
  ///
  /// - Parameters:
  ///   - bytes: What it holds.
  ///   - path: Where; an earlier file is replaced.
  ///   - mode: Its permissions.
  /// - Throws: `StorageError`; after `syncFailed` the process must not go on writing.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644
  ) throws(StorageError) {
    var writer = try DurableFileWriter(path: path, mode: mode)
    try writer.append(bytes)
    try writer.finish()
  }

  /// Makes a directory and flushes its parent; one that is there already is left as it is.
  package static func createDirectory(
    _ path: String, mode: UInt32 = 0o755
  ) throws(StorageError) {
    if isDirectory(path) { return }
    let parent = directory(of: path)
    if parent != path, !exists(parent) { try createDirectory(parent) }
    if mkdir(path, mode) != 0 {
      let number = errno
      guard number == EEXIST, isDirectory(path) else {
        throw .system(operation: "make", path: path, number: number)
      }
    }
    try syncDirectory(parent)
  }

  /// The names in a directory, without `.` and `..`, in byte order.
  package static func list(_ path: String) throws(StorageError) -> [String] {
    guard let stream = opendir(path) else { throw failure("list", path) }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw failure("list", path) }
    return sorted(names)
  }

  /// The paths of all files below a directory, relative to it, in byte order; hidden ones left out.
  ///
  /// Links to directories are listed and not entered: a link may lead back to where it stands.
  package static func walk(_ path: String) throws(StorageError) -> [String] {
    var files: [String] = []
    for name in try list(path) where !name.hasPrefix(".") {
      var status = stat()
      guard lstat(path + "/" + name, &status) == 0 else { throw failure("read", path + "/" + name) }
      if status.st_mode & S_IFMT == S_IFDIR {
        for file in try walk(path + "/" + name) { files.append(name + "/" + file) }
      } else {
        files.append(name)
      }
    }
    return sorted(files)
  }

  private static func sorted(_ names: [String]) -> [String] {
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Removes a file; one that is not there is no error.
  package static func remove(_ path: String) throws(StorageError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
  }

  /// Moves a file to another name in the same file system, replacing what is there, durably.
  package static func rename(_ path: String, to target: String) throws(StorageError) {
    guard Glibc.rename(path, target) == 0 else { throw failure("rename", path) }
    try syncDirectory(directory(of: target))
  }

  /// Removes unfinished files that a crashed process left in a directory.
  ///
  /// Only for who holds the register's lock: nobody else may be writing then.
  package static func removeUnfinished(in path: String) throws(StorageError) {
    for name in try list(path) where name.hasPrefix(temporaryPrefix) {
      try remove(path + "/" + name)
    }
  }

  /// The directory that holds a path.
  package static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Flushes a directory, so that names put into it survive a power loss.
  static func syncDirectory(_ path: String) throws(StorageError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .syncFailed(path: path, number: errno) }
  }

  /// The error of the system call that just failed.
  static func failure(_ operation: String, _ path: String) -> StorageError {
    .system(operation: operation, path: path, number: errno)
  }
}
