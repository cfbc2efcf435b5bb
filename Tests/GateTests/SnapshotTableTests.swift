// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing
import TestSupport
import Testing

@testable import Gate

@Suite struct SnapshotTableTests {
  /// A register, the documents that ask, and the table of it.
  private struct Sample {
    let corpus: SampleCorpus
    let gate: Gate
    let bytes: [UInt8]

    init(key: UInt64, works: Int = .max) throws {
      corpus = try SampleCorpus(key: key)
      gate = try corpus.gate()
      var builder = SnapshotTableBuilder()
      for work in corpus.files.keys.sorted().prefix(works) {
        builder.add(try gate.findingInWords(on: work))
      }
      var bytes: [UInt8] = []
      try builder.finish { bytes += $0 }
      self.bytes = bytes
    }
  }

  @Test(arguments: 0..<12)
  func `By the table every document gets the finding that it gets by the register`(
    _ key: Int
  ) throws {
    let sample = try Sample(key: UInt64(key))
    var passages = 0
    try sample.bytes.withUnsafeBytes { bytes in
      let table = try SnapshotTable(bytes)
      #expect(table.count == sample.corpus.files.count)
      for candidate in sample.corpus.candidates {
        let finding = try table.finding(on: candidate)
        #expect(try finding == sample.gate.finding(on: candidate))
        passages += finding.yieldsTo.reduce(0) { $0 + $1.passages.count }
        if case .copy(let evidence) = finding.decision.verdict {
          passages += evidence.passages.count
        }
        let blind = Candidate(
          path: candidate.path, byteCount: candidate.byteCount,
          content: candidate.work.map { .work($0, words: nil) } ?? candidate.content)
        #expect(try table.finding(on: blind) == finding.withoutPassages)
      }
      for digest in [Digest(0, 0, 0, 0), Digest(.max, .max, .max, .max), testDigest("elsewhere")] {
        let candidate = Candidate(
          path: "x", byteCount: 1, content: .work(digest, words: nil))
        #expect(try table.finding(on: candidate).decision.verdict == .notRegistered)
      }
    }
    #expect(passages > 0, "some documents resemble others")
  }

  @Test func `A table cut short, or with something after it, is none`() throws {
    let bytes = try Sample(key: 1, works: 7).bytes
    for length in 0..<bytes.count {
      Array(bytes[..<length]).withUnsafeBytes { part in
        _ = #expect(throws: SnapshotError.self) { try SnapshotTable(part) }
      }
    }
    (bytes + [0]).withUnsafeBytes { more in
      _ = #expect(throws: SnapshotError.self) { try SnapshotTable(more) }
    }
  }

  @Test func `An altered table gives an error or a finding, and reads nothing beyond itself`()
    throws
  {
    let sample = try Sample(key: 1, works: 7)
    let works = Set(sample.corpus.files.keys.sorted().prefix(7))
    let candidates = works.map { work in
      Candidate(path: "x", byteCount: 1, content: .work(work, words: nil))
    }
    var refused = 0
    for index in sample.bytes.indices {
      for value: UInt8 in [0, 0xff] where sample.bytes[index] != value {
        var altered = sample.bytes
        altered[index] = value
        altered.withUnsafeBytes { bytes in
          do {
            let table = try SnapshotTable(bytes)
            for candidate in candidates { _ = try table.finding(on: candidate) }
          } catch {
            #expect("\(error)".contains("cadastre snapshot"))
            refused += 1
          }
        }
      }
    }
    #expect(refused > 300)
  }

  @Test func `What was read is kept up to the limit, and what cannot be read is not kept`() {
    let cache = BoundedCache<Int>(limit: 4)
    var reads = 0
    func value(_ number: Int) -> Int? {
      cache.value(of: number) {
        reads += 1
        return number < 0 ? nil : number * 2
      }
    }
    for number in [0, 1, 2, 3, 3, 2, 1, 0] { #expect(value(number) == number * 2) }
    #expect(reads == 4 && cache.count == 4)
    #expect(value(-1) == nil && value(-1) == nil && reads == 6 && cache.count == 4)
    #expect(value(4) == 8 && cache.count == 1)
    #expect(value(0) == 0 && reads == 8)
    #expect(SnapshotTable.mostKnown == 4096)
  }

  @Test func `A description reads back, and with any member altered is none`() throws {
    let description = SnapshotDescription(
      question: AdmissionQuestion(purpose: .distil, grantee: testParty(4)), moment: testMoment(4),
      treeSize: 9,
      checkpoint: "origin\n9\nroot\n", rule: .standard,
      files: ["works.table": .init(byteCount: 4, digest: testDigest("w"))])
    let json = try JSON.parse(Array(description.json.prettyText.utf8))
    #expect(try SnapshotDescription(json: json) == description)
    let object = try #require(json.object)
    for name in object.keys {
      #expect(throws: JSONFieldError.self, "without \(name)") {
        try SnapshotDescription(json: .object(object.removing(name)))
      }
      for value: JSON in [1.5 as Double].map(JSON.double) + [.null, .array([]), "?"] {
        guard name != "checkpoint" || value != "?" else { continue }
        var altered = object
        altered[name] = value
        #expect(throws: JSONFieldError.self, "\(name) is \(value)") {
          try SnapshotDescription(json: .object(altered))
        }
      }
    }
  }

  @Test func `A rule with a threshold that everything or nothing reaches is none`() throws {
    let object = try #require(DerivationRule.standard.json.object)
    #expect(try DerivationRule(json: .object(object)) == .standard)
    for member in object.members {
      for value: Int64 in [0, -1, 1 << 31] {
        var altered = object
        altered[member.key] = .integer(value)
        #expect(throws: JSONFieldError.self) { try DerivationRule(json: .object(altered)) }
      }
      var other = object
      other[member.key] = .integer(1)
      #expect(try DerivationRule(json: .object(other)).json == .object(other))
    }
  }
}
