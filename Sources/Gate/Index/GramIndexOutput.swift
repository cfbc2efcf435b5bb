// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CWords
import Primitives
import Storage

/// Writes the parts of an index in their order, and the checksums at the end.
struct GramIndexOutput: ~Copyable {
  /// A multiple of the page's size.
  private static let pieceSize = 1 << 20

  private let file: DurableFileWriter
  private var piece: [UInt8] = []
  private var count = 0
  private var sums: [UInt64] = []

  init(path: String) throws(StorageError) {
    file = try DurableFileWriter(path: path)
  }

  /// Writes the whole index and puts it in its place.
  consuming func write(
    _ works: [GramIndexWork], _ grams: ScratchFile, _ table: GramTableWriter
  ) throws {
    var layout = GramIndexLayout()
    layout.workCount = UInt64(works.count)
    layout.gramCount = UInt64(grams.count / 8)
    layout.postingCount = UInt64(table.postingCount)
    // Three keys on four places; the last keys may stand behind the last home.
    layout.homeCount = UInt64(max(1, table.entryCount * 4 / 3))
    layout.slotCount = layout.homeCount
    try Self.forEachSlot(table, layout.homeCount) { slot, _, _ in
      layout.slotCount = max(layout.slotCount, slot + 1)
    }
    try append(layout.header)
    for work in works { try append(work.bytes) }
    try copy(grams)
    try writeTable(table, layout)
    try copy(table.postings)
    try pad()
    try flush(whole: true)
    let body = count
    var ending = ByteWriter()
    for sum in sums { ending.writeLittleEndian(sum) }
    ending.writeLittleEndian(CheckedPages.seal(of: sums, body: body))
    let file = file
    try file.append(ending.bytes)
    try file.finish()
  }

  private mutating func writeTable(_ table: GramTableWriter, _ layout: GramIndexLayout) throws {
    var next: UInt64 = 0
    try Self.forEachSlot(table, layout.homeCount) { slot, key, _ in
      try appendZeros(8 * Int(slot - next))
      try append(key)
      next = slot + 1
    }
    try appendZeros(8 * Int(layout.slotCount - next))
    next = 0
    try Self.forEachSlot(table, layout.homeCount) { slot, _, value in
      try appendZeros(4 * Int(slot - next))
      try append(UInt32(value))
      next = slot + 1
    }
    try appendZeros(4 * Int(layout.slotCount - next))
    try pad()
  }

  /// Gives each entry of the table its place: its home, or the next one that is free.
  private static func forEachSlot(
    _ table: GramTableWriter, _ homes: UInt64, _ body: (UInt64, UInt64, UInt64) throws -> Void
  ) throws {
    let pieceCount = 1 << 16
    var next: UInt64 = 0
    var pairs = Array(repeating: (0 as UInt64, 0 as UInt64), count: pieceCount)
    for start in stride(from: 0, to: table.entryCount, by: pieceCount) {
      let size = min(pieceCount, table.entryCount - start)
      try pairs.withUnsafeMutableBytes {
        let memory = UnsafeMutableRawBufferPointer(rebasing: $0[..<(16 * size)])
        try table.entries.read(at: 16 * start, into: memory)
      }
      for index in 0..<size {
        let (key, value) = pairs[index]
        let slot = max(next, cwords_home(key, homes))
        try body(slot, key, value)
        next = slot + 1
      }
    }
  }

  private mutating func copy(_ scratch: ScratchFile) throws {
    var bytes = [UInt8](repeating: 0, count: Self.pieceSize)
    for start in stride(from: 0, to: scratch.count, by: Self.pieceSize) {
      let size = min(Self.pieceSize, scratch.count - start)
      if bytes.count != size { bytes = Array(repeating: 0, count: size) }
      try bytes.withUnsafeMutableBytes { try scratch.read(at: start, into: $0) }
      try append(bytes)
    }
  }

  private mutating func append<Value: FixedWidthInteger>(_ value: Value) throws {
    withUnsafeBytes(of: value.littleEndian) { piece.append(contentsOf: $0) }
    count += MemoryLayout<Value>.size
    if piece.count >= Self.pieceSize { try flush(whole: false) }
  }

  private mutating func appendZeros(_ zeros: Int) throws {
    for _ in 0..<zeros { piece.append(0) }
    count += zeros
    if piece.count >= Self.pieceSize { try flush(whole: false) }
  }

  private mutating func append(_ bytes: [UInt8]) throws {
    piece += bytes
    count += bytes.count
    if piece.count >= Self.pieceSize { try flush(whole: false) }
  }

  private mutating func pad() throws {
    if count % 8 != 0 { try appendZeros(8 - count % 8) }
  }

  /// Writes whole pages, and what is left of one where it is the last.
  private mutating func flush(whole: Bool) throws {
    let size = CheckedPages.pageSize
    let end = whole ? piece.count : piece.count / size * size
    piece.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: end, by: size) {
        let page = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + size, end)])
        sums.append(CheckedPages.sum(of: page, number: sums.count))
      }
    }
    try piece.withUnsafeBytes { try file.append(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    piece.removeFirst(end)
  }
}
