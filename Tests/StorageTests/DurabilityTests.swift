// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Primitives
import Storage
import TestSupport
import Testing

@Suite struct DurabilityTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func path(_ name: String) -> String { directory.path + "/" + name }

  @Test func `A file is the old one until the writer finishes, and never a mixture`() throws {
    try Files.write(Array("old".utf8), to: path("f"))
    var writer: DurableFileWriter? = try DurableFileWriter(path: path("f"))
    for number in 0..<50 { try writer?.append([UInt8](repeating: UInt8(number), count: 5000)) }
    #expect(try Files.read(path("f"), limit: 3) == Array("old".utf8))
    writer = nil
    #expect(try Files.list(directory.path) == ["f"], "dropping leaves nothing behind")
    #expect(try Files.read(path("f"), limit: 3) == Array("old".utf8))
    var second = try DurableFileWriter(path: path("f"))
    try second.append(Array("new".utf8))
    try second.append([])
    try second.finish()
    #expect(try Files.read(path("f"), limit: 3) == Array("new".utf8))
    #expect(try Files.list(directory.path) == ["f"])
  }

  @Test func `A secret stays secret where a crash left a public file of the same name`() throws {
    let stray = path(".tmp-\(getpid())-key")
    try Files.write([1, 2, 3], to: stray)
    try Files.write([4], to: path("key"), mode: 0o600)
    var status = stat()
    #expect(stat(path("key"), &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(!Files.exists(stray))
    // Nor is a link followed that stands where the temporary file is to be.
    try Files.write([7], to: path("victim"))
    #expect(symlink(path("victim"), path(".tmp-\(getpid())-g")) == 0)
    try Files.write([8], to: path("g"))
    #expect(try Files.read(path("victim"), limit: 9) == [7])
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
  func `A file is read up to the limit and refused beyond`(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try Files.write(bytes, to: path("f"))
    #expect(try Files.read(path("f"), limit: count) == bytes)
    #expect(try Files.read(path("f"), limit: count + 1) == bytes)
    guard count > 0 else { return }
    #expect(throws: StorageError.tooLarge(path: path("f"), bytes: count, limit: count - 1)) {
      try Files.read(path("f"), limit: count - 1)
    }
  }

  @Test func `Only regular files are read, and a pipe without a writer keeps nobody waiting`()
    throws
  {
    #expect(mkfifo(path("pipe"), 0o644) == 0)
    #expect(throws: StorageError.notAFile(path: path("pipe"))) {
      try Files.read(path("pipe"), limit: 10)
    }
    #expect(throws: StorageError.notAFile(path: "/dev/zero")) {
      try Files.read("/dev/zero", limit: 9)
    }
    #expect(throws: StorageError.system(operation: "read", path: directory.path, number: EISDIR)) {
      try Files.read(directory.path, limit: 10)
    }
    #expect(throws: StorageError.system(operation: "read", path: path("none"), number: ENOENT)) {
      try Files.read(path("none"), limit: 10)
    }
    #expect(throws: StorageError.system(operation: "make", path: path("pipe"), number: EEXIST)) {
      try Files.createDirectory(path("pipe"))
    }
  }

  @Test func `A walk is in byte order of paths, skips what is hidden, and enters no link`() throws {
    for name in ["b", "a/z", "a-b", "a/é", "a/Z", "a.txt", "c/.hidden", ".git/x", "c/d/e"] {
      try Files.createDirectory(Files.directory(of: path(name)))
      try Files.write([], to: path(name))
    }
    #expect(symlink("..", path("c/loop")) == 0)
    #expect(symlink("nowhere", path("dangling")) == 0)
    let files = try Files.walk(directory.path)
    #expect(
      files == [
        "a-b", "a.txt", "a/Z", "a/z", "a/é", "b", "c/d/e", "c/loop", "dangling",
      ])
    #expect(throws: StorageError.self) { try Files.read(path("c/loop"), limit: 10) }
    #expect(throws: StorageError.self) { try Files.walk(path("none")) }
  }

  @Test func `What a crash left is removed, and nothing else`() throws {
    for name in [".tmp-1-a", ".tmp-99-b", "kept", ".lock"] { try Files.write([], to: path(name)) }
    try Files.removeUnfinished(in: directory.path)
    #expect(try Files.list(directory.path) == [".lock", "kept"])
    try Files.remove(path("none"))
    #expect(throws: StorageError.self) { try Files.remove(path("kept/none")) }
  }

  @Test func `A second process is refused, and told which one holds the lock`() throws {
    let lock = path(".lock")
    do {
      let held = try FileLock(path: lock)
      let child = Process()
      child.executableURL = URL(filePath: "/usr/bin/flock")
      child.arguments = ["--nonblock", "--conflict-exit-code", "77", lock, "true"]
      try child.run()
      child.waitUntilExit()
      #expect(child.terminationStatus == 77)
      #expect(throws: StorageError.held(path: lock, process: getpid())) {
        _ = try FileLock(path: lock)
      }
      _ = consume held
    }
    // Another process holds it, writes its number as we do, and is killed: the lock is free again.
    let (child, output) = (Process(), Pipe())
    child.executableURL = URL(filePath: "/usr/bin/flock")
    child.arguments = [
      "--no-fork", lock, "/bin/sh", "-c", "echo $$ > '\(lock)'; echo ready; exec sleep 60",
    ]
    child.standardOutput = output
    try child.run()
    _ = output.fileHandleForReading.availableData
    #expect(throws: StorageError.held(path: lock, process: child.processIdentifier)) {
      _ = try FileLock(path: lock)
    }
    kill(child.processIdentifier, SIGKILL)
    child.waitUntilExit()
    _ = try FileLock(path: lock)
    #expect(try Files.read(lock, limit: 20) == Array("\(getpid())\n".utf8))
  }

  @Test(.enabled(if: TinyDisk.isPossible))
  func `A full disk is one line that says what to do, and the old file is intact`() throws {
    let disk = try TinyDisk(at: path("disk"))
    let target = disk.path + "/f"
    let old = [UInt8](repeating: 7, count: 8_000)
    try Files.write(old, to: target)
    let error = #expect(throws: StorageError.self) {
      try Files.write([UInt8](repeating: 8, count: 100_000), to: target)
    }
    #expect(error == .system(operation: "write", path: target, number: ENOSPC))
    #expect(
      error?.description
        == "cannot write '\(target)': the disk is full: free some space and run the command again")
    #expect(try Files.read(target, limit: 8_000) == old)
    #expect(try Files.list(disk.path) == ["f"])
    var ledger = try SampleLedger()
    for party in 1..<60 { try ledger.join(party) }
    #expect(throws: StorageError.self) {
      try Projection.write(events: ledger.events, to: disk.path + "/register.sqlite")
    }
    let full = #expect(throws: StorageError.self) {
      let store = try OpeningStore(path: disk.path + "/openings.sqlite", readOnly: false)
      for number in 0..<500 {
        try store.add([openingOf(String(repeating: "n", count: 200), number)])
      }
    }
    guard case .database(_, 13, _) = full else {
      Issue.record("\(String(describing: full)) does not say that the disk is full")
      return
    }
    #expect(try Files.list(disk.path).contains("register.sqlite") == false)
    let kept = try OpeningStore(path: disk.path + "/openings.sqlite", readOnly: true).audit()
    #expect(kept.count > 0 && kept.broken.isEmpty, "what was acknowledged is still there")
  }
}

/// A file system of 64 KiB in memory, where the user may mount one.
private final class TinyDisk {
  let path: String

  /// Tried once; prints one visible notice where mounting is not allowed.
  static let isPossible: Bool = {
    guard let directory = try? TemporaryDirectory(),
      (try? TinyDisk(at: directory.path + "/d")) != nil
    else {
      print("NOTICE: full disk: skipped, only root may mount a small file system here")
      return false
    }
    return true
  }()

  init(at path: String) throws {
    self.path = path
    try Files.createDirectory(path)
    guard mount("tmpfs", path, "tmpfs", 0, "size=64k") == 0 else {
      throw StorageError.system(operation: "mount", path: path, number: errno)
    }
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }
}
