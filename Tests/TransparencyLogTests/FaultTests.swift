// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Merkle
import Primitives
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// Every file call of a few appends fails, does half, or is the last, one after the other.
@Suite(.serialized) struct FaultTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let call: String
    let action: String
    /// Whether the program may go on as if nothing had been.
    var mayPass = false

    var testDescription: String { "\(call) \(action)" }
  }

  private static func faults(_ calls: [String], _ actions: [String]) -> [Fault] {
    calls.flatMap { call in actions.map { Fault(call: call, action: $0) } }
  }

  /// What is tried of each call; numbers are those of `errno`: 5 EIO, 28 ENOSPC.
  static let faults =
    faults(["write", "pwrite"], ["error=28", "error=5", "kill", "killed"])
    + ["write", "pwrite"].map { Fault(call: $0, action: "short", mayPass: true) }
    + faults(["fdatasync", "fsync", "syncfs"], ["error=5", "after=5", "kill", "killed"])
    + faults(["rename"], ["error=5", "after=5", "kill", "killed"])
    + faults(["open"], ["error=24", "kill"]) + faults(["mkdir"], ["error=28", "kill", "killed"])
    + ["unlink", "rmdir", "ftruncate"].flatMap { call in
      ["error=5", "kill", "killed"].map { Fault(call: call, action: $0, mayPass: true) }
    }

  /// From 250 entries over the end of a tile, its level above, and on.
  private static let widths = "1,300,2"
  private static let batches = 3

  private struct Outcome {
    let acknowledged: UInt64
    let wasHit: Bool
  }

  private func run(
    _ fault: Fault, at number: Int, _ log: CrashLog, _ method: SyncMethod
  ) throws -> Outcome {
    var environment = ["CADASTRE_FAULT": "\(fault.call):\(fault.action):\(number)"]
    if method == .eachFile { environment["CADASTRE_SYNC_EACH"] = "1" }
    let run = try CrashRun(
      [log.path, "one", "\(Self.batches)", Self.widths], environment: environment)
    let lines = run.finish()
    let sizes = lines.compactMap { line in
      line.hasPrefix("acknowledged ") ? UInt64(line.dropFirst(13)) : nil
    }
    let wasHit = run.wasKilled || lines.contains("hit 1")
    let what = "\(fault.call) \(fault.action) at \(number)"
    if !wasHit || fault.mayPass && !run.wasKilled && lines.contains("done") {
      #expect(lines.contains("done"), "\(what): \(lines)")
    } else if !run.wasKilled {
      #expect(lines.contains { $0.hasPrefix("failed ") }, "\(what): went unnoticed")
      #expect(run.process.terminationStatus == 3)
      if ["fsync", "fdatasync", "syncfs"].contains(fault.call) {
        #expect(lines.contains { $0.contains("the disk did not confirm") }, "\(what): \(lines)")
      }
      if fault.action == "error=28" {
        #expect(lines.contains { $0.contains("the disk is full: make room") }, "\(what): \(lines)")
      }
    }
    return Outcome(acknowledged: sizes.max() ?? 0, wasHit: wasHit)
  }

  /// Tries a fault at each call that there is; returns how many that were.
  private func sweep(_ fault: Fault, _ method: SyncMethod) throws -> Int {
    let original = try CrashLog(size: 250)
    let start = LogState(size: 250, root: try original.reader().checkpoint.root)
    let log = try CrashLog()
    // The short loop tries some of the calls, the first among them.
    var number = 1
    var tried = 0
    while true {
      let what = "\(fault.call) \(fault.action) at \(number), \(method)"
      try log.restore(original)
      let outcome = try run(fault, at: number, log, method)
      guard outcome.wasHit else { return tried }
      tried += 1
      let published = try log.checkPublished(seen: start, what)
      #expect(published.size >= outcome.acknowledged, "\(what): lost before recovery")
      let writer = try LogWriter.open(path: log.path, signer: log.signer, syncing: method)
      let recovered = try log.checkPublished(seen: published, what)
      #expect(recovered.size >= outcome.acknowledged, "\(what): lost")
      #expect([250, 251, 551, 553].contains(recovered.size), "\(what): half a batch")
      // Opening again finds the same log, and the next appends find nothing in their way.
      let size = writer.size
      #expect(try writer.append([CrashLog.entry(size)]) == size..<size + 1)
      _ = try writer.append((size + 1..<size + 600).map(CrashLog.entry))
      try log.checkPublished(seen: recovered, what)
      number += CrashRun.isLong ? 1 : 3
    }
  }

  @Test(arguments: faults)
  func `A fault at any one call leaves a whole log, and loses nothing`(_ fault: Fault) throws {
    var tried = 0
    for method in [SyncMethod.fileSystem, .eachFile]
    where CrashRun.isLong || method == .fileSystem || fault.call == "fsync" {
      tried += try sweep(fault, method)
    }
    #expect(tried > 0 || ["ftruncate", "rmdir"].contains(fault.call))
    print("NOTICE: \(fault.testDescription): \(tried) faults, 0 entries lost")
  }
}
