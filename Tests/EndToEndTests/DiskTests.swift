// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A file system in memory of a few pages, which only root may mount.
private final class SmallDisk {
  let path: String
  private let directory: TemporaryDirectory

  /// Whether file systems can be mounted here; prints one visible notice where they cannot.
  static let isAvailable: Bool = {
    if let disk = try? SmallDisk() { return disk.isMounted }
    print("NOTICE: full and read-only disks: skipped (mounting a tmpfs needs root)")
    return false
  }()

  private var isMounted = false

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path
    let outcome = try Self.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", path])
    guard outcome.status == 0 else { throw CocoaError(.featureUnsupported) }
    isMounted = true
  }

  deinit { _ = try? Self.run(["umount", path]) }

  func remount(readOnly: Bool) throws {
    let outcome = try Self.run(["mount", "-o", "remount,\(readOnly ? "ro" : "rw")", path])
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  /// Writes until nothing more fits; returns the file to remove.
  func fill() -> String {
    let filler = path + "/filler"
    let descriptor = open(filler, O_WRONLY | O_CREAT, 0o600)
    let page = [UInt8](repeating: 1, count: 4096)
    while write(descriptor, page, page.count) > 0 {}
    close(descriptor)
    return filler
  }

  private static func run(_ arguments: [String]) throws -> BuiltProgram.Outcome {
    try BuiltProgram(path: "/usr/bin/env").run(arguments, in: "/")
  }
}

@Suite struct DiskTests {
  private func expectFailure(_ outcome: BuiltProgram.Outcome, says text: String) {
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("cadastre: "))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.errors.contains(text), "\(outcome.errors)")
  }

  private static let commands = [
    ["key", "new", "dora"], ["work", "add", "new.txt", "--key", "ada"],
    ["grant", "--all", "--purpose", "index", "--rate", "1%", "--key", "ada"],
    ["admit", "corpus", "--purpose", "evaluate"],
    ["revenue", Sample.model, "--amount", "9.00", "--currency", "EUR", "--period", "2027-Q1"],
    ["train", "manifest.json", "--out", "other", "--config", "config.json"],
  ]

  @Test(.enabled(if: SmallDisk.isAvailable), arguments: commands)
  func `A full or read-only disk loses nothing`(_ command: [String]) throws {
    let disk = try SmallDisk()
    let desk = try Sample.copy()
    try desk.place("A text of its own that nobody has registered before this test.", at: "new.txt")
    let register = disk.path + "/register"
    try FileManager.default.copyItem(atPath: desk.register, toPath: register)
    let arguments = command + ["--register", register]
    let checkpoint = URL(filePath: register + "/log/checkpoint")
    let before = try Data(contentsOf: checkpoint)

    try disk.remount(readOnly: true)
    expectFailure(try desk.run(arguments), says: "read-only")
    try disk.remount(readOnly: false)
    let filler = disk.fill()
    expectFailure(try desk.run(arguments), says: "the disk is full")
    #expect(try Data(contentsOf: checkpoint) == before)

    try FileManager.default.removeItem(atPath: filler)
    let again = try desk.run(arguments)
    #expect(again.status == 0, "\(again.errors)")
    let verdict = try desk.run(["verify", "--register", register])
    #expect(verdict.status == 0, "\(verdict.output)")
  }

  @Test func `A register that another process holds is not written to`() throws {
    let desk = try Sample.copy()
    let descriptor = open(desk.register + "/log.lock", O_RDWR)
    defer { close(descriptor) }
    try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    let before = try desk.bytes("log/checkpoint")
    for command in Self.commands {
      try desk.place("A text of its own that nobody has registered so far.", at: "new.txt")
      expectFailure(try desk.run(command), says: "held by")
    }
    #expect(try desk.bytes("log/checkpoint") == before)
    #expect(try desk.run(["verify"]).status == 0, "reading needs no lock")
    flock(descriptor, LOCK_UN)
    try desk.json("key", "new", "dora")
    #expect(try desk.run(["verify"]).status == 0)
  }
}
