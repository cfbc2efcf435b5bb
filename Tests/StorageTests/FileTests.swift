// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Primitives
import Storage
import TestSupport
import Testing

@Suite struct FileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func path(_ name: String) -> String { directory.path + "/" + name }

  @Test(arguments: [0, 1, 4095, 4096, 100_000])
  func `What was written is read`(count: Int) throws {
    var random = Philox4x32(key: UInt64(count), stream: 0)
    let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next32()) }
    try DurableFile.write(bytes, to: path("a"))
    #expect(try FileSystem.readFile(path("a")) == bytes)
    #expect(try FileSystem.readFile(path("a"), limit: count) == bytes)
    if count > 0 {
      #expect(throws: StorageError.tooLarge(path: path("a"), limit: count - 1)) {
        try FileSystem.readFile(path("a"), limit: count - 1)
      }
    }
    try DurableFile.write([1], to: path("a"))
    #expect(try FileSystem.readFile(path("a")) == [1])
    #expect(try FileSystem.listDirectory(directory.path) == ["a"])
  }

  @Test func `Files whose size the system does not know are read to their end`() throws {
    #expect(try FileSystem.readFile("/proc/self/stat").count > 10)
  }

  @Test func `Secrets are readable by their owner alone`() throws {
    try DurableFile.write([1], to: path("key"), mode: 0o600)
    var status = stat()
    #expect(stat(path("key"), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test func `A writer in pieces shows the file only when it is finished`() throws {
    let writer = try DurableFileWriter(path: path("big"))
    for index in 0..<100 { try writer.append([UInt8](repeating: UInt8(index), count: 1000)) }
    #expect(!FileSystem.fileExists(path("big")))
    try writer.finish()
    #expect(try FileSystem.readFile(path("big")).count == 100_000)

    var dropped: DurableFileWriter? = try DurableFileWriter(path: path("big"))
    try dropped?.append([1])
    dropped = nil
    #expect(try FileSystem.readFile(path("big")).count == 100_000)
    #expect(try FileSystem.listDirectory(directory.path) == ["big"])
  }

  @Test func `Strays of a crash are known by their names and removed`() throws {
    let writer = try DurableFileWriter(path: path("deep"))
    let stray = try #require(try FileSystem.listDirectory(directory.path).first)
    #expect(DurableFileWriter.isTemporary(name: stray))
    try writer.finish()
    try FileSystem.createDirectory(path("a/b"))
    try DurableFile.write([], to: path("a/b/" + stray))
    try DurableFile.write([], to: path("a/b/kept"))
    try DurableFile.removeStrays(below: directory.path)
    #expect(try FileSystem.filesBelow(directory.path) == ["a/b/kept", "deep"])
  }

  @Test func `A lock whose file is removed or replaced keeps nobody out, and says so`() throws {
    let lock = try FileLock(path: path("lock"))
    #expect(lock.isHeld)
    try FileSystem.removeFile(path("lock"))
    #expect(!lock.isHeld)
    let other = try FileLock(path: path("lock"))
    #expect(other.isHeld && !lock.isHeld)
    other.release()
    #expect(!other.isHeld)
  }

  @Test func `A file system that does not report its errors is synced file by file`() throws {
    #expect(try SyncRoot(path: "/proc").method == .eachFile)
    let parts = [directory.path, "/proc"]
    #expect(try SyncRoot(path: directory.path, parts: parts).method == .eachFile)
    #expect(try SyncRoot(path: directory.path, method: .fileSystem).method == .fileSystem)
    #expect(throws: StorageError.self) { try SyncRoot(path: path("none")) }
  }

  @Test(arguments: [SyncMethod.fileSystem, .eachFile])
  func `A batch that is discarded leaves no file`(_ method: SyncMethod) throws {
    var batch = DurableBatch(in: try SyncRoot(path: directory.path, method: method))
    for name in ["1", "a/2"] { try batch.write([1], to: path(name)) }
    #expect(try FileSystem.filesBelow(directory.path) == ["1", "a/2"])
    try batch.discard()
    #expect(try FileSystem.filesBelow(directory.path).isEmpty)
  }

  @Test func `A batch writes into directories it makes`() throws {
    var batch = DurableBatch(in: try SyncRoot(path: directory.path))
    for name in ["x/1", "x/2", "y/z/1"] { try batch.write(Array(name.utf8), to: path(name)) }
    try batch.finish()
    #expect(try FileSystem.filesBelow(directory.path) == ["x/1", "x/2", "y/z/1"])
    #expect(try FileSystem.readFile(path("y/z/1")) == Array("y/z/1".utf8))
  }

  @Test func `Errors say what is wrong and what to do`() throws {
    let missing = #expect(throws: StorageError.self) { try FileSystem.readFile(path("none")) }
    #expect(missing?.isMissing == true)
    #expect(
      missing?.description
        == "cannot read '\(path("none"))': there is no such file or directory: check the path")
    try DurableFile.write([], to: path("file"))
    #expect(throws: StorageError.failed(.createDirectory, path: path("file"), code: ENOTDIR)) {
      try FileSystem.createDirectory(path("file"))
    }
    #expect(throws: StorageError.failed(.read, path: directory.path, code: EISDIR)) {
      try FileSystem.readFile(directory.path)
    }
    #expect(throws: StorageError.failed(.write, path: path("no/file"), code: ENOENT)) {
      try DurableFile.write([], to: path("no/file"))
    }
    let full = StorageError.failed(.write, path: "f", code: ENOSPC)
    #expect(full.description.contains("the disk is full: make room"))
    let denied = StorageError.failed(.write, path: "f", code: EACCES)
    #expect(denied.description.contains("permission denied"))
  }

  @Test(arguments: ["/": "/", "/a": "/", "a": ".", "a/b": "a", "/a/b/": "/a", "a/": "."])
  func `The parent of a path is its directory`(path: String, parent: String) {
    #expect(FileSystem.parentDirectory(of: path) == parent)
  }

  @Test func `One holder at a time, and a crash of the last one is noticed`() throws {
    var lock: FileLock? = try FileLock(path: path("lock"))
    #expect(lock?.wasAbandoned == false)
    #expect(throws: StorageError.held(path: path("lock"), byProcess: getpid())) {
      try FileLock(path: path("lock"))
    }
    lock?.release(abandoning: true)
    lock = try FileLock(path: path("lock"))
    #expect(lock?.wasAbandoned == true)
    lock = nil
    #expect(try FileLock(path: path("lock")).wasAbandoned == false)
  }
  @Test func `A lock that was given up is free although a child still has its descriptor`() throws {
    let lock = try FileLock(path: path("lock"))
    // What fork does until exec: the same open file under a second descriptor.
    let copies = try FileSystem.listDirectory("/proc/self/fd").compactMap(Int32.init)
      .filter { descriptor in
        var (open, named) = (stat(), stat())
        return fstat(descriptor, &open) == 0 && stat(path("lock"), &named) == 0
          && open.st_ino == named.st_ino && open.st_dev == named.st_dev
      }.map { dup($0) }
    #expect(copies.count == 1)
    lock.release()
    #expect(try FileLock(path: path("lock")).wasAbandoned == false)
    for copy in copies { close(copy) }
  }
}
