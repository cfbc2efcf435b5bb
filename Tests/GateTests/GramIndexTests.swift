// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Primitives
import Signing
import Storage
import TestSupport
import Testing

@testable import Gate

/// Registered works with their fingerprint files, and the comparison one by one.
private struct Shelf {
  var works: [IndexedWork] = []
  var prints: [Fingerprint] = []

  mutating func add(_ words: [String]) throws {
    let print = try Fingerprint(utf8: bytes(words))
    works.append(
      IndexedWork(identifier(works.count), fingerprint: SHA256.digest(print.encoded)))
    prints.append(print)
  }

  func load(_ work: Digest) -> [UInt8] { prints[Int(work.word3)].encoded }

  func naive(_ count: Int) -> NaiveIndex {
    var index = NaiveIndex()
    for (work, print) in zip(works, prints).prefix(count) { index.add(print, of: work.work) }
    return index
  }

  func write(to path: String, memory: Int = 0) throws {
    var builder = try GramIndexBuilder(path: path, memory: memory)
    for (work, print) in zip(works, prints) { try builder.add(print, of: work) }
    try builder.finish()
  }
}

@Suite struct GramIndexTests {
  private let temporary: TemporaryDirectory
  private var path: String { temporary.path + "/file" }
  private var folder: String { temporary.path + "/index" }

  init() throws { temporary = try TemporaryDirectory() }

  /// Words of a tiny vocabulary, so that grams repeat within and across the texts.
  private func text(_ random: inout Philox4x32, most: UInt32 = 120) -> [String] {
    (0..<Int(1 + random.below(most))).map { _ in ["a", "b"][Int(random.below(2))] }
  }

  /// What happens to files between two uses: nothing, or a crash, a bad disk, a foreign hand.
  private func disturb(_ random: inout Philox4x32) throws {
    let names = try FileSystem.listDirectory(folder).filter { $0.hasSuffix(".index") }
    guard let name = names.isEmpty ? nil : names[Int(random.below(UInt32(names.count)))] else {
      return
    }
    let file = folder + "/" + name
    var bytes = try FileSystem.readFile(file)
    switch random.below(9) {
    case 0: try FileSystem.removeFile(file)
    case 1: try DurableFile.write(Array(bytes[..<Int(random.below(UInt32(bytes.count)))]), to: file)
    case 2, 3:
      bytes[Int(random.below(UInt32(bytes.count)))] ^= UInt8(1 + random.below(255))
      try DurableFile.write(bytes, to: file)
    case 4: try DurableFile.write(bytes + [0], to: file)
    case 5:
      let other = names[Int(random.below(UInt32(names.count)))]
      try DurableFile.write(try FileSystem.readFile(folder + "/" + other), to: file)
    case 6: try DurableFile.write(Array(bytes[..<9]), to: folder + "/.cadastre-1-1.tmp")
    default: break
    }
  }

  @Test(arguments: 0..<24)
  func
    `In whatever steps and accidents it came about, an index finds what comparing one by one does`(
      _ key: Int
    ) throws
  {
    var random = Philox4x32(key: UInt64(key), stream: 31)
    var shelf = Shelf()
    for number in 0..<40 {
      // Some long, so that segments fill pages; every ninth is an earlier one again.
      if number % 9 == 8 {
        shelf.works.append(
          IndexedWork(identifier(number), fingerprint: shelf.works[number / 2].fingerprint))
        shelf.prints.append(shelf.prints[number / 2])
      } else {
        try shelf.add(text(&random, most: number % 5 == 0 ? 2_500 : 120))
      }
    }
    let limits = GramIndexLimits(
      memory: 0, gramsOfSegment: [60, 900, 1 << 30][key % 3])
    let index = GramIndexFolder(folder, limits: limits)
    var count = 0
    var refusals = 0
    while count < shelf.works.count {
      count = min(shelf.works.count, count + 1 + Int(random.below(8)))
      // Now and then by who read the register before the last works were added.
      let asked = random.below(5) == 0 ? Int(1 + random.below(UInt32(count))) : count
      let works = Array(shelf.works[..<asked])
      let opened = try index.index(of: works, load: { shelf.load($0) })
      #expect(opened.workCount >= asked)
      let naive = shelf.naive(asked)
      let listed = try Whitelist(utf8: bytes(text(&random) + ["a", "b", "a", "a", "b"]))
      for round in 0..<6 {
        let words = try WordSequence(utf8: bytes(text(&random)))
        let whitelist = round % 2 == 0 ? listed : .none
        let known = Set(works.map(\.work))
        do {
          let found = try opened.resemblances(
            of: Fingerprint(words), words: words, leavingOut: whitelist,
            among: { known.contains($0) })
          let expected = naive.resemblances(
            of: Fingerprint(words), words: words, leavingOut: whitelist)
          #expect(found == expected, "\(key), \(count) works")
        } catch {
          // Damage that stands where the works do not: found at the look-up, and refused.
          refusals += 1
          try index.remove()
        }
      }
      try disturb(&random)
    }
    #expect(refusals < 30)
    try index.remove()
    let whole = try index.index(of: shelf.works, load: { shelf.load($0) })
    #expect(whole.workCount == shelf.works.count && index.fileCount == whole.segments.count)
    #expect(try FileSystem.listDirectory(folder).count == index.fileCount)
  }

