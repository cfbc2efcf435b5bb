// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Gate
import Primitives
import Register
import Signing
import TestSupport
import Testing

@testable import Rights

/// No combination of missing, malformed or contradictory signals admits a work without a grant.
@Suite struct SignalPropertyTests {
  /// Documents that allow everything, prohibit everything, contradict themselves, or are broken.
  static let documents: [SourceDocument] = {
    let texts: [(SignalPlace, [String])] = [
      (
        .robots,
        [
          "", "User-agent: *\nAllow: /\nContent-Usage: train-ai=y\nContent-Signal: ai-train=yes\n",
          "User-agent: *\nDisallow: /\n", "Content-Usage: train-ai=\nallow\0: /",
          "User-agent: GPTBot\nContent-Usage: train-ai=y\nContent-Usage: train-ai=n\n",
        ]
      ),
      (
        .headers,
        [
          "Content-Usage: train-ai=y\nTDM-Reservation: 0\n",
          "tdm-reservation: 1\nX-Robots-Tag: noai\n",
          "Content-Usage: ((((", "HTTP/1.1 200", "tdm-reservation: 0\ntdm-reservation: 1\n",
        ]
      ),
      (
        .tdmrepFile,
        [
          "[]", #"[{"location":"/","tdm-reservation":0}]"#,
          #"[{"location":"/","tdm-reservation":1}]"#,
          "[{]", #"[{"location":"/","tdm-reservation":null}]"#,
        ]
      ),
      (
        .html,
        [
          "", "<meta name=tdm-reservation content=0>", "<meta name=tdm-reservation content=1>",
          "<meta name=robots content='noai, all'>", "<<<\u{1}>",
        ]
      ),
      (
        .license,
        [
          "", rsl("<permits type=\"usage\">all</permits><payment type=\"free\"/>"),
          rsl("<prohibits type=\"usage\">all</prohibits><permits type=\"usage\">all</permits>"),
          "<rsl>", "<!DOCTYPE a><a/>",
        ]
      ),
      (.aiTxt, ["", "Allow: /", "Disallow: /", "Training: allow", "Training: deny"]),
      (
        .epubPackage,
        [
          "<package/>", "<package><meta name=\"tdm:reservation\" content=\"0\"/></package>",
          "<package><meta name=\"tdm:reservation\" content=\"1\"/></package>", "<opf", "",
        ]
      ),
      (
        .xmp,
        [
          "<a/>", xmp("DMI-ALLOWED"), xmp("DMI-PROHIBITED"), xmp("x"), "<x:xmpmeta",
        ]
      ),
    ]
    return texts.flatMap { place, texts in
      texts.map { SourceDocument(place: place, bytes: Array($0.utf8)) }
    }
      + [200, 302, 404, 500, 0].map {
        SourceDocument(place: .robots, bytes: [], status: $0)
      }
      + ["allowed", "notAllowed", "constrained", "?"].map { use in
        SourceDocument(
          place: .contentCredential,
          bytes: boxes(of: [
            "label": "cawg.training-mining",
            "data": ["entries": ["cawg.ai_generative_training": ["use": .string(use)]]],
          ]))
      } + [SourceDocument(place: .contentCredential, bytes: [1, 2, 3])]
  }()

  private static func rsl(_ terms: String) -> String {
    "<rsl xmlns=\"https://rslstandard.org/rsl\"><content url=\"/\"><license>\(terms)</license>"
      + "</content></rsl>"
  }

  private static func xmp(_ term: String) -> String {
    "<a xmlns:p=\"http://ns.useplus.org/ldf/xmp/1.0/\" p:DataMining=\"\(term)\"/>"
  }

  private static let text = Array("some words that make a work which nobody else has".utf8)

