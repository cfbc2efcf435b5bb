// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Storage

/// One file of an index of grams: finds which of its works a text shares a run of eight words with.
///
/// The file is mapped, so that any number of processes share one copy and only what is looked at is
/// read. Exact: every gram of every work can be looked up. Each page is compared with its checksum
/// before anything is taken from it, so that damage is an error and never finds less; and reading
/// never leaves the file, whatever its bytes are.
package struct GramIndexFile: Sendable {
  let path: String
  private let pages: CheckedPages
  private let layout: GramIndexLayout
  private let offsets: GramIndexLayout.Offsets

  /// Opens an index.
  ///
  /// - Parameter path: What ``GramIndexBuilder`` wrote.
  /// - Throws: `GramIndexError` for a file that is foreign, cut off or damaged at its beginning or
  ///   end, `StorageError`.
  /// - Complexity: O(1) but for the checksums, 8 bytes for each 4096 of the file.
  package init(path: String) throws {
    self.path = path
    let file = try MappedFile(path: path)
    let bytes = file.bytes
    guard bytes.count >= GramIndexLayout.headerSize, UInt16(1).littleEndian == 1,
      let layout = GramIndexLayout(
        header: UnsafeRawBufferPointer(rebasing: bytes[..<GramIndexLayout.headerSize]))
    else { throw GramIndexError.unknownFormat(path: path) }
    guard let offsets = layout.offsets else { throw GramIndexError.inconsistent(path: path) }
    guard bytes.count == offsets.end else {
      throw GramIndexError.otherLength(
        path: path, expected: UInt64(offsets.end), actual: bytes.count)
    }
    guard let pages = CheckedPages(file, body: offsets.sums, pageCount: offsets.pageCount),
      pages.bytes(0..<GramIndexLayout.headerSize) != nil
    else { throw GramIndexError.damaged(path: path) }
    self.pages = pages
    self.layout = layout
    self.offsets = offsets
  }

  /// A file whose body was made by hand, with checksums that agree: for who tests what reads it.
  package static func sealed(_ body: [UInt8]) -> [UInt8] { CheckedPages.sealed(body) }

  /// How many works it has.
  package var workCount: Int { Int(layout.workCount) }

  /// How many grams and runs of five words it has, over all works.
  var gramCount: Int { Int(layout.gramCount) }

  /// The works in the order in which they were added.
  func works() throws(GramIndexError) -> [IndexedWork] {
    var works: [IndexedWork] = []
    works.reserveCapacity(workCount)
    for number in 0..<UInt32(workCount) {
      let work = try work(number)
      works.append(IndexedWork(work.work, fingerprint: work.fingerprint))
    }
    return works
  }

  /// The numbers of the works that have one of some grams or sequences, ascending.
  func candidates(withAnyOf keys: [UInt64]) throws(GramIndexError) -> [UInt32] {
    let slots = pages.slots(
      of: keys, table: offsets.keys, slots: Int(layout.slotCount), homes: layout.homeCount)
    guard let slots else { throw .damaged(path: path) }
    var numbers: [UInt32] = []
    for slot in slots { try addWorks(of: slot, to: &numbers) }
    guard numbers.count > 1 else { return numbers }
    numbers.sort()
    var kept = 1
    for index in 1..<numbers.count where numbers[index] != numbers[kept - 1] {
      numbers[kept] = numbers[index]
      kept += 1
    }
    return Array(numbers[..<kept])
  }

  private func addWorks(of slot: UInt64, to numbers: inout [UInt32]) throws(GramIndexError) {
    let value = try elements(UInt32.self, offsets.values, Int(slot), 1)[0]
    guard value & GramIndexLayout.manyWorks != 0 else { return numbers.append(value) }
    let place = Int(value & ~GramIndexLayout.manyWorks)
    let postingCount = Int(layout.postingCount)
    guard place < postingCount else { throw .inconsistent(path: path) }
    let count = Int(try elements(UInt32.self, offsets.postings, place, 1)[0])
    guard count <= postingCount - place - 1 else { throw .inconsistent(path: path) }
    numbers += try elements(UInt32.self, offsets.postings, place + 1, count)
  }

  /// What the index keeps of a work.
  func work(_ number: UInt32) throws(GramIndexError) -> GramIndexWork {
    guard number < layout.workCount else { throw .inconsistent(path: path) }
    let start = offsets.works + Int(number) * GramIndexLayout.workSize
    guard let record = pages.bytes(start..<start + GramIndexLayout.workSize) else {
      throw .damaged(path: path)
    }
    guard let work = GramIndexWork(bytes: record), work.firstGram <= layout.gramCount,
      UInt64(work.gramCount) + UInt64(work.shortCount) <= layout.gramCount - work.firstGram,
      work.wordCount <= UInt64(WordSequence.longestText)
    else { throw .inconsistent(path: path) }
    return work
  }

  /// The distinct grams of a work, ascending.
  func grams(of work: GramIndexWork) throws(GramIndexError) -> UnsafeBufferPointer<UInt64> {
    try elements(UInt64.self, offsets.grams, Int(work.firstGram), Int(work.gramCount))
  }

  /// The distinct runs of five words of a short work, ascending.
  func shortGrams(of work: GramIndexWork) throws(GramIndexError) -> UnsafeBufferPointer<UInt64> {
    try elements(
      UInt64.self, offsets.grams, Int(work.firstGram) + Int(work.gramCount), Int(work.shortCount))
  }

  /// Elements of one part, whose place and number were checked; parts are aligned to eight bytes.
  private func elements<Element: BitwiseCopyable>(
    _ type: Element.Type, _ part: Int, _ first: Int, _ count: Int
  ) throws(GramIndexError) -> UnsafeBufferPointer<Element> {
    let size = MemoryLayout<Element>.size
    let start = part + first * size
    guard let bytes = pages.bytes(start..<start + count * size) else { throw .damaged(path: path) }
    return bytes.bindMemory(to: type)
  }
}

extension GramIndexWork {
  /// Reads a record.
  init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count == GramIndexLayout.workSize, let work = Digest(bytes: bytes[..<32]),
      let fingerprint = Digest(bytes: bytes[32..<64])
    else { return nil }
    func long(_ offset: Int) -> UInt64 {
      bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
    func short(_ offset: Int) -> UInt32 {
      bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }
    self.init(
      work: work, fingerprint: fingerprint, sequence: long(64), wordCount: long(72),
      firstGram: long(80), gramCount: short(88), shortCount: short(92))
  }
}
