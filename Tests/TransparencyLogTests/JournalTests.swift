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

/// Journals and logs that do not fit each other, as restored copies and damaged disks leave them.
@Suite struct JournalTests {
  private let log: CrashLog
  private let other: CrashLog

  /// The state of the files after each of some appends.
  private struct Moment {
    let state: LogState
    let log: CrashLog
  }

  init() throws {
    log = try CrashLog(size: 0)
    other = try CrashLog(size: 0)
  }

  private func open() throws -> LogWriter {
    try LogWriter.open(path: log.path, signer: log.signer)
  }

  /// Appends batches and keeps a copy of log and journal after each.
  private func moments(_ widths: [UInt64]) throws -> [Moment] {
    var moments: [Moment] = []
    for width in [0] + widths {
      let writer = try open()
      let size = writer.size
      _ = try writer.append((size..<size + width).map(CrashLog.entry))
      let state = LogState(size: writer.size, root: writer.checkpoint.root)
      _ = consume writer
      let copy = try CrashLog()
      try copy.restore(log)
      moments.append(Moment(state: state, log: copy))
    }
    return moments
  }

  /// Puts the directory of one moment beside the journal of another.
  private func combine(_ files: Moment, journal: Moment?) throws {
    try log.restore(files.log)
    try FileManager.default.removeItem(atPath: log.path + ".journal")
    guard let journal else { return }
    try FileManager.default.copyItem(
      atPath: journal.log.path + ".journal", toPath: log.path + ".journal")
  }

