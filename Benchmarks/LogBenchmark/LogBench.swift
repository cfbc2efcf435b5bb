// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import Glibc
import Merkle
import Primitives
import Signing
import Storage
import Synchronization
import TransparencyLog

/// Times of many tries of one thing, in seconds.
struct Times {
  var values: [Double] = []

  func quantile(_ part: Double) -> Double {
    let sorted = values.sorted()
    return sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
  }

  var median: Double { quantile(0.5) }
  var mean: Double { values.reduce(0, +) / Double(values.count) }
}

/// Fills logs in a directory and times it.
struct LogBench {
  static let entryByteCount = 256

  let directory: String
  let signer: NoteSigner
  private var logs = 0

  init(directory: String) {
    guard let key = SecretKey(seed: [UInt8](repeating: 1, count: 32)),
      let signer = NoteSigner(name: "log.example/benchmark", key: key)
    else { fail("no key") }
    (self.directory, self.signer) = (directory, signer)
  }

  static func entries(_ count: Int, from start: UInt64) -> [[UInt8]] {
    (0..<count).map { number in
      var entry = [UInt8](repeating: 0x61, count: entryByteCount)
      withUnsafeBytes(of: (start + UInt64(number)).bigEndian) { bytes in
        for (offset, byte) in bytes.enumerated() { entry[offset] = byte }
      }
      return entry
    }
  }

  private mutating func newLog() throws -> (path: String, writer: LogWriter) {
    logs += 1
    let path = "\(directory)/log-\(logs)"
    return (path, try LogWriter.create(path: path, signer: signer))
  }

  // MARK: - The disk alone

  /// An append of 4 KiB and `fsync`, the classical figure of a disk.
  func appendSync(_ count: Int) -> Times {
    Self.each(count, directory + "/append", size: 0) { descriptor, _ in
      let block = [UInt8](repeating: 1, count: 4096)
      guard write(descriptor, block, block.count) == block.count, fsync(descriptor) == 0 else {
        fail("cannot write to the disk")
      }
    }
  }

  /// A write of 600 bytes in place and `fdatasync`, what a commit of the journal comes to.
  func inPlaceSync(_ count: Int) -> Times {
    Self.each(count, directory + "/in-place", size: 1 << 16) { descriptor, number in
      let block = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 600)
      guard pwrite(descriptor, block, block.count, 0) == block.count, fdatasync(descriptor) == 0
      else { fail("cannot write to the disk") }
    }
  }

  private static func each(
    _ count: Int, _ path: String, size: Int, _ body: (Int32, Int) -> Void
  ) -> Times {
    writeFile([UInt8](repeating: 0, count: size), to: path)
    let descriptor = open(path, O_RDWR, 0)
    defer {
      close(descriptor)
      unlink(path)
    }
    lseek(descriptor, 0, SEEK_END)
    fsync(descriptor)
    return Times(values: (0..<count).map { number in timed { body(descriptor, number) } })
  }

  // MARK: - The log

  /// The time of each of `count` appends of that many entries.
  mutating func append(batches count: Int, of width: Int) throws -> Times {
    let (_, writer) = try newLog()
    _ = try writer.append(Self.entries(min(width, 300), from: 0))
    var times = Times()
    for _ in 0..<count {
      let entries = Self.entries(width, from: writer.size)
      times.values.append(try timed { _ = try writer.append(entries) })
    }
    return times
  }

  /// One entry of any size.
  mutating func append(count: Int, byteCount: Int) throws -> Times {
    let (_, writer) = try newLog()
    var times = Times()
    for number in 0..<count {
      let entry = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: byteCount)
      times.values.append(try timed { _ = try writer.append([entry]) })
    }
    return times
  }

  /// What came of submitters that go on for a while.
  struct Load {
    var rate = 0.0
    var batch = 0.0
    var wait = Times()
    var reads = 0
  }

  /// Keeps that many submissions of one entry under way, answered one by one, and readers beside them.
  mutating func load(underWay: Int, readers: Int, seconds duration: Double) throws -> Load {
    let (path, writer) = try newLog()
    let sequencer = try LogSequencer(writer)
    let hub = Hub(sequencer)
    let began = seconds()
    let readings = (0..<readers).map { _ in Reading(path, signer.verifier) }
    for number in 0..<underWay { hub.submit(UInt64(number)) }
    while seconds() - began < duration { usleep(10_000) }
    hub.isEnding.store(true, ordering: .releasing)
    while hub.underWay.load(ordering: .acquiring) > 0 { usleep(1000) }
    let elapsed = seconds() - began
    let reads = readings.reduce(0) { $0 + $1.end() }
    let (count, batches) = (Double(sequencer.checkpoint.size), Double(sequencer.batchCount))
    sequencer.close()
    return Load(
      rate: count / elapsed, batch: count / batches, wait: Times(values: hub.waits), reads: reads)
  }
}

/// Submits an entry anew whenever one is durable.
final class Hub: @unchecked Sendable {
  let isEnding = Atomic(false)
  let underWay = Atomic(0)
  private let sequencer: LogSequencer
  /// Written by the committing thread; read when nothing is under way.
  private(set) var waits: [Double] = []

  init(_ sequencer: LogSequencer) { self.sequencer = sequencer }

  func submit(_ number: UInt64) {
    underWay.add(1, ordering: .relaxed)
    let began = seconds()
    do {
      try sequencer.submit(LogBench.entries(1, from: number)) { outcome in
        guard case .success(let range) = outcome else { fail("an append failed: \(outcome)") }
        self.waits.append(seconds() - began)
        if !self.isEnding.load(ordering: .acquiring) { self.submit(range.lowerBound) }
        self.underWay.subtract(1, ordering: .releasing)
      }
    } catch {
      fail("a submission failed: \(error)")
    }
  }
}

/// A thread that opens the newest state again and again and proves an entry of it.
final class Reading: @unchecked Sendable {
  private let isEnding = Atomic(false)
  private var count = 0
  private var thread = pthread_t()
  private let path: String
  private let verifier: NoteVerifier

  init(_ path: String, _ verifier: NoteVerifier) {
    (self.path, self.verifier) = (path, verifier)
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Reading>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
  }

  private func run() {
    while !isEnding.load(ordering: .acquiring) {
      do {
        let reader = try LogReader(path: path, verifier: verifier)
        if reader.size > 0 { _ = try reader.inclusionProof(of: reader.size / 2) }
        count += 1
      } catch {
        fail("a reader failed: \(error)")
      }
      usleep(2000)
    }
  }

  /// Ends the thread; returns how many states it read.
  func end() -> Int {
    isEnding.store(true, ordering: .releasing)
    pthread_join(thread, nil)
    return count
  }
}
