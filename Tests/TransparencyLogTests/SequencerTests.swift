// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Merkle
import Primitives
import Signing
import Storage
import Synchronization
import TestSupport
import Testing
import TransparencyLog

@Suite struct SequencerTests {
  private let log: CrashLog

  init() throws { log = try CrashLog(size: 0) }

  private func sequencer() throws -> LogSequencer {
    try LogSequencer(try LogWriter.open(path: log.path, signer: log.signer))
  }

  /// Runs a body on threads of its own and waits for all of them.
  private static func threads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for number in 0..<count {
      group.enter()
      Thread.detachNewThread {
        body(number)
        group.leave()
      }
    }
    group.wait()
  }

  @Test
  func `Submissions of many threads are each in one piece, at the indices that they were given`()
    throws
  {
    let sequencer = try sequencer()
    let given = Mutex<[UInt64: [UInt8]]>([:])
    Self.threads(16) { thread in
      var random = Philox4x32(key: UInt64(thread), stream: 9)
      for item in 0..<40 {
        let entries = (0..<Int(random.below(5))).map { Array("\(thread) \(item) \($0)".utf8) }
        do {
          let range = try sequencer.append(entries)
          if range.count != entries.count { Issue.record("a range of another length") }
          given.withLock { given in
            for (index, entry) in zip(range, entries) {
              if given.updateValue(entry, forKey: index) != nil { Issue.record("given twice") }
            }
          }
        } catch {
          Issue.record(error)
        }
      }
    }
    let batches = sequencer.batchCount
    #expect(sequencer.checkpoint.size == UInt64(given.withLock { $0.count }))
    sequencer.close()
    #expect(throws: LogError.stopped) { try sequencer.append([[1]]) }
    let reader = try log.reader()
    for (index, entry) in given.withLock({ $0 }) {
      #expect(try reader.entry(at: index) == entry)
    }
    #expect(batches < 640, "threads that wait share a batch")
    #expect(Fsck.check(path: log.path, verifier: log.signer.verifier).isEmpty)
    // It gave the lock up.
    #expect(try LogWriter.open(path: log.path, signer: log.signer).size == reader.size)
  }

  @Test func `Readers go on while entries come in, and see whole logs that only grow`() throws {
    let sequencer = try sequencer()
    let isDone = Atomic(false)
    let states = Mutex<[LogState]>([])
    let reading = DispatchGroup()
    let (path, verifier) = (log.path, log.signer.verifier)
    for _ in 0..<2 {
      reading.enter()
      Thread.detachNewThread {
        defer { reading.leave() }
        var older = LogState(size: 0, root: SHA256Tree().emptyRoot)
        while !isDone.load(ordering: .acquiring) {
          do {
            let reader = try LogReader(path: path, verifier: verifier)
            if reader.size < older.size { Issue.record("a log that shrank") }
            if try reader.root(at: older.size) != older.root { Issue.record("another log") }
            if reader.size > 0 {
              _ = try reader.entry(at: reader.size - 1)
              _ = try reader.inclusionProof(of: reader.size / 2)
            }
            older = LogState(size: reader.size, root: reader.checkpoint.root)
            states.withLock { $0.append(older) }
          } catch {
            Issue.record(error)
            return
          }
        }
      }
    }
    Self.threads(4) { thread in
      for item in 0..<60 {
        _ = try? sequencer.append((0..<7).map { Array("\(thread) \(item) \($0)".utf8) })
      }
    }
    isDone.store(true, ordering: .releasing)
    reading.wait()
    sequencer.close()
    #expect(try log.reader().size == 4 * 60 * 7)
    #expect(states.withLock { Set($0).count } > 3)
  }

  @Test func `Limits push back, and what was refused left nothing`() throws {
    let sequencer = try sequencer()
    #expect(throws: LogError.entryTooLarge(position: 1, byteCount: 65_536)) {
      try sequencer.append([[1], [UInt8](repeating: 0, count: 65_536)])
    }
    let accepted = Atomic(0)
    let finished = DispatchSemaphore(value: 0)
    var refused = 0
    let entries = [[UInt8]](repeating: [1, 2, 3], count: 4096)
    // Faster than any disk: the queue must come to its limit.
    for _ in 0..<2000 where refused == 0 {
      do {
        try sequencer.submit(entries) { outcome in
          if case .success = outcome { accepted.add(1, ordering: .relaxed) }
          finished.signal()
        }
      } catch LogError.overloaded(let waiting) {
        #expect(waiting <= LogSequencer.maximumWaitingEntryCount)
        refused += 1
      }
    }
    #expect(refused == 1)
    sequencer.close()
    let count = accepted.load(ordering: .relaxed)
    for _ in 0..<count { finished.wait() }
    #expect(try log.reader().size == UInt64(count) * 4096)
  }

  @Test func `A submission larger than a batch or the queue goes in alone`() throws {
    let sequencer = try sequencer()
    let count = LogSequencer.maximumWaitingEntryCount + 1
    #expect(try sequencer.append([[UInt8]](repeating: [9], count: count)).count == count)
    sequencer.close()
  }

  @Test func `When the writer stops everybody is told, and nobody is left waiting`() throws {
    let sequencer = try sequencer()
    _ = try sequencer.append([[1]])
    try FileSystem.removeFile(log.path + ".lock")
    let failures = Mutex<[LogError]>([])
    Self.threads(8) { _ in
      do throws(LogError) {
        _ = try sequencer.append([[2]])
        Issue.record("appended without the lock")
      } catch {
        failures.withLock { $0.append(error) }
      }
    }
    #expect(failures.withLock { $0.count } == 8)
    #expect(
      failures.withLock {
        $0.allSatisfy { [.stopped, .notTheWriter(path: log.path + ".lock")].contains($0) }
      })
    sequencer.close()
    sequencer.close()
    #expect(try log.reader().size == 1)
    // The lock is free for who opens the log anew.
    #expect(try LogWriter.open(path: log.path, signer: log.signer).append([[2]]) == 1..<2)
  }
}
