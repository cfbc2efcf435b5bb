// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives
import Storage
import TestSupport
import Testing

/// Works with owners, as both indexes take them.
private struct Shelf {
  var works: [(print: Fingerprint, owner: Digest)] = []

  mutating func add(_ words: [String], of owner: Int = 0) throws {
    works.append((try Fingerprint(utf8: bytes(words)), identifier(1_000_000 + owner)))
  }

  func inMemory(_ counting: GramCounting = .all) -> FingerprintIndex {
    var index = FingerprintIndex(counting: counting)
    for (number, work) in works.enumerated() {
      index.add(work.print, of: identifier(number), owner: work.owner)
    }
    return index
  }

  func write(
    to path: String, window: Int = 4, seed: UInt64 = 1, _ counting: GramCounting = .all,
    memory: Int = 1 << 20
  ) throws {
    var builder = try GramIndexBuilder(
      path: path,
      settings: GramIndexSettings(
        window: window, seed: seed, commonOwners: counting.commonOwners),
      whitelist: counting.whitelist, memory: memory)
    for (number, work) in works.enumerated() {
      try builder.add(work.print, of: identifier(number), owner: work.owner)
    }
    try builder.finish()
  }
}

@Suite struct GramIndexTests {
  private let temporary: TemporaryDirectory
  private var path: String { temporary.path + "/index" }

  init() throws { temporary = try TemporaryDirectory() }

  @Test func `For short works the file says exactly what the index in memory says`() throws {
    var random = Philox4x32(key: 31, stream: 0)
    for round in 0..<40 {
      // A tiny vocabulary, so that grams repeat within and across the texts.
      func text() -> [String] {
        (0..<Int(1 + random.below(120))).map { _ in ["a", "b"][Int(random.below(2))] }
      }
      var shelf = Shelf()
      for _ in 0..<random.below(30) { try shelf.add(text(), of: Int(random.below(5))) }
      let whitelist = try Whitelist(utf8: bytes(text() + ["a", "b", "a", "a", "b"]))
      let counting = GramCounting(
        whitelist: round % 2 == 0 ? .none : whitelist,
        commonOwners: round % 4 < 2 ? nil : 2 + round % 3)
      // The least memory makes many runs.
      try shelf.write(to: path, window: 1 + round % 5, counting, memory: round % 3 << 20)
      let (file, exact) = (try GramIndexFile(path: path), shelf.inMemory(counting))
      #expect(file.workCount == shelf.works.count)
      for _ in 0..<20 {
        let words = try WordSequence(utf8: bytes(text()))
        #expect(try file.resemblances(of: words) == exact.resemblances(of: words), "\(round)")
      }
    }
  }

  @Test func `Every shared stretch of eleven words is found, with the exact counts`() throws {
    var random = Philox4x32(key: 32, stream: 0)
    var shelf = Shelf()
    let works = (0..<12).map { syntheticText(words: 5_000, key: UInt64($0)) }
    for work in works { try shelf.add(work) }
    // 60,000 grams in runs of 1,024 records.
    try shelf.write(to: path, seed: 99, memory: 0)
    let (file, exact) = (try GramIndexFile(path: path), shelf.inMemory())
    for round in 0..<200 {
      let number = Int(random.below(12))
      let start = Int(random.below(4_980))
      let around = syntheticText(words: 60, key: 1_000 + UInt64(round))
      let text = around[..<30] + works[number][start..<start + 11] + around[30...]
      let words = try WordSequence(utf8: bytes(Array(text)))
      let matches = try file.resemblances(of: words).matches
      #expect(matches.contains { $0.work == identifier(number) })
      let all = exact.resemblances(of: words).matches
      #expect(matches.allSatisfy { all.contains($0) })
    }
  }

  @Test func `What is cut off, altered, foreign or longer is refused`() throws {
    var shelf = Shelf()
    for key in 0..<3 { try shelf.add(syntheticText(words: 40, key: UInt64(key % 2))) }
    try shelf.write(to: path)
    let good = try FileSystem.readFile(path, limit: 1 << 24)
    #expect(try GramIndexFile(path: path).workCount == 3)
    func opens(_ bytes: [UInt8]) throws -> Bool {
      try DurableFile.write(bytes, to: path)
      return (try? GramIndexFile(path: path)) != nil
    }
    for length in stride(from: 0, to: good.count, by: 97) {
      #expect(try !opens(Array(good[..<length])))
    }
    for place in stride(from: 0, to: good.count, by: 31) {
      var altered = good
      altered[place] ^= 1 << UInt8(place % 8)
      #expect(try !opens(altered), "byte \(place)")
    }
    #expect(try !opens(good + [0]))
    #expect(try opens(good))
    try DurableFile.write(Array("cdgi0002".utf8) + good[8...], to: path)
    #expect(throws: GramIndexError.unknownFormat(path: path)) { try GramIndexFile(path: path) }
  }

  @Test func `A hostile file is refused or answers, but never leads outside of itself`() throws {
    var random = Philox4x32(key: 33, stream: 0)
    var shelf = Shelf()
    for key in 0..<6 { try shelf.add(syntheticText(words: 60, key: UInt64(key % 4)), of: key) }
    let counting = GramCounting(commonOwners: 2)
    try shelf.write(to: path, counting)
    let good = try FileSystem.readFile(path, limit: 1 << 24)
    let text = try WordSequence(utf8: bytes(syntheticText(words: 60, key: 1)))
    var refused = 0
    for _ in 0..<3_000 {
      var bytes = good
      // Half of the time in the header and the first records, where the numbers are.
      for _ in 0...random.below(4) {
        let place =
          Int(random.below(2)) == 0
          ? Int(random.below(400)) : Int(random.below(UInt32(bytes.count)))
        bytes[place] =
          [0, 0xff, 0x7f, UInt8(truncatingIfNeeded: random.next32())][Int(random.below(4))]
      }
      try DurableFile.write(bytes, to: path)
      do {
        _ = try GramIndexFile(path: path, verifyingContent: false).resemblances(of: text)
      } catch is GramIndexError {
        refused += 1
      }
    }
    #expect(refused > 300 && refused < 3_000)
  }

  @Test func `A work is added once, and an index of nothing finds nothing`() throws {
    try Shelf().write(to: path)
    let print = try Fingerprint(utf8: bytes(syntheticText(words: 10, key: 1)))
    #expect(try GramIndexFile(path: path).resemblances(of: print).matches.isEmpty)
    var builder = try GramIndexBuilder(path: path)
    try builder.add(print, of: identifier(1))
    try builder.add(print, of: identifier(1))
    do {
      try builder.finish()
      Issue.record("a work stands in an index twice")
    } catch GramIndexError.repeatedWork {}
  }
}
