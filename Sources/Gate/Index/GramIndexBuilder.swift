// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Storage

/// Builds an index of grams on disk from works that come one by one, in bounded memory.
///
/// The file appears whole when ``finish()`` returns, or not at all. In memory are the sorting buffer
/// and about a hundred bytes a work; the rest lies in unnamed files beside the target.
package struct GramIndexBuilder: ~Copyable {
  private let path: String
  private let settings: GramIndexSettings
  private let whitelist: Whitelist
  private var records: GramRecords
  private let grams: ScratchFile
  private var works: [GramIndexWork] = []
  private var owners: [UInt32] = []
  private var ownerNumbers: [Digest: UInt32] = [:]

  /// Starts an index.
  ///
  /// - Parameters:
  ///   - path: Where it shall be; a file that is there is replaced.
  ///   - settings: How it is made.
  ///   - whitelist: Passages that count for nobody.
  ///   - memory: The bytes of the sorting buffer.
  /// - Throws: `StorageError` where its directory cannot be written.
  package init(
    path: String, settings: GramIndexSettings = GramIndexSettings(),
    whitelist: Whitelist = .none, memory: Int = 256 << 20
  ) throws {
    let directory = FileSystem.parentDirectory(of: path)
    let grams = try ScratchFile(in: directory)
    records = try GramRecords(in: directory, memory: memory)
    self.grams = grams
    self.path = path
    self.settings = settings
    self.whitelist = whitelist
  }

  /// Adds a work.
  ///
  /// - Parameters:
  ///   - fingerprint: The work's grams.
  ///   - work: The SHA-256 of its bytes, or another identifier of the caller.
  ///   - owner: Who owns it, where common grams are asked for; works then come in the order of
  ///     their registration.
  /// - Throws: `StorageError`, or `GramIndexError.tooLarge`.
  package mutating func add(
    _ fingerprint: Fingerprint, of work: Digest, owner: Digest = Digest(0, 0, 0, 0)
  ) throws {
    guard works.count < GramIndexLayout.highest else {
      throw GramIndexError.tooLarge(limit: GramIndexLayout.highest)
    }
    let number = works.count
    let (long, short) = (fingerprint.grams, fingerprint.shortGrams)
    var entry = GramIndexWork(
      work: work, sequence: fingerprint.sequence, wordCount: UInt64(fingerprint.wordCount),
      firstGram: UInt64(grams.count / 8), gramCount: UInt32(long.count),
      shortCount: UInt32(short.count), countedGrams: 0, countedShort: 0)
    for list in [long, short] { try list.withUnsafeBytes { try grams.append($0) } }
    entry.countedGrams = try addGrams(
      long, kept: kept(of: fingerprint), of: number)
    for gram in short where !whitelist.contains(gram) {
      entry.countedShort += 1
      if settings.commonOwners != nil {
        try records.append(GramRecord(gram, number, .shortGram))
      }
    }
    try records.append(GramRecord(fingerprint.sequence, number, .sequence))
    works.append(entry)
    guard settings.commonOwners != nil else { return }
    owners.append(ownerNumbers[owner] ?? UInt32(ownerNumbers.count))
    ownerNumbers[owner] = owners[number]
  }

  /// Writes the index and puts it in its place.
  ///
  /// - Throws: `StorageError`, or `GramIndexError` for works that no index can hold.
  package consuming func finish() throws {
    let digests = works.map(\.work).sorted()
    guard zip(digests, digests.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw GramIndexError.repeatedWork
    }
    let directory = FileSystem.parentDirectory(of: path)
    var table = GramTableWriter(
      settings: settings, whitelist: whitelist, owners: owners,
      common: try ScratchFile(in: directory), entries: try ScratchFile(in: directory),
      postings: try ScratchFile(in: directory))
    var works = works
    try records.forEachGroup { key, group in try table.add(key, group, &works) }
    try table.finish()
    let output = try GramIndexOutput(path: path)
    try output.write(works, grams, table)
  }

  private func kept(of print: Fingerprint) -> [UInt64] {
    // The only gram of a text of fewer than eight words is the hash of all of it.
    if print.wordCount < GramHash.length { return [] }
    return print.wordCount <= GramHash.longestShortText
      ? print.grams
      : Winnowing.kept(of: print.gramsInOrder, window: settings.window, seed: settings.seed)
  }

  private mutating func addGrams(
    _ grams: [UInt64], kept: [UInt64], of number: Int
  ) throws -> UInt32 {
    var counted: UInt32 = 0
    var place = 0
    for gram in grams where !whitelist.contains(gram) {
      counted += 1
      while place < kept.count, kept[place] < gram { place += 1 }
      let isKept = place < kept.count && kept[place] == gram
      if isKept || settings.commonOwners != nil {
        try records.append(GramRecord(gram, number, isKept ? .keptGram : .gram))
      }
    }
    return counted
  }
}

/// What an index keeps of a work beside its grams.
struct GramIndexWork {
  var work: Digest
  var sequence: UInt64
  var wordCount: UInt64
  /// The place of its first gram among all; the runs of five words follow the grams.
  var firstGram: UInt64
  var gramCount: UInt32
  var shortCount: UInt32
  /// Those that count.
  var countedGrams: UInt32
  var countedShort: UInt32

  /// The record's bytes.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.write(work.bytes)
    for field in [sequence, wordCount, firstGram] { writer.writeLittleEndian(field) }
    for field in [gramCount, shortCount, countedGrams, countedShort] {
      writer.writeLittleEndian(field)
    }
    return writer.bytes
  }
}
