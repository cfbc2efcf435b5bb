// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// The writer that is killed, beside the tests in the build directory.
private let crashWriter: String = {
  let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
  return URL(filePath: executable ?? "").deletingLastPathComponent()
    .appending(path: "CrashWriter").path
}()

/// Whether system calls can be made to fail here; prints one visible notice where they cannot.
private let canInject: Bool = {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/strace")
  process.arguments = ["-qq", "-o", "/dev/null", "/bin/true"]
  if (try? process.run()) != nil {
    process.waitUntilExit()
    if process.terminationStatus == 0 { return true }
  }
  print("NOTICE: fault injection into the log's system calls: skipped (strace is not usable here)")
  return false
}()

@Suite(.serialized) struct CrashTests {
  private let temporary: TemporaryDirectory
  private let signer: NoteSigner
  private var path: String { temporary.path + "/log" }

  init() throws {
    temporary = try TemporaryDirectory()
    let key = try #require(SecretKey(seed: [UInt8](repeating: 1, count: 32)))
    signer = try #require(NoteSigner(name: "log.example/crash", key: key))
    _ = try LogWriter.create(path: path, signer: signer)
  }

  private static func entry(_ index: UInt64) -> [UInt8] {
    Array("entry \(index) \(String(repeating: "x", count: Int(index % 97)))".utf8)
  }

  /// Checks that the log is whole and holds at least what was acknowledged; returns its size.
  private func checkLog(acknowledged: UInt64, after cause: String) throws -> UInt64 {
    let reader = try LogReader(path: path, verifier: signer.verifier)
    #expect(reader.size >= acknowledged, "\(cause)")
    try reader.forEachEntry(in: 0..<reader.size) { index, bytes in
      if bytes != Self.entry(index) { Issue.record("\(cause): entry \(index) is another") }
    }
    let damage = Fsck.check(path: path, verifier: signer.verifier).filter(\.isDamage)
    #expect(damage.isEmpty, "\(cause)")
    return reader.size
  }

  private static func acknowledged(in output: Data) -> UInt64 {
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
    return lines.compactMap { line in
      line.hasPrefix("acknowledged ") ? UInt64(line.dropFirst(13)) : nil
    }.max() ?? 0
  }

  @Test func `Forty kills at random moments lose nothing that was acknowledged`() throws {
    var random = Philox4x32(key: 40, stream: 0)
    var acknowledged: UInt64 = 0
    for round in 0..<40 {
      let process = Process()
      process.executableURL = URL(filePath: crashWriter)
      process.arguments = [path, "1000000", String([1, 3, 100, 300][Int(random.below(4))])]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let first = output.fileHandleForReading.availableData
      usleep(random.below(25_000))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let rest = output.fileHandleForReading.readDataToEndOfFile()
      acknowledged = max(acknowledged, Self.acknowledged(in: first + rest))
      #expect(process.terminationReason == .uncaughtSignal, "round \(round)")
      acknowledged = try checkLog(acknowledged: acknowledged, after: "kill \(round)")
    }
    let writer = try LogWriter.open(path: path, signer: signer)
    #expect(writer.size == acknowledged)
    #expect(Fsck.check(path: path, verifier: signer.verifier).isEmpty)
  }

  @Test(
    .enabled(if: canInject),
    arguments: [
      "fsync:error=EIO", "fsync:signal=KILL", "write:error=ENOSPC", "write:signal=KILL",
      "rename:error=EIO", "rename:signal=KILL", "unlink:signal=KILL", "unlink:error=EIO",
      "mkdir:error=ENOSPC",
    ])
  func `A fault at any one call leaves the old log or the new one`(fault: String) throws {
    var acknowledged: UInt64 = 0
    var failures = 0
    for when in 1...8 {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/strace")
      process.arguments = [
        "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,write,rename,unlink,mkdir",
        "-e", "inject=\(fault):when=\(when)", crashWriter, path, "4", "70",
      ]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      let isKilled = process.terminationReason == .uncaughtSignal
      let isFailure = isKilled || process.terminationStatus != 0
      if isFailure { failures += 1 }
      // Four batches make more than eight of these calls each: none may fail unnoticed.
      if ["fsync", "write", "rename"].contains(fault.prefix { $0 != ":" }) {
        #expect(isFailure, "\(fault) at \(when)")
      }
      let text = String(decoding: data, as: UTF8.self)
      if fault.hasPrefix("fsync:error"), text.contains("failed") {
        #expect(text.contains("the disk did not confirm"))
      }
      if fault.hasPrefix("write:error"), text.contains("failed") {
        #expect(text.contains("the disk is full: make room"))
      }
      acknowledged = max(acknowledged, Self.acknowledged(in: data))
      acknowledged = try checkLog(acknowledged: acknowledged, after: "\(fault) at \(when)")
    }
    // Removing what is superseded may fail without harm; every other fault must have been noticed.
    #expect(failures > 0 || fault == "unlink:error=EIO")
    let writer = try LogWriter.open(path: path, signer: signer)
    #expect(try writer.append([Self.entry(writer.size)]).upperBound == acknowledged + 1)
    let left = Fsck.check(path: path, verifier: signer.verifier)
    #expect(left.isEmpty || fault.hasPrefix("unlink"))
  }

  @Test(.enabled(if: canInject))
  func `A batch costs a handful of syncs, whatever its length`() throws {
    func syncCount(batches: Int, width: Int) throws -> Int {
      let trace = temporary.path + "/trace"
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/strace")
      process.arguments = [
        "-f", "-qq", "-o", trace, "-e", "trace=fsync", crashWriter, path, "\(batches)", "\(width)",
      ]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      let text = String(decoding: try FileSystem.readFile(trace), as: UTF8.self)
      return text.split(separator: "\n").filter { $0.contains("fsync(") }.count
    }
    _ = try syncCount(batches: 1, width: 1)
    // Bundle, tile, their two directories, checkpoint and its directory.
    #expect(try syncCount(batches: 10, width: 1) == 60)
    #expect(try syncCount(batches: 1, width: 200) == 6)
  }
}
