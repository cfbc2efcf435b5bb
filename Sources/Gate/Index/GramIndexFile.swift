// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CWords
package import Primitives
import Signing
import Storage

/// An index of grams on disk: finds which registered works a text shares passages with.
///
/// The file is mapped, so that any number of processes share one copy and only what is looked at is
/// read. Candidates are the works that share a gram which can be looked up
/// (``GramIndexSettings/window``) or are the same text; each is then compared exactly, as
/// ``FingerprintIndex`` compares. Reading never leaves the file, whatever its bytes are.
package struct GramIndexFile: Sendable {
  private let path: String
  private let file: MappedFile
  private let layout: GramIndexLayout
  private let offsets: GramIndexLayout.Offsets

  /// Opens an index.
  ///
  /// - Parameters:
  ///   - path: What ``GramIndexBuilder`` wrote.
  ///   - verifyingContent: Whether to hash the whole file. Only who has done so since the file was
  ///     put in its place may leave it out; the sizes are compared in any case.
  /// - Throws: `GramIndexError` for a file that is foreign, cut off or damaged, `StorageError`.
  package init(path: String, verifyingContent: Bool = true) throws {
    self.path = path
    file = try MappedFile(path: path)
    let bytes = file.bytes
    guard bytes.count >= GramIndexLayout.headerSize, UInt16(1).littleEndian == 1,
      let layout = GramIndexLayout(
        header: UnsafeRawBufferPointer(rebasing: bytes[..<GramIndexLayout.headerSize]))
    else { throw GramIndexError.unknownFormat(path: path) }
    guard let offsets = layout.offsets else { throw GramIndexError.inconsistent(path: path) }
    let expected = offsets.digest + Digest.byteCount
    guard bytes.count == expected else {
      throw GramIndexError.otherLength(
        path: path, expected: UInt64(expected), actual: bytes.count)
    }
    self.layout = layout
    self.offsets = offsets
    if verifyingContent {
      let content = UnsafeRawBufferPointer(rebasing: bytes[..<offsets.digest])
      guard SHA256.digest(content) == digest else { throw GramIndexError.damaged(path: path) }
    }
  }

  /// How many works it has.
  package var workCount: Int { Int(layout.workCount) }

  /// How it was made.
  package var settings: GramIndexSettings { layout.settings }

  /// The digest of the whitelist it was made with; of nothing where there was none.
  package var whitelist: Digest { layout.whitelist }

  /// What stands for the whole index in logs: the SHA-256 at its end.
  package var digest: Digest {
    Digest(bytes: file.bytes[offsets.digest...]) ?? Digest(0, 0, 0, 0)
  }

  /// Every work found that shares a gram with a text, the closest first.
  ///
  /// - Parameters:
  ///   - submission: The text's fingerprint.
  ///   - words: The text the fingerprint was made from, if passages are wanted.
  /// - Returns: The matches, and how much of the submission they have.
  /// - Throws: `GramIndexError.inconsistent` for a file that no builder wrote.
  package func resemblances(
    of submission: Fingerprint, words: WordSequence? = nil
  ) throws(GramIndexError) -> Resemblances {
    let candidates = try candidates(
      withAnyOf: [submission.gramsInOrder, [submission.sequence]])
    guard !candidates.isEmpty else { return Resemblances(matches: [], coveredGrams: 0) }
    var text = ComparedText(submission, words: words, excludedFrom: exclusion)
    var matches: [Resemblance] = []
    for number in candidates {
      let work = try work(number)
      let match = text.compare(
        with: ComparedText.Registered(
          ordinal: number, work: work.work, wordCount: Int(work.wordCount),
          sequence: work.sequence, countedGrams: Int(work.countedGrams),
          countedShortGrams: Int(work.countedShort)),
        grams: Span(_unsafeElements: grams(of: work)),
        shortGrams: Span(_unsafeElements: shortGrams(of: work)))
      if let match { matches.append(match) }
    }
    return Resemblances(matches, text)
  }

  /// Every work found that shares a gram with the text, with the passages.
  package func resemblances(of words: WordSequence) throws(GramIndexError) -> Resemblances {
    try resemblances(of: Fingerprint(words), words: words)
  }

  /// The numbers of the works that can be found by one of some keys, ascending.
  func candidates(withAnyOf keys: [[UInt64]]) throws(GramIndexError) -> [UInt32] {
    var numbers: [UInt32] = []
    for keys in keys {
      for slot in slots(of: keys) { try addWorks(of: slot, to: &numbers) }
    }
    guard numbers.count > 1 else { return numbers }
    numbers.sort()
    var kept = 1
    for index in 1..<numbers.count where numbers[index] != numbers[kept - 1] {
      numbers[kept] = numbers[index]
      kept += 1
    }
    return Array(numbers[..<kept])
  }

  /// The slots of the table that hold these keys.
  private func slots(of keys: [UInt64]) -> [UInt64] {
    guard !keys.isEmpty else { return [] }
    let slotCount = Int(layout.slotCount)
    let table = elements(UInt64.self, offsets.keys, 0, slotCount)
    return Array(unsafeUninitializedCapacity: keys.count) { found, count in
      count = cwords_find(
        table.baseAddress, slotCount, layout.homeCount, keys, keys.count, found.baseAddress)
    }
  }

  private func addWorks(of slot: UInt64, to numbers: inout [UInt32]) throws(GramIndexError) {
    let value = elements(UInt32.self, offsets.values, Int(slot), 1)[0]
    guard value & GramIndexLayout.manyWorks != 0 else { return numbers.append(value) }
    let place = Int(value & ~GramIndexLayout.manyWorks)
    let postingCount = Int(layout.postingCount)
    guard place < postingCount else { throw .inconsistent(path: path) }
    let count = Int(elements(UInt32.self, offsets.postings, place, 1)[0])
    guard count <= postingCount - place - 1 else { throw .inconsistent(path: path) }
    numbers += elements(UInt32.self, offsets.postings, place + 1, count)
  }

  /// What the index keeps of a work.
  func work(_ number: UInt32) throws(GramIndexError) -> GramIndexWork {
    guard number < layout.workCount else { throw .inconsistent(path: path) }
    let start = offsets.works + Int(number) * GramIndexLayout.workSize
    let record = UnsafeRawBufferPointer(
      rebasing: file.bytes[start..<start + GramIndexLayout.workSize])
    guard let work = GramIndexWork(bytes: record), work.firstGram <= layout.gramCount,
      UInt64(work.gramCount) + UInt64(work.shortCount) <= layout.gramCount - work.firstGram,
      work.wordCount <= UInt64(WordSequence.longestText)
    else { throw .inconsistent(path: path) }
    return work
  }

  /// The distinct grams of a work, ascending.
  func grams(of work: GramIndexWork) -> UnsafeBufferPointer<UInt64> {
    elements(UInt64.self, offsets.grams, Int(work.firstGram), Int(work.gramCount))
  }

  /// The distinct runs of five words of a short work, ascending.
  private func shortGrams(of work: GramIndexWork) -> UnsafeBufferPointer<UInt64> {
    elements(
      UInt64.self, offsets.grams, Int(work.firstGram) + Int(work.gramCount), Int(work.shortCount))
  }

  /// From which work on a gram does not count; nil where all count.
  var exclusion: ((UInt64) -> UInt32)? {
    let count = Int(layout.commonCount)
    guard count > 0 else { return nil }
    return { gram in
      let common = Span(_unsafeElements: elements(UInt64.self, offsets.common, 0, count))
      guard let place = GramSearch.index(of: gram, in: common) else { return GramCounting.never }
      return elements(UInt32.self, offsets.commonFrom, place, 1)[0]
    }
  }

  /// Elements of one part, whose place and number were checked; parts are aligned to eight bytes.
  private func elements<Element: BitwiseCopyable>(
    _ type: Element.Type, _ part: Int, _ first: Int, _ count: Int
  ) -> UnsafeBufferPointer<Element> {
    let size = MemoryLayout<Element>.size
    let start = part + first * size
    return UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + count * size])
      .bindMemory(to: type)
  }
}

extension GramIndexWork {
  /// Reads a record; nil for another size.
  init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count == GramIndexLayout.workSize, let work = Digest(bytes: bytes[..<32]) else {
      return nil
    }
    func long(_ offset: Int) -> UInt64 {
      bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
    func short(_ offset: Int) -> UInt32 {
      bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }
    self.init(
      work: work, sequence: long(32), wordCount: long(40), firstGram: long(48),
      gramCount: short(56), shortCount: short(60), countedGrams: short(64),
      countedShort: short(68))
  }
}
