// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Gate
import Primitives
import Register
import Signing
import Synchronization
import TestSupport
import Testing

/// A register of texts with the fingerprints that the gate reads.
private struct Archive {
  var ledger: SampleLedger
  var texts: [Digest: [UInt8]] = [:]
  var files: [Digest: [UInt8]] = [:]

  init(parties: Int = 2) throws {
    ledger = try SampleLedger()
    for party in 0..<parties { try ledger.join(party + 1) }
  }

  @discardableResult
  mutating func add(_ words: [String], of party: Int) throws -> Digest {
    let text = bytes(words)
    let work = SHA256.digest(text)
    let file = try Fingerprint(utf8: text).encoded
    try ledger.add(work, of: party, fingerprint: SHA256.digest(file))
    texts[work] = text
    files[work] = file
    return work
  }

  func gate(for purpose: Purpose = .train, at second: Int64 = 0) throws -> Gate {
    Gate(
      state: ledger.state, purpose: purpose, grantee: testParty(0), at: testMoment(second),
      index: try GramIndex.temporary(
        ledger.state.indexedWorks, load: { try #require(files[$0]) }),
      fingerprints: { [files] in try #require(files[$0]) })
  }

  /// Decides with the text, and checks that the same follows without it and from the leaf.
  func decide(
    _ work: Digest, for purpose: Purpose = .train, at second: Int64 = 0,
    beside corpus: Set<Digest> = []
  ) throws -> Decision {
    let words = try texts[work].map { text throws in try WordSequence(utf8: text) }
    let gate = try gate(for: purpose, at: second)
    func candidate(_ words: WordSequence?) -> Candidate {
      Candidate(path: "a/b.txt", byteCount: 12, content: .work(work, words: words))
    }
    let decision = try gate.decide(candidate(words), in: corpus)
    #expect(try gate.decide(candidate(nil), in: corpus) == decision.withoutPassages)
    #expect(try Decision(json: try JSON.parse(decision.json.canonicalBytes)) == decision)
    return decision
  }
}

private func evidence(_ decision: Decision) throws -> CopyEvidence {
  guard case .copy(let evidence) = decision.verdict else {
    throw AdmissionTestError.noCopy(decision.verdict.explanation)
  }
  return evidence
}

private enum AdmissionTestError: Error { case noCopy(String) }

@Suite struct AdmissionTests {
  private static let original = syntheticText(words: 900, key: 1)

  @Test func `Reasons come in the order of the design, and nothing but a grant admits`() throws {
    var archive = try Archive()
    let copied = try archive.add(Self.original, of: 1)
    let work = try archive.add(["copied"] + Self.original, of: 2)
    func verdict(at second: Int64 = 0) throws -> Verdict {
      try archive.decide(work, at: second).verdict
    }
    #expect(try archive.decide(testDigest("elsewhere")).verdict == .notRegistered)
    #expect(try verdict() == .noGrant)
    try archive.ledger.grant(.sample(for: [.index, .evaluate]), by: 2)
    #expect(try verdict() == .otherPurpose([.evaluate, .index]))
    try archive.ledger.grant(.sample(to: .party(testParty(1))), by: 2)
    #expect(try verdict() == .otherGrantee)
    let late = try archive.ledger.grant(.sample(to: .party(testParty(0)), from: 50), by: 2)
    #expect(try verdict(at: 49) == .notInForce)
    let position = archive.ledger.state.size
    try archive.ledger.revoke(late, by: 2)
    #expect(try verdict(at: 50) == .revoked(position: position))
    // A grant of its own does not help a copy of a work that may not be used.
    let grant = try archive.ledger.grant(.sample(.work(work), rate: 7), by: 2)
    #expect(try evidence(archive.decide(work)).original == copied)
    #expect(try archive.decide(copied).verdict == .noGrant)
    // Nor does a grant of the original: the copy is another owner's.
    try archive.ledger.grant(.sample(rate: 70), by: 1)
    #expect(try evidence(archive.decide(work)).original == copied)
    #expect(try archive.decide(copied).verdict.isAdmitted)
    let alone = try archive.add(syntheticText(words: 300, key: 2), of: 2)
    try archive.ledger.grant(.sample(.work(alone), rate: 7), by: 2)
    #expect(grant != copied)
    guard case .admitted(_, let rate) = try archive.decide(alone).verdict else {
      Issue.record("a granted work that is no copy is refused")
      return
    }
    #expect(rate == testRate(7))
  }

  @Test func `A copy registered later never stands in the way of its original`() throws {
    var archive = try Archive()
    let original = try archive.add(Self.original, of: 1)
    let copy = try archive.add(Self.original.dropLast(30) + ["changed"], of: 2)
    for party in 1...2 { try archive.ledger.grant(.sample(), by: party) }
    #expect(try archive.decide(original).verdict.isAdmitted)
    let found = try evidence(archive.decide(copy))
    #expect(found.original == original && found.reason == .partOfSubmission)
  }

  @Test func `An owner may revise what may be used, and not what may not`() throws {
    var archive = try Archive()
    let first = try archive.add(Self.original, of: 1)
    let revised = try archive.add(Self.original + ["revised"], of: 1)
    try archive.ledger.grant(.sample(.work(revised)), by: 1)
    #expect(try evidence(archive.decide(revised)).original == first)
    let grant = try archive.ledger.grant(.sample(.work(first)), by: 1)
    #expect(try archive.decide(revised).verdict.isAdmitted)
    // Where both ask, only the first is used: one owner's near-duplicates are one exposure.
    let both: Set = [first, revised]
    #expect(try evidence(archive.decide(revised, beside: both)).original == first)
    #expect(try archive.decide(first, beside: both).verdict.isAdmitted)
    try archive.ledger.revoke(grant, by: 1)
    #expect(try evidence(archive.decide(revised)).original == first)
  }

  @Test func `A long passage refuses by its length, also where nobody has the text`() throws {
    let around = syntheticText(words: 20_000, key: 3)
    let long = syntheticText(words: 8_000, key: 4)
    for (words, isCopy) in [(200, true), (199, false)] {
      var archive = try Archive()
      let original = try archive.add(long, of: 1)
      let submitted = try archive.add(
        Array(around[..<9_000]) + ["between"] + long[3_000..<3_000 + words] + ["again"]
          + around[9_000...], of: 2)
      for party in 1...2 { try archive.ledger.grant(.sample(), by: party) }
      let decision = try archive.decide(submitted)
      #expect(decision.verdict.isAdmitted != isCopy)
      guard isCopy else { continue }
      let found = try evidence(decision)
      #expect(found.original == original && found.reason == .longPassage)
      let text = try #require(archive.texts[submitted])
      let passage = try #require(found.passages.first)
      #expect(Array(text[passage]) == bytes(Array(long[3_000..<3_000 + words])))
    }
  }

  @Test func `Without the fingerprint that the log names nothing is decided`() throws {
    var archive = try Archive()
    let work = try archive.add(Self.original, of: 1)
    try archive.ledger.grant(.sample(), by: 1)
    #expect(try archive.decide(work).verdict.isAdmitted)
    let file = try #require(archive.files[work])
    let files = Mutex(archive.files)
    let before = Gate(
      state: archive.ledger.state, purpose: .train, grantee: testParty(0), at: testMoment(0),
      index: try GramIndex.temporary(archive.ledger.state.indexedWorks, load: { _ in file }),
      fingerprints: { work in try #require(files.withLock { $0[work] }) })
    let asking = Candidate(path: "a", byteCount: 1, content: .work(work, words: nil))
    #expect(try before.decide(asking, in: []).verdict.isAdmitted)
    let other = try Fingerprint(utf8: bytes(["another", "text"])).encoded
    for wrong in [other, Array(file.dropLast()), file + [0], []] {
      archive.files[work] = wrong
      files.withLock { $0[work] = wrong }
      #expect(throws: GateError.otherFingerprint(work)) { try archive.gate() }
      #expect(throws: GateError.otherFingerprint(work)) { try before.decide(asking, in: []) }
    }
  }

  @Test func `An unreadable candidate is refused, and its leaf reads back`() throws {
    let gate = try Archive().gate()
    let decision = try gate.decide(
      Candidate(path: "é\u{0}/x", byteCount: 3, content: .unreadable("it is a directory")), in: [])
    #expect(decision.verdict == .unreadable("it is a directory"))
    #expect(try Decision(json: try JSON.parse(decision.json.canonicalBytes)) == decision)
  }

  @Test func `A leaf with any member altered, added or left out is no decision`() throws {
    var archive = try Archive()
    try archive.add(Self.original, of: 1)
    let copy = try archive.add(Self.original + ["x"], of: 2)
    let grant = try archive.ledger.grant(.sample(for: [.train, .index]), by: 2)
    var decisions = [
      try archive.decide(copy), try archive.decide(copy, for: .ground),
      try archive.decide(testDigest("elsewhere")),
    ]
    let alone = try archive.add(syntheticText(words: 40, key: 9), of: 2)
    decisions.append(try archive.decide(alone))
    try archive.ledger.revoke(grant, by: 2)
    decisions.append(try archive.decide(alone))
    #expect(Set(decisions.map(\.verdict.code)) == ["copy-of", "no-grant", "admitted", "revoked"])
    for decision in decisions {
      let object = try #require(decision.json.object)
      for name in object.keys where !["path", "bytes"].contains(name) {
        var altered = object
        // The owner and the work of a decision stand for themselves; all else follows from them.
        if !["work", "owner"].contains(name) {
          #expect(throws: JSONFieldError.self, "\(decision.verdict.code) without \(name)") {
            try Decision(json: .object(object.removing(name)))
          }
        }
        altered[name] = "?"
        #expect(throws: JSONFieldError.self, "\(decision.verdict.code) with another \(name)") {
          try Decision(json: .object(altered))
        }
      }
      var longer = object
      longer["note"] = "x"
      #expect(throws: JSONFieldError.self) { try Decision(json: .object(longer)) }
    }
  }

  @Test func `The manifest lists each admitted work once, by digest, and reads back`() throws {
    var archive = try Archive()
    var decisions: [Decision] = []
    try archive.ledger.grant(.sample(rate: 3), by: 1)
    for key in 0..<5 {
      let work = try archive.add(syntheticText(words: 50, key: UInt64(key)), of: key % 2 + 1)
      decisions.append(try archive.decide(work))
    }
    let manifest = Manifest(
      decisions: decisions + decisions, decisionsRoot: testDigest("root"), purpose: .train,
      grantee: testParty(0), treeSize: 9)
    let works = manifest.entries.map(\.work)
    #expect(works.count == 3 && works == works.sorted() && Set(works).count == 3)
    #expect(manifest.entries.allSatisfy { $0.owner == testParty(1) && $0.rate == testRate(3) })
    let read = try Manifest(json: try JSON.parse(Array(manifest.json.prettyText.utf8)))
    #expect(read.entries == manifest.entries && read.digest == manifest.digest)
    for order in [Array(manifest.json["works"]?.array?.reversed() ?? []), [manifest.json, 1]] {
      var object = try #require(manifest.json.object)
      object["works"] = .array(order)
      #expect(throws: JSONFieldError.self) { try Manifest(json: .object(object)) }
    }
  }
}
