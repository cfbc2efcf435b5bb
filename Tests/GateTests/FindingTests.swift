// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing
import TestSupport
import Testing

@testable import Gate

@Suite struct FindingTests {
  @Test(arguments: 0..<12)
  func `In whatever order and parts findings are made, the decisions are the same`(
    _ key: Int
  ) throws {
    let corpus = try SampleCorpus(key: UInt64(key))
    let gate = try corpus.gate()
    let works = Set(corpus.candidates.compactMap(\.work))
    let whole = CorpusDecisions(try corpus.candidates.map { try gate.finding(on: $0) })
    #expect(whole.decisions.count == corpus.candidates.count)
    #expect(CorpusDecisions.areOrdered(whole.decisions))
    // One pass over a corpus that is known gives the same as two phases.
    let direct = try corpus.candidates.map { try gate.decide($0, in: works).json.canonicalBytes }
    #expect(
      direct.sorted { $0.lexicographicallyPrecedes($1) }
        == whole.leaves.sorted { $0.lexicographicallyPrecedes($1) })
    var random = Philox4x32(key: UInt64(key), stream: 10)
    for _ in 0..<3 {
      var shuffled = corpus.candidates
      for index in stride(from: shuffled.count - 1, to: 0, by: -1) {
        shuffled.swapAt(index, Int(random.below(UInt32(index + 1))))
      }
      let gates = try (0..<2).map { _ in try corpus.gate() }
      let again = CorpusDecisions(
        try shuffled.enumerated().map { number, candidate in
          let json = try gates[number % 2].finding(on: candidate).json
          return try Finding(json: try JSON.parse(json.canonicalBytes))
        })
      #expect(again.leaves == whole.leaves && again.root == whole.root)
    }
    let kinds = Set(whole.decisions.map(\.verdict.code))
    #expect(kinds.isSuperset(of: ["admitted", "copy-of"]), "\(kinds)")
  }

  @Test func `Only the earliest of an owner's own near-duplicates in a corpus is used`() throws {
    var seen = 0
    for key in 0..<12 {
      let corpus = try SampleCorpus(key: UInt64(key))
      let gate = try corpus.gate()
      let findings = try corpus.candidates.map { try gate.finding(on: $0) }
      let works = Set(corpus.candidates.compactMap(\.work))
      for finding in findings where !finding.yieldsTo.isEmpty {
        let own = finding.yieldsTo.map(\.original)
        #expect(Set(own).count == own.count && !own.contains(finding.decision.work ?? own[0]))
        #expect(finding.decision(in: []) == finding.decision)
        for (number, original) in own.enumerated() {
          let among = Set(own[number...])
          guard case .copy(let evidence) = finding.decision(in: among).verdict else {
            Issue.record("a near-duplicate is used beside \(original)")
            continue
          }
          #expect(evidence.original == original)
        }
        if finding.decision(in: works) != finding.decision { seen += 1 }
      }
    }
    #expect(seen > 10)
  }

  @Test func `A finding with any member altered, added or left out is none`() throws {
    let corpus = try SampleCorpus(key: 1)
    let gate = try corpus.gate()
    let finding = try #require(
      try corpus.candidates.map { try gate.finding(on: $0) }.first { !$0.yieldsTo.isEmpty })
    let object = try #require(finding.json.object)
    #expect(try Finding(json: finding.json) == finding)
    for wrong: JSON in [[], "x", [1], [finding.json]] {
      var altered = object
      altered["yieldsTo"] = wrong
      #expect(throws: JSONFieldError.self) { try Finding(json: .object(altered)) }
    }
    let line = FindingLine.finding(finding, line: 7)
    #expect(try FindingLine(json: line.json) == line)
    let end = FindingLine.end(documents: 3, snapshot: testDigest("s"))
    #expect(try FindingLine(json: end.json) == end)
    for wrong: JSON in [
      ["end": 1], ["end": ["documents": -1, "snapshot": "00"]],
      ["end": ["documents": 1, "snapshot": .string(testDigest("s").hex)], "more": 1],
      ["line": 0], ["line": "1"], [],
    ] {
      #expect(throws: JSONFieldError.self, "\(wrong)") { try FindingLine(json: wrong) }
    }
  }

  @Test func `Decisions out of order are told from those in order`() throws {
    let corpus = try SampleCorpus(key: 3)
    let gate = try corpus.gate()
    let decisions = CorpusDecisions(try corpus.candidates.map { try gate.finding(on: $0) })
      .decisions
    #expect(CorpusDecisions.areOrdered([]) && CorpusDecisions.areOrdered(decisions))
    for index in 1..<decisions.count where decisions[index] != decisions[index - 1] {
      var swapped = decisions
      swapped.swapAt(index, index - 1)
      #expect(!CorpusDecisions.areOrdered(swapped))
    }
  }
}
