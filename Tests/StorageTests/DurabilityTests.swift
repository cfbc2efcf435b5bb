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

  @Test func `Only regular files are read, and a pipe without a writer keeps nobody waiting`()
    throws
  {
    #expect(mkfifo(path("pipe"), 0o644) == 0)
    #expect(throws: StorageError.notAFile(path: path("pipe"))) {
      try FileSystem.readFile(path("pipe"))
    }
    #expect(throws: StorageError.notAFile(path: "/dev/zero")) {
      try FileSystem.readFile("/dev/zero")
    }
  }

  @Test func `A walk is in byte order of paths, skips what is hidden, and enters no link`() throws {
    for name in ["b", "a/z", "a-b", "a/é", "a/Z", "a.txt", "c/.hidden", ".git/x", "c/d/e"] {
      try FileSystem.createDirectory(FileSystem.parentDirectory(of: path(name)))
      try DurableFile.write([], to: path(name))
    }
    #expect(symlink("..", path("c/loop")) == 0)
    #expect(symlink("nowhere", path("dangling")) == 0)
    let files = try FileSystem.visibleFilesBelow(directory.path)
    #expect(
      files == [
        "a-b", "a.txt", "a/Z", "a/z", "a/é", "b", "c/d/e", "c/loop", "dangling",
      ])
    #expect(throws: StorageError.self) { try FileSystem.readFile(path("c/loop")) }
    #expect(throws: StorageError.self) { try FileSystem.visibleFilesBelow(path("none")) }
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
      #expect(throws: StorageError.held(path: lock, byProcess: getpid())) {
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
    #expect(throws: StorageError.held(path: lock, byProcess: child.processIdentifier)) {
      _ = try FileLock(path: lock)
    }
    kill(child.processIdentifier, SIGKILL)
    child.waitUntilExit()
    #expect(try FileLock(path: lock).wasAbandoned)
    #expect(try FileSystem.readFile(lock).isEmpty)
  }

  @Test(.enabled(if: TinyDisk.isPossible))
  func `A full disk is one line that says what to do, and the old file is intact`() throws {
    let disk = try TinyDisk(at: path("disk"))
    let target = disk.path + "/f"
    let old = [UInt8](repeating: 7, count: 8_000)
    try DurableFile.write(old, to: target)
    let error = #expect(throws: StorageError.self) {
      try DurableFile.write([UInt8](repeating: 8, count: 100_000), to: target)
    }
    #expect(error == .failed(.write, path: target, code: ENOSPC))
    #expect(
      error?.description
        == "cannot write '\(target)': the disk is full: make room and run the command again")
    #expect(try FileSystem.readFile(target) == old)
    #expect(try FileSystem.listDirectory(disk.path) == ["f"])
    var ledger = try SampleLedger()
    for party in 1..<60 { try ledger.join(party) }
    let projection = disk.path + "/register.sqlite"
    let noRoom = #expect(throws: DatabaseError.self) {
      try Projection.write(ledger.events, at: ledger.position, to: projection)
    }
    #expect(noRoom?.path == projection)
    let full = #expect(throws: DatabaseError.self) {
      let store = try OpeningStore(path: disk.path + "/openings.sqlite", readOnly: false)
      for number in 0..<500 {
        try store.add([openingOf(String(repeating: "n", count: 200), number)])
      }
    }
    #expect(
      full?.description.hasSuffix("the disk is full: make room and run the command again") == true)
    #expect(try FileSystem.listDirectory(disk.path).contains("register.sqlite") == false)
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
    try FileSystem.createDirectory(path)
    guard mount("tmpfs", path, "tmpfs", 0, "size=64k") == 0 else {
      throw StorageError.failed(.write, path: path, code: errno)
    }
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }
}