  @Test func `A work is written again a logarithmic number of times`() throws {
    var shelf = Shelf()
    for key in 0..<100 { try shelf.add(syntheticText(words: 20, key: UInt64(key))) }
    let index = GramIndexFolder(folder)
    var loads = 0
    for count in 1...100 {
      let opened = try index.index(of: Array(shelf.works[..<count])) {
        loads += 1
        return shelf.load($0)
      }
      #expect(opened.segments.count <= 7)
    }
    // A fingerprint is read once; after that its grams go from segment to segment.
    #expect(loads == 100)
  }

  @Test func `No altered byte makes an index find less`() throws {
    var shelf = Shelf()
    for key in 0..<12 { try shelf.add(syntheticText(words: 150, key: UInt64(key % 5))) }
    try shelf.write(to: path)
    let good = try FileSystem.readFile(path)
    let texts = try (0..<5).map {
      try WordSequence(utf8: bytes(syntheticText(words: 150, key: $0)))
    }
    let expected = try texts.map { try GramIndex(GramIndexFile(path: path)).resemblances(of: $0) }
    #expect(expected.allSatisfy { $0.count >= 2 })
    var refused = 0
    for place in stride(from: 0, to: good.count, by: 61) {
      var altered = good
      altered[place] ^= 1 << UInt8(place % 8)
      try DurableFile.write(altered, to: path)
      do {
        let index = GramIndex(try GramIndexFile(path: path))
        for (text, all) in zip(texts, expected) {
          #expect(try index.resemblances(of: text) == all, "byte \(place)")
        }
      } catch is GramIndexError {
        refused += 1
      }
    }
    #expect(refused > good.count / 61 * 9 / 10)
    for length in stride(from: 0, to: good.count, by: 997) {
      try DurableFile.write(Array(good[..<length]), to: path)
      #expect(throws: GramIndexError.self) { try GramIndexFile(path: path) }
    }
    try DurableFile.write(Array("cdgi0001".utf8) + good[8...], to: path)
    #expect(throws: GramIndexError.unknownFormat(path: path)) { try GramIndexFile(path: path) }
  }

  @Test func `A hostile file is refused or answers, but never leads outside of itself`() throws {
    var random = Philox4x32(key: 33, stream: 0)
    var shelf = Shelf()
    for key in 0..<6 { try shelf.add(syntheticText(words: 60, key: UInt64(key % 4))) }
    try shelf.write(to: path)
    let file = try FileSystem.readFile(path)
    // The body is followed by a sum for each of its pages, and one over these.
    let body = Array(file[..<(file.count - 8 * (file.count / 4_104 + 2))])
    #expect(GramIndexFile.sealed(body) == file)
    let text = try WordSequence(utf8: bytes(syntheticText(words: 60, key: 1)))
    var refused = 0
    for _ in 0..<3_000 {
      var bytes = body
      // Half of the time in the header and the first records, where the numbers are.
      for _ in 0...random.below(4) {
        let place =
          Int(random.below(2)) == 0
          ? Int(random.below(400)) : Int(random.below(UInt32(bytes.count)))
        bytes[place] =
          [0, 0xff, 0x7f, UInt8(truncatingIfNeeded: random.next32())][Int(random.below(4))]
      }
      try DurableFile.write(GramIndexFile.sealed(bytes), to: path)
      do {
        let index = GramIndex(try GramIndexFile(path: path))
        _ = try index.resemblances(of: text)
        _ = try index.nearDuplicates()
      } catch is GramIndexError {
        refused += 1
      }
    }
    #expect(refused > 300 && refused < 3_000)
  }