  private func journalError(_ body: () throws -> LogWriter) -> JournalFault? {
    guard let error = #expect(throws: LogError.self, performing: { _ = try body() }) else {
      return nil
    }
    guard case .journal(_, let fault) = error else { return nil }
    #expect(error.description.contains(": "), "it says what to do")
    return fault
  }

  @Test func `Every pair of an older or newer log and journal is recovered or named`() throws {
    let moments = try moments([5, 250, 1, 300, 700, 2])
    for (i, files) in moments.enumerated() {
      for (j, journal) in moments.enumerated() {
        try combine(files, journal: journal)
        let what = "log \(i), journal \(j)"
        if j <= i + 1 {
          // The journal knows at most the next append: it holds all of it.
          let writer = try open()
          #expect(writer.size == max(files.state.size, journal.state.size), "\(what)")
          try log.checkPublished(seen: files.state, what)
          try log.checkPublished(seen: journal.state, what)
          let size = writer.size
          #expect(try writer.append([CrashLog.entry(size)]) == size..<size + 1)
          _ = consume writer
          #expect(try open().size == size + 1)
        } else {
          let before = try FileSystem.readFile(log.path + "/checkpoint")
          #expect(
            journalError(open)
              == .rolledBack(to: files.state.size, from: journal.state.size), "\(what)")
          #expect(try FileSystem.readFile(log.path + "/checkpoint") == before)
        }
      }
      // From a mirror, without a journal.
      try combine(files, journal: nil)
      #expect(try open().size == files.state.size)
    }
  }

  @Test func `An older checkpoint beside newer tiles is brought to the newest`() throws {
    let moments = try moments([5, 250, 1, 300, 700, 2])
    let last = try #require(moments.last)
    for moment in moments {
      try log.restore(last.log)
      try DurableFile.write(
        FileSystem.readFile(moment.log.path + "/checkpoint"), to: log.path + "/checkpoint")
      let writer = try open()
      #expect(writer.size == last.state.size)
      #expect(writer.checkpoint.root == last.state.root)
      try log.checkPublished(seen: last.state, "checkpoint of size \(moment.state.size)")
      #expect(
        try FileSystem.readFile(log.path + "/checkpoint")
          == FileSystem.readFile(last.log.path + "/checkpoint"), "the same signature again")
    }
  }

  @Test func `A log that was replaced by another of the same key is not continued`() throws {
    _ = try open().append((0..<20).map(CrashLog.entry))
    let journal = Moment(state: LogState(size: 20, root: .init(0, 0, 0, 0)), log: try CrashLog())
    try journal.log.restore(log)
    let fork = try LogWriter.open(path: other.path, signer: other.signer)
    _ = try fork.append((0..<20).map { CrashLog.entry($0 + 1) })
    var files = Moment(state: journal.state, log: other)
    try combine(files, journal: journal)
    #expect(journalError(open) == .forked(at: 20))
    _ = try fork.append([CrashLog.entry(9)])
    files = Moment(state: journal.state, log: other)
    try combine(files, journal: journal)
    #expect(journalError(open) == .forked(at: 20))
    // A shorter one, of which the journal's append would be the next, had it been the same.
    let short = try CrashLog(size: 0)
    _ = try LogWriter.open(path: short.path, signer: short.signer).append([[7]])
    try combine(Moment(state: journal.state, log: short), journal: journal)
    #expect(journalError(open) != nil)
  }

  @Test func `The journal of another key is refused, and a log is not made anew beside its own`()
    throws
  {
    let stranger = try #require(NoteSigner(name: "log.example/crash", key: .generate()))
    let theirs = other.temporary.path + "/theirs"
    _ = try LogWriter.create(path: theirs, signer: stranger).append([[1]])
    try FileManager.default.removeItem(atPath: log.path + ".journal")
    try FileManager.default.copyItem(
      atPath: theirs + ".journal", toPath: log.path + ".journal")
    #expect(journalError(open) == .ofAnotherKey)
    try FileManager.default.removeItem(atPath: theirs)
    #expect(
      journalError { try LogWriter.create(path: theirs, signer: stranger) }
        == .rolledBack(to: 0, from: 1))
  }

  @Test func `A flipped bit in the journal loses nothing that was published`() throws {
    let moments = try moments([5, 250, 40])
    let last = try #require(moments.last)
    var random = Philox4x32(key: 7, stream: 3)
    for round in 0..<60 {
      try log.restore(last.log)
      let path = log.path + ".journal/\(round % 2)"
      var bytes = try FileSystem.readFile(path)
      // Anywhere in the record, which is no longer than this; the rest is never read.
      bytes[Int(random.below(round % 3 == 0 ? 100 : 900))] ^= 1 << UInt8(random.below(8))
      try DurableFile.write(bytes, to: path)
      let writer = try open()
      #expect(writer.size == last.state.size)
      #expect(try writer.append([CrashLog.entry(writer.size)]).lowerBound == last.state.size)
      try log.checkPublished(seen: last.state, "bit \(round)")
    }
  }

  @Test func `A journal of which nothing can be read stops the log`() throws {
    _ = try moments([5, 250, 40])
    for name in ["0", "1"] {
      let path = log.path + ".journal/" + name
      var bytes = try FileSystem.readFile(path)
      bytes[40] ^= 1
      try DurableFile.write(bytes, to: path)
    }
    #expect(journalError(open) == .damaged)
  }

  @Test func `A committed append is finished at any cut of its record, or was never there`() throws
  {
    let moments = try moments([5, 20])
    let (before, after) = (moments[1], moments[2])
    let name = try #require(
      ["0", "1"].first {
        try FileSystem.readFile(before.log.path + ".journal/" + $0)
          != FileSystem.readFile(after.log.path + ".journal/" + $0)
      })
    let old = try FileSystem.readFile(before.log.path + ".journal/" + name)
    let new = try FileSystem.readFile(after.log.path + ".journal/" + name)
    let length = try #require(new.lastIndex { $0 != 0 }) + 1
    for cut in 0...length {
      guard cut % 13 == 0 || cut < 20 || cut > length - 20 else { continue }
      try combine(before, journal: before)
      try DurableFile.write(
        Array(new[..<cut] + old[cut...]), to: log.path + ".journal/" + name)
      let writer = try open()
      #expect(writer.size == (cut == length ? 25 : 5), "cut at \(cut)")
      _ = try writer.append([CrashLog.entry(writer.size)])
      try log.checkPublished(seen: before.state, "cut at \(cut)")
    }
  }

  @Test func `Records whose sizes lie are refused, signed or not`() throws {
    let record = JournalRecord(
      older: LogState(size: 0, root: SHA256Tree().emptyRoot),
      newer: LogState(size: 2, root: SHA256Tree().leaf([1])), entries: [[1], [2, 3]])
    let content = record.content
    #expect(try JournalRecord(content: content) == record)
    for offset in [8 + 7, 16 + 7, 16, 56 + 7, 56, content.count - 4] {
      for change in [1, 255] as [UInt8] {
        var lying = content
        lying[offset] &+= change
        let bytes = JournalRecord.seal(lying, by: log.signer)
        #expect(throws: JournalRecord.Fault.malformed) {
          try JournalRecord(atBeginningOf: bytes, signedBy: log.signer.verifier)
        }
      }
    }
    // A true form with a false root: the log does not sign what its entries do not give.
    try DurableFile.write(
      JournalRecord.seal(content, by: log.signer), to: log.path + ".journal/0")
    #expect(journalError(open) == .forked(at: 2))
    #expect(try log.reader().size == 0)
  }

  @Test func `Batches larger than the journal's files are all there or not at all`() throws {
    let writer = try open()
    let large = [UInt8](repeating: 5, count: 65_535)
    _ = try writer.append([[UInt8]](repeating: large, count: 300))
    _ = try writer.append([[1]])
    _ = try writer.append([[2]])
    #expect(try FileSystem.fileSize(log.path + ".journal/0") <= 1 << 23)
    #expect(try FileSystem.fileSize(log.path + ".journal/1") <= 1 << 23)
    _ = consume writer
    let again = try open()
    #expect(again.size == 302)
    #expect(try log.reader().entry(at: 299) == large)
  }
}
