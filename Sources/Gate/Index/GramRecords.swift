// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Storage

/// That a work has a gram, or is the sequence of words with that hash.
struct GramRecord {
  /// The gram.
  var key: UInt64
  private var number: UInt64

  init(_ key: UInt64, _ work: Int) {
    // Zero marks free places of the table.
    self.key = max(key, 1)
    number = UInt64(work)
  }

  /// The work's number.
  var work: UInt32 { UInt32(truncatingIfNeeded: number) }
}

/// Sorts records by gram, then in the order they came, in bounded memory: sorted runs on disk, merged.
struct GramRecords: ~Copyable {
  private let scratch: ScratchFile
  private let capacity: Int
  private var records: [GramRecord] = []
  private var runs: [Range<Int>] = []

  init(in directory: String, memory: Int) throws {
    scratch = try ScratchFile(in: directory)
    // A run is sorted from one array into another.
    capacity = max(1024, memory / (2 * MemoryLayout<GramRecord>.stride))
  }

  mutating func append(_ record: GramRecord) throws {
    records.append(record)
    if records.count == capacity { try writeRun() }
  }

  private mutating func writeRun() throws {
    let sorted = GramSorting.scattered(records) { $0.key }
    records.removeAll(keepingCapacity: true)
    let start = scratch.count
    try sorted.withUnsafeBytes { try scratch.append($0) }
    runs.append(start..<scratch.count)
  }

  /// Gives all records of each gram, ascending; ends the collection.
  mutating func forEachGroup(
    _ body: (_ key: UInt64, _ records: [GramRecord]) throws -> Void
  ) throws {
    if !records.isEmpty { try writeRun() }
    records = []
    var readers = try runs.map { try RunReader(scratch, $0, memory: 16 * capacity / runs.count) }
    var heap = RunHeap()
    for (run, reader) in readers.enumerated() {
      if let key = reader.next?.key { heap.push(key, run) }
    }
    var group: [GramRecord] = []
    while let (key, run) = heap.pop() {
      if let last = group.last, last.key != key {
        try body(last.key, group)
        group.removeAll(keepingCapacity: true)
      }
      while let record = readers[run].next, record.key == key {
        group.append(record)
        try readers[run].advance()
      }
      if let next = readers[run].next { heap.push(next.key, run) }
    }
    if let last = group.last { try body(last.key, group) }
  }
}

/// Reads one sorted run from disk in pieces.
private struct RunReader {
  private static let size = MemoryLayout<GramRecord>.stride

  private let scratch: ScratchFile
  private var rest: Range<Int>
  private let pieceCount: Int
  private var piece: [GramRecord] = []
  private var place = 0

  init(_ scratch: ScratchFile, _ range: Range<Int>, memory: Int) throws {
    self.scratch = scratch
    rest = range
    pieceCount = min(1 << 16, max(64, memory / Self.size))
    try fill()
  }

  var next: GramRecord? { place < piece.count ? piece[place] : nil }

  mutating func advance() throws {
    place += 1
    if place == piece.count { try fill() }
  }

  private mutating func fill() throws {
    let count = min(pieceCount, rest.count / Self.size)
    if piece.count != count {
      piece = Array(repeating: GramRecord(1, 0), count: count)
    }
    place = 0
    guard count > 0 else { return }
    let offset = rest.lowerBound
    try piece.withUnsafeMutableBytes { try scratch.read(at: offset, into: $0) }
    rest = offset + count * Self.size..<rest.upperBound
  }
}

/// The next gram of each run, the lowest first, of equals the earlier run.
private struct RunHeap {
  private var items: [(key: UInt64, run: Int)] = []

  mutating func push(_ key: UInt64, _ run: Int) {
    items.append((key, run))
    var child = items.count - 1
    while child > 0, items[child] < items[(child - 1) / 2] {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (key: UInt64, run: Int)? {
    guard let first = items.first, let last = items.popLast() else { return nil }
    guard !items.isEmpty else { return first }
    items[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < items.count && items[child] < items[least] {
        least = child
      }
      if least == parent { return first }
      items.swapAt(parent, least)
      parent = least
    }
  }
}
