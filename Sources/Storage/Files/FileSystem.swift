// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reading files and directories, and making and removing them.
package enum FileSystem {
  /// The largest file that is read at once, in bytes, unless the caller says otherwise.
  package static let defaultLimit = 1 << 30

  /// The bytes of a file.
  ///
  /// - Throws: `StorageError.failed`, `.notAFile`, or `.tooLarge` beyond `limit` bytes.
  package static func readFile(
    _ path: String, limit: Int = defaultLimit
  ) throws(StorageError) -> [UInt8] {
    // Without waiting: opening a pipe would else wait until somebody writes into it.
    let descriptor = try openFile(path, O_RDONLY | O_NONBLOCK, operation: .read)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .failed(.read, path: path, code: errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw .failed(.read, path: path, code: EISDIR)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    // One byte more than the size tells the end of a file from one that grows.
    var bytes = [UInt8](repeating: 0, count: min(max(Int(status.st_size), 0), limit) + 1)
    var count = 0
    while true {
      let length = bytes.count - count
      let result = bytes.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress?.advanced(by: count), length)
      }
      if result < 0 {
        if errno == EINTR { continue }
        throw .failed(.read, path: path, code: errno)
      }
      if result == 0 { break }
      count += result
      guard count <= limit else { throw .tooLarge(path: path, limit: limit) }
      if count == bytes.count {
        bytes.append(contentsOf: repeatElement(0, count: min(count, limit + 1 - count)))
      }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// The bytes that come in by standard input, to its end.
  ///
  /// - Throws: `StorageError.failed`, or `.tooLarge` beyond `limit` bytes.
  package static func readStandardInput(limit: Int) throws(StorageError) -> [UInt8] {
    let path = "/dev/stdin"
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw .failed(.read, path: path, code: errno)
      }
      bytes += chunk[..<count]
      guard bytes.count <= limit else { throw .tooLarge(path: path, limit: limit) }
    }
  }

  /// Whether there is a file or directory of that path.
  package static func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The number of bytes of a regular file.
  ///
  /// - Throws: `StorageError.failed`, or `.notAFile`.
  package static func fileSize(_ path: String) throws(StorageError) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .failed(.read, path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    return Int(status.st_size)
  }

  /// Whether there is a directory of that path.
  package static func directoryExists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The path from the root of the file system, links followed; the path as it is where it leads
  /// nowhere.
  package static func absolutePath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The names in a directory, sorted by their bytes.
  package static func listDirectory(_ path: String) throws(StorageError) -> [String] {
    try entries(of: path).map(\.name)
  }

  /// The paths of all files below a directory, relative to it and sorted; directories are not listed.
  package static func filesBelow(_ path: String) throws(StorageError) -> [String] {
    var files: [String] = []
    var pending = [""]
    while let prefix = pending.popLast() {
      for entry in try entries(of: path + "/" + prefix) {
        if entry.isDirectory {
          pending.append(prefix + entry.name + "/")
        } else {
          files.append(prefix + entry.name)
        }
      }
    }
    return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The files below a directory as `filesBelow` gives them, without what is hidden: names, of files
  /// or of directories on the way, that begin with a dot.
  package static func visibleFilesBelow(_ path: String) throws(StorageError) -> [String] {
    try filesBelow(path).filter { file in
      !file.split(separator: "/").contains { $0.hasPrefix(".") }
    }
  }

  /// Creates a directory and those above it; does nothing where it exists.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - mode: The permissions, less the process's `umask`.
  ///   - syncing: Whether to make the names durable; a caller that says no syncs the file system.
  /// - Throws: `StorageError`.
  package static func createDirectory(
    _ path: String, mode: UInt32 = 0o755, syncing: Bool = true
  ) throws(StorageError) {
    if directoryExists(path) { return }
    let parent = parentDirectory(of: path)
    if parent != path { try createDirectory(parent, mode: mode, syncing: syncing) }
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
      throw .failed(.createDirectory, path: path, code: errno)
    }
    guard directoryExists(path) else {
      throw .failed(.createDirectory, path: path, code: ENOTDIR)
    }
    if syncing { try syncDirectory(parent) }
  }

  /// Removes a file; does nothing where there is none.
  package static func removeFile(_ path: String) throws(StorageError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw .failed(.remove, path: path, code: errno)
    }
  }

  /// Removes a directory if nothing is in it.
  package static func removeEmptyDirectory(_ path: String) throws(StorageError) {
    guard rmdir(path) == 0 || [ENOTEMPTY, EEXIST, ENOENT].contains(errno) else {
      throw .failed(.remove, path: path, code: errno)
    }
  }

  /// The directory that holds a path; `.` for a bare name, `/` for the root.
  package static func parentDirectory(of path: String) -> String {
    var name = path[...]
    while name.utf8.count > 1, name.hasSuffix("/") { name = name.dropLast() }
    guard let slash = name.lastIndex(of: "/") else { return "." }
    return slash == name.startIndex ? "/" : String(name[..<slash])
  }

  /// Waits until the names in a directory are on the disk.
  package static func syncDirectory(_ path: String) throws(StorageError) {
    let descriptor = try openFile(path, O_RDONLY | O_DIRECTORY, operation: .write)
    defer { close(descriptor) }
    // Some network file systems keep directories durable by themselves and answer EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .syncFailed(path: path, code: errno)
    }
  }

  static func openFile(
    _ path: String, _ flags: Int32, mode: UInt32 = 0, operation: StorageError.Operation
  ) throws(StorageError) -> Int32 {
    while true {
      let descriptor = open(path, flags | O_CLOEXEC, mode)
      if descriptor >= 0 { return descriptor }
      guard errno == EINTR else { throw .failed(operation, path: path, code: errno) }
    }
  }

  private static func entries(
    of path: String
  ) throws(StorageError) -> [(name: String, isDirectory: Bool)] {
    guard let stream = opendir(path) else { throw .failed(.list, path: path, code: errno) }
    defer { closedir(stream) }
    var entries: [(name: String, isDirectory: Bool)] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw .failed(.list, path: path, code: errno) }
        break
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      var isDirectory = entry.pointee.d_type == UInt8(DT_DIR)
      if entry.pointee.d_type == UInt8(DT_UNKNOWN) {
        var status = stat()
        isDirectory =
          lstat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      }
      entries.append((name, isDirectory))
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
