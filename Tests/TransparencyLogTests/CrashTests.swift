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

@Suite(.serialized) struct CrashTests {
  /// What the rounds of a kill loop have seen acknowledged.
  private struct Tally {
    var kills = 0
    var acknowledged: [UInt64: String] = [:]
    var seen = LogState(size: 0, root: SHA256Tree().emptyRoot)
    var checked: UInt64 = 0
  }

  /// Starts a program that submits from eight threads, kills it, and checks what is published.
  private func round(_ number: Int, _ log: CrashLog, _ tally: inout Tally, wait: UInt32) throws {
    let run = try CrashRun([log.path, "many", "8", "1000000", "\(number)"])
    let first = run.firstLines()
    usleep(wait)
    kill(run.process.processIdentifier, SIGKILL)
    let lines = run.finish(after: first)
    #expect(run.wasKilled, "\(lines.suffix(2))")
    tally.kills += 1
    for line in lines where line.hasPrefix("acknowledged ") {
      let words = line.split(separator: " ", maxSplits: 2)
      let index = try #require(UInt64(words[1]))
      #expect(
        tally.acknowledged.updateValue(String(words[2]), forKey: index) == nil,
        "an index was given twice")
    }
    // Before anybody repairs anything, as any web server would serve it.
    tally.seen = try log.checkPublished(
      seen: tally.seen, entriesFrom: tally.checked, "kill \(number)"
    ) { tally.acknowledged[$0].map { Array($0.utf8) } }
    let newest = tally.acknowledged.keys.max()
    #expect(newest.map { $0 < tally.seen.size } ?? true, "an acknowledged entry is lost")
    tally.checked = tally.seen.size
  }

  @Test func `Kills at random moments with eight submitting threads lose nothing acknowledged`()
    throws
  {
    var random = Philox4x32(key: 40, stream: 0)
    let (logs, rounds) = CrashRun.isLong ? (12, 50) : (2, 20)
    var (kills, acknowledged, entries) = (0, 0, UInt64(0))
    for _ in 0..<logs {
      let log = try CrashLog(size: 0)
      var tally = Tally()
      for number in 0..<rounds {
        // Mostly in the first appends, at times after a few hundred.
        try round(
          number, log, &tally, wait: random.below(25_000) * (number % 4 == 0 ? 8 : 1))
      }
      let writer = try LogWriter.open(path: log.path, signer: log.signer)
      #expect(writer.size >= tally.seen.size)
      try log.checkPublished(seen: tally.seen, "the end") {
        tally.acknowledged[$0].map { Array($0.utf8) }
      }
      #expect(Fsck.check(path: log.path, verifier: log.signer.verifier).isEmpty)
      kills += tally.kills
      acknowledged += tally.acknowledged.count
      entries += writer.size
    }
    print(
      "NOTICE: \(kills) kills, \(entries) entries in \(logs) logs, \(acknowledged) acknowledged, 0 lost"
    )
  }

  @Test func `Of processes that open a log at the same time one writes, the others are refused`()
    throws
  {
    let log = try CrashLog(size: 0)
    for _ in 0..<(CrashRun.isLong ? 40 : 5) {
      let before = try log.reader().size
      let runs = try (0..<4).map { _ in try CrashRun([log.path, "one", "6", "3"]) }
      var writers = 0
      for run in runs {
        let lines = run.finish()
        if lines.contains("done") {
          writers += 1
        } else {
          #expect(run.process.terminationStatus == 3)
          #expect(lines.contains { $0.contains("held by") }, "\(lines)")
        }
      }
      #expect(writers >= 1)
      // Who came after the first one's end wrote after it: each batch is there once.
      #expect(try log.reader().size == before + UInt64(writers) * 18)
    }
    try log.checkPublished(seen: LogState(size: 0, root: SHA256Tree().emptyRoot), "four writers")
  }

  @Test(arguments: [SyncMethod.fileSystem, .eachFile])
  func `A batch costs two syncs, whatever its length`(_ method: SyncMethod) throws {
    let log = try CrashLog(size: 3)
    func syncs(batches: Int, width: Int) throws -> Int {
      let trace = log.temporary.path + "/trace"
      var environment = ["CADASTRE_TRACE": trace]
      if method == .eachFile { environment["CADASTRE_SYNC_EACH"] = "1" }
      let run = try CrashRun([log.path, "one", "\(batches)", "\(width)"], environment: environment)
      #expect(run.finish().contains("done"))
      let operations = try FileOperation.read(trace)
      return operations.filter { $0.kind == .sync || $0.kind == .syncFileSystem }.count
    }
    if method == .fileSystem {
      #expect(try syncs(batches: 10, width: 1) == 20)
      #expect(try syncs(batches: 1, width: 200) == 2)
      #expect(try syncs(batches: 1, width: 2000) == 2)
    } else {
      // Journal, bundle, tile, checkpoint, and the directories of the last three.
      #expect(try syncs(batches: 10, width: 1) == 70)
    }
  }
}