  /// A gate before a register of one work of party 1.
  private static func decide(
    _ ledger: SampleLedger, _ work: Digest, _ file: [UInt8], for purpose: Purpose
  ) throws -> Verdict {
    let directory = try TemporaryDirectory()
    let index = try GramIndex.empty.extended(
      to: ledger.state.indexedWorks, in: directory.path, isKept: false, load: { _ in file })
    let gate = Gate(
      state: ledger.state, purpose: purpose, grantee: testParty(0), at: testMoment(5),
      index: index, fingerprints: { _ in file })
    let candidate = Candidate(
      path: "a.txt", byteCount: text.count, content: .work(work, words: nil))
    let decision = try gate.decide(candidate, in: [work])
    #expect(try Decision(json: try JSON.parse(decision.json.canonicalBytes)) == decision)
    return decision.verdict
  }

  /// Logs every reading of some documents, by the operator or by the party.
  private static func observe(
    _ documents: [SourceDocument], work: Digest?, in ledger: inout SampleLedger, by signer: Int
  ) throws -> Stances {
    var together = Stances()
    for reading in SignalReader.read(documents, url: nil) {
      let observation = SignalObservation(
        party: testParty(1), subject: work.map { .work($0) } ?? .allWorks, format: reading.format,
        version: reading.version, url: nil,
        evidence: reading.documents.map { documents[$0].evidence },
        prohibited: reading.stances.purposes(.prohibited))
      together = together.combined(with: reading.stances)
      if ledger.state.known(observation) != nil { continue }
      try ledger.append(.signalObserved(observation), by: signer)
    }
    return together
  }

  @Test func `Signals in any combination admit nothing without a grant`() throws {
    var random = Philox4x32(key: 2_026, stream: 3)
    let work = SHA256.digest(Self.text)
    let file = try Fingerprint(utf8: Self.text).encoded
    var codes: Set<String> = []
    for _ in 0..<600 {
      var ledger = try SampleLedger()
      try ledger.join(1)
      try ledger.add(work, of: 1, fingerprint: SHA256.digest(file))
      let purpose = Purpose.allCases[Int(random.below(6))]
      // A grant for another purpose, for another party, revoked, over, or none at all.
      switch random.below(5) {
      case 0:
        try ledger.grant(.sample(for: Purpose.allCases.filter { $0 != purpose }), by: 1)
      case 1: try ledger.grant(.sample(to: .party(testParty(9)), for: [purpose]), by: 1)
      case 2: try ledger.revoke(try ledger.grant(.sample(for: [purpose]), by: 1), by: 1)
      case 3: try ledger.grant(.sample(for: [purpose], until: 2), by: 1)
      default: break
      }
      for _ in 0..<random.below(3) {
        let documents = (0..<random.below(5)).map { _ in
          Self.documents[Int(random.below(UInt32(Self.documents.count)))]
        }
        _ = try Self.observe(
          documents, work: random.below(2) == 0 ? work : nil, in: &ledger,
          by: Int(random.below(2)))
      }
      let verdict = try Self.decide(ledger, work, file, for: purpose)
      #expect(!verdict.isAdmitted)
      codes.insert(verdict.code)
    }
    #expect(codes == ["no-grant", "revoked"])
  }