  @Test func `Who builds at once with others finds the same, and one index remains`() throws {
    var shelf = Shelf()
    for key in 0..<60 { try shelf.add(syntheticText(words: 200, key: UInt64(key % 40))) }
    let (works, naive) = (shelf.works, shelf.naive(60))
    let files = shelf.prints.map(\.encoded)
    let text = try WordSequence(utf8: bytes(syntheticText(words: 200, key: 7)))
    let expected = naive.resemblances(of: text)
    let folder = GramIndexFolder(
      folder, limits: GramIndexLimits(memory: 0, gramsOfSegment: 1 << 20))
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      do {
        let index = try folder.index(of: works, load: { files[Int($0.word3)] })
        let found = try index.resemblances(of: text)
        #expect(found == expected && index.workCount == 60)
      } catch {
        Issue.record("\(error)")
      }
    }
    #expect(folder.fileCount == 1)
  }

  @Test func `Who may not write, or finds another writer, makes what is missing for itself`()
    throws
  {
    var shelf = Shelf()
    for key in 0..<9 { try shelf.add(syntheticText(words: 60, key: UInt64(key))) }
    let text = try WordSequence(utf8: bytes(syntheticText(words: 60, key: 8)))
    let index = GramIndexFolder(folder)
    _ = try index.index(of: Array(shelf.works[..<5]), load: { shelf.load($0) })
    let lock = try FileLock(path: folder + ".lock")
    let opened = try index.index(of: shelf.works, load: { shelf.load($0) })
    #expect(try opened.resemblances(of: text) == shelf.naive(9).resemblances(of: text))
    #expect(index.fileCount == 1 && opened.workCount == 9)
    #expect(throws: StorageError.self) { try index.remove() }
    lock.release()
    // A file stands where the folder would: nothing can be written there by anybody.
    try DurableFile.write([1], to: path)
    let nowhere = GramIndexFolder(path + "/index")
    #expect(try nowhere.index(of: shelf.works, load: { shelf.load($0) }).workCount == 9)
  }

  @Test func `A fingerprint that its registration does not name enters no index`() throws {
    var shelf = Shelf()
    for key in 0..<3 { try shelf.add(syntheticText(words: 60, key: UInt64(key))) }
    #expect(throws: GateError.otherFingerprint(identifier(1))) {
      try GramIndexFolder(folder).index(
        of: shelf.works, load: { shelf.load($0 == identifier(1) ? identifier(2) : $0) })
    }
    #expect(GramIndexFolder(folder).fileCount == 0)
  }

  @Test func `A work is added once, and an index of nothing finds nothing`() throws {
    try Shelf().write(to: path)
    let text = try WordSequence(utf8: bytes(syntheticText(words: 10, key: 1)))
    #expect(try GramIndex(GramIndexFile(path: path)).resemblances(of: text).isEmpty)
    #expect(try GramIndex.empty.resemblances(of: text).isEmpty)
    var shelf = Shelf()
    for _ in 0..<2 { try shelf.add(["word"]) }
    shelf.works[1] = shelf.works[0]
    #expect(throws: GramIndexError.repeatedWork) { try shelf.write(to: path) }
  }

  @Test(arguments: 0..<12)
  func `By segments every document gets the decision that it gets by comparing one by one`(
    _ key: Int
  ) throws {
    let corpus = try SampleCorpus(key: UInt64(key))
    let works = corpus.ledger.state.indexedWorks
    var naive = NaiveIndex()
    for work in works {
      naive.add(try Fingerprint(encoded: try #require(corpus.files[work.work])), of: work.work)
    }
    var random = Philox4x32(key: UInt64(key), stream: 34)
    let limits = GramIndexLimits(memory: 0, gramsOfSegment: key % 2 == 0 ? 300 : 1 << 30)
    let folder = GramIndexFolder(folder, limits: limits)
    var count = 0
    while count < works.count {
      count = min(works.count, count + 1 + Int(random.below(6)))
      _ = try folder.index(of: Array(works[..<count]), load: { try #require(corpus.files[$0]) })
    }
    let gate = try corpus.gate(
      index: folder.index(of: works, load: { try #require(corpus.files[$0]) }))
    for candidate in corpus.candidates {
      let expected = try gate.finding(on: candidate) { print, words, isAsked in
        naive.resemblances(of: print, words: words, among: isAsked)
      }
      #expect(try gate.finding(on: candidate) == expected)
    }
  }
}
