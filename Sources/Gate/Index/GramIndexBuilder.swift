// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Storage

/// Builds one file of an index from works that come one by one, in bounded memory.
///
/// The file appears whole when ``finish()`` returns, or not at all. In memory are the sorting buffer
/// and about two hundred bytes a work; the rest lies in unnamed files beside the target. The bytes
/// are a function of the works and their order alone.
package struct GramIndexBuilder: ~Copyable {
  private let path: String
  private var records: GramRecords
  private let grams: ScratchFile
  private var works: [GramIndexWork] = []

  /// The bytes of the sorting buffer where nothing else is said.
  package static let standardMemory = 64 << 20

  /// Starts an index.
  ///
  /// - Parameters:
  ///   - path: Where it shall be; a file that is there is replaced.
  ///   - memory: The bytes of the sorting buffer.
  /// - Throws: `StorageError` where its directory cannot be written.
  package init(path: String, memory: Int = Self.standardMemory) throws {
    let directory = FileSystem.parentDirectory(of: path)
    let grams = try ScratchFile(in: directory)
    records = try GramRecords(in: directory, memory: memory)
    self.grams = grams
    self.path = path
  }

  /// How many grams and runs of five words were added.
  var gramCount: Int { grams.count / 8 }

  /// Adds a work.
  ///
  /// - Parameters:
  ///   - print: The work's grams.
  ///   - work: The work and the file that the grams come from.
  /// - Throws: `StorageError`, or `GramIndexError.tooLarge`.
  package mutating func add(_ print: Fingerprint, of work: IndexedWork) throws {
    let (long, short) = (print.grams, print.shortGrams)
    try long.withUnsafeBufferPointer { long in
      try short.withUnsafeBufferPointer { short in
        try add(
          GramIndexWork(
            work: work.work, fingerprint: work.fingerprint, sequence: print.sequence,
            wordCount: UInt64(print.wordCount), firstGram: 0, gramCount: 0, shortCount: 0),
          long, short)
      }
    }
  }

  /// Adds a work as another index has it.
  ///
  /// - Throws: `GramIndexError` where that one is damaged, and nothing was added then.
  mutating func add(_ number: UInt32, of file: GramIndexFile) throws {
    let work = try file.work(number)
    try add(work, try file.grams(of: work), try file.shortGrams(of: work))
  }

  private mutating func add(
    _ work: GramIndexWork, _ long: UnsafeBufferPointer<UInt64>, _ short: UnsafeBufferPointer<UInt64>
  ) throws {
    guard works.count < GramIndexLayout.highest else {
      throw GramIndexError.tooLarge(limit: GramIndexLayout.highest)
    }
    let number = works.count
    var entry = work
    entry.firstGram = UInt64(gramCount)
    entry.gramCount = UInt32(long.count)
    entry.shortCount = UInt32(short.count)
    try grams.append(UnsafeRawBufferPointer(long))
    try grams.append(UnsafeRawBufferPointer(short))
    for gram in long { try records.append(GramRecord(gram, number)) }
    try records.append(GramRecord(work.sequence, number))
    works.append(entry)
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
      entries: try ScratchFile(in: directory), postings: try ScratchFile(in: directory))
    try records.forEachGroup { key, group in try table.add(key, group) }
    let output = try GramIndexOutput(path: path)
    try output.write(works, grams, table)
  }
}

/// What an index keeps of a work beside its grams.
struct GramIndexWork {
  var work: Digest
  /// The SHA-256 of the file that its grams come from.
  var fingerprint: Digest
  var sequence: UInt64
  var wordCount: UInt64
  /// The place of its first gram among all; the runs of five words follow the grams.
  var firstGram: UInt64
  var gramCount: UInt32
  var shortCount: UInt32

  /// The record's bytes.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.write(work.bytes)
    writer.write(fingerprint.bytes)
    for field in [sequence, wordCount, firstGram] { writer.writeLittleEndian(field) }
    for field in [gramCount, shortCount] { writer.writeLittleEndian(field) }
    return writer.bytes
  }
}