  @Test func `With a grant a newer prohibition holds, an older one does not, a newer grant lifts`()
    throws
  {
    var random = Philox4x32(key: 2_026, stream: 4)
    let work = SHA256.digest(Self.text)
    let file = try Fingerprint(utf8: Self.text).encoded
    var holds = 0
    for _ in 0..<400 {
      var ledger = try SampleLedger()
      try ledger.join(1)
      try ledger.join(2)
      try ledger.add(work, of: 1, fingerprint: SHA256.digest(file))
      let purpose = Purpose.allCases[Int(random.below(6))]
      let documents = (0...random.below(4)).map { _ in
        Self.documents[Int(random.below(UInt32(Self.documents.count)))]
      }
      let subject = random.below(2) == 0 ? work : nil
      let isBefore = random.below(3) == 0
      if isBefore {
        _ = try Self.observe(documents, work: subject, in: &ledger, by: 1)
      }
      try ledger.grant(.sample(for: [purpose]), by: 1)
      // Another party's prohibition is nothing to this grant.
      try ledger.observe(Purpose.allCases, of: 2, by: 2)
      let stances = try Self.observe(documents, work: subject, in: &ledger, by: 0)
      let verdict = try Self.decide(ledger, work, file, for: purpose)
      // What was said before the grant, and is only read again, is not newer than it.
      let isHeld = stances[purpose] == .prohibited && !isBefore
      #expect(verdict.isAdmitted == !isHeld)
      #expect(verdict.code == (isHeld ? "contrary-signal" : "admitted"))
      if isHeld { holds += 1 }
      try ledger.grant(.sample(.work(work), for: [purpose]), by: 1)
      #expect(try Self.decide(ledger, work, file, for: purpose).isAdmitted)
    }
    #expect((100..<400).contains(holds), "\(holds)")
  }

  @Test(arguments: [Int64(1), 2])
  func `One of two owners holds a work where the other does not reach the quorum`(
    _ quorum: Int64
  ) throws {
    let work = SHA256.digest(Self.text)
    let file = try Fingerprint(utf8: Self.text).encoded
    var ledger = try SampleLedger()
    try ledger.join(1)
    try ledger.join(2)
    try ledger.add(
      work, of: 1, fingerprint: SHA256.digest(file),
      ownership: try Ownership(
        owners: [
          Ownership.Owner(party: testParty(1), weight: 1),
          Ownership.Owner(party: testParty(2), weight: 1),
        ], quorum: quorum))
    let first = try ledger.grant(.sample(.work(work)), by: 1)
    let second = try ledger.grant(.sample(.work(work)), by: 2)
    #expect(
      try Self.decide(ledger, work, file, for: .train)
        == .admitted(grant: second, rate: testRate(50_000)))
    // The one whose grant is not the last one prohibits it: without that voice there is no quorum.
    try ledger.observe([.train], of: 1, work: work, by: 1)
    let verdict = try Self.decide(ledger, work, file, for: .train)
    #expect(verdict.code == (quorum == 2 ? "contrary-signal" : "admitted"))
    // Then the other prohibits it too.
    try ledger.observe([.train], of: 2, work: work, by: 2)
    #expect(try Self.decide(ledger, work, file, for: .train).code == "contrary-signal")
    #expect(first != second)
    try ledger.grant(.sample(.work(work)), by: 1)
    #expect(
      try Self.decide(ledger, work, file, for: .train).code
        == (quorum == 2 ? "contrary-signal" : "admitted"))
    try ledger.grant(.sample(.work(work)), by: 2)
    #expect(try Self.decide(ledger, work, file, for: .train).isAdmitted)
  }

  @Test func `A prohibition that was taken back and made again holds`() throws {
    let work = SHA256.digest(Self.text)
    let file = try Fingerprint(utf8: Self.text).encoded
    var ledger = try SampleLedger()
    try ledger.join(1)
    try ledger.add(work, of: 1, fingerprint: SHA256.digest(file))
    try ledger.observe([.train], of: 1, evidence: "no")
    #expect(throws: RegisterError.self) { try ledger.observe([.train], of: 1, evidence: "no") }
    try ledger.observe([], of: 1, evidence: "silence")
    try ledger.grant(.sample(), by: 1)
    #expect(try Self.decide(ledger, work, file, for: .train).isAdmitted)
    try ledger.observe([.train], of: 1, evidence: "no")
    let verdict = try Self.decide(ledger, work, file, for: .train)
    guard case .contrarySignal(let signal) = verdict else {
      Issue.record("not held: \(verdict)")
      return
    }
    #expect(signal.position == ledger.state.size - 1)
    #expect(signal.format == .rsl && signal.place == "license.xml")
    #expect(try Self.decide(ledger, work, file, for: .ground).code == "no-grant")
  }
}
