// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Money
import Primitives
import Register
import TestSupport
import Testing

@testable import Rights

/// What is published, read back.
@Suite struct PublishedTermsTests {
  /// A register with a party, its works, and grants of every kind, some revoked or over.
  private static func ledger(
    _ random: inout Philox4x32
  ) throws -> (state: RegisterState, works: [Digest]) {
    var ledger = try SampleLedger()
    try ledger.join(1)
    let works = (0..<3).map { testDigest("work \($0)") }
    for work in works { try ledger.add(work, of: 1) }
    for _ in 0..<random.below(7) {
      let purposes = Purpose.allCases.filter { _ in random.below(2) == 0 }
      if purposes.isEmpty { continue }
      let subject: GrantSubject =
        random.below(2) == 0 ? .allWorks : .work(works[Int(random.below(3))])
      let grant = try ledger.grant(
        .sample(
          subject, to: random.below(4) == 0 ? .party(testParty(9)) : .anyone, for: purposes,
          rate: random.below(2) == 0 ? 0 : 50_000, from: random.below(8) == 0 ? 90_000 : 0,
          until: random.below(8) == 0 ? 10 : nil), by: 1)
      if random.below(6) == 0 { try ledger.revoke(grant, by: 1) }
    }
    return (ledger.state, works)
  }

  /// What is granted to anyone, found out by asking for each purpose on behalf of a stranger.
  private static func offer(
    of work: Digest, for purpose: Purpose, in state: RegisterState
  ) -> Rate? {
    let permission = state.permission(
      for: work, purpose: purpose, grantee: testParty(77), at: testMoment(50_000))
    if case .granted(let grant) = permission { return grant.grant.terms.rate }
    return nil
  }

  private static func document(_ place: SignalPlace, _ text: String) -> SourceDocument {
    SourceDocument(place: place, bytes: Array(text.utf8))
  }

  /// All documents of a scope as a reader finds them.
  private static func documents(
    _ terms: PublishedTerms, _ scope: PublishedTerms.Scope
  ) throws -> [SourceDocument] {
    [
      document(.robots, terms.robotsText), document(.license, terms.licenceText),
      document(.tdmrepFile, terms.reservations.prettyText), document(.aiTxt, terms.aiText),
      document(.headers, terms.headers(for: scope)),
      SourceDocument(
        place: .contentCredential, bytes: boxes(of: terms.miningAssertion(for: scope))),
    ]
  }

  @Test func `Reading back gives what was granted, and reserves everything else`() throws {
    var random = Philox4x32(key: 404, stream: 7)
    var seen: Set<Stance> = []
    for _ in 0..<400 {
      let (state, works) = try Self.ledger(&random)
      let paths = [(works[0], "/books/one.html"), (works[1], "/books/")]
      let terms = PublishedTerms(
        of: testParty(1), in: state, at: testMoment(50_000),
        baseURL: random.below(2) == 0 ? nil : "https://ada.example/",
        paths: paths.map { (work: $0.0, path: $0.1) })
      for (work, path) in paths {
        let scope = try #require(terms.scopes.first { $0.work == work })
        let readings = SignalReader.read(try Self.documents(terms, scope), url: path)
        var rates: [Purpose: Rate] = [:]
        for purpose in Purpose.allCases {
          rates[purpose] = Self.offer(of: work, for: purpose, in: state)
        }
        for reading in readings {
          #expect(reading.readings.allSatisfy { !$0.isUnreadable })
          for purpose in Purpose.allCases {
            let stance = reading.stances[purpose]
            seen.insert(stance)
            check(reading.format, purpose, stance, rates)
          }
        }
        #expect(Set(readings.map(\.format)).isSuperset(of: [.rsl, .aipref, .tdmrep, .robots]))
      }
    }
    #expect(seen == Set(Stance.allCases))
  }

  /// A licence and an assertion say exactly what is granted; coarser formats reserve a whole
  /// category as soon as a part of it is not open, and never allow what is not.
  private func check(
    _ format: SignalFormat, _ purpose: Purpose, _ stance: Stance, _ rates: [Purpose: Rate]
  ) {
    let isOpen = rates[purpose]?.partsPerMillion == 0
    let label: Comment = "\(format) \(purpose) \(stance)"
    switch format {
    case .rsl: #expect(stance == (rates[purpose] == nil ? .prohibited : .allowed), label)
    case .trainingMining:
      let expected: Stance = rates[purpose] == nil ? .prohibited : isOpen ? .allowed : .unknown
      #expect(stance == expected, label)
    case .tdmrep:
      let isAllOpen = Purpose.allCases.allSatisfy { rates[$0]?.partsPerMillion == 0 }
      #expect(stance == (isAllOpen ? .allowed : .prohibited), label)
    case .aipref, .contentSignal, .aiTxt, .robotsTag:
      let group: [Purpose] =
        Crosswalk.training.contains(purpose)
        ? Crosswalk.training : purpose == .ground && format == .contentSignal ? [.ground] : []
      if group.isEmpty { #expect(stance == .unknown, label) }
      if !group.allSatisfy({ rates[$0]?.partsPerMillion == 0 }) {
        #expect(stance == .prohibited, label)
      }
      if stance == .allowed { #expect(isOpen, label) }
    case .robots:
      if !isOpen { #expect(stance == .prohibited, label) }
      #expect(stance != .allowed, label)
    case .plus: Issue.record("PLUS is not published")
    }
  }

  @Test func `The licence carries the credential, the rate and the profile of reports`() throws {
    var ledger = try SampleLedger()
    try ledger.join(1)
    let work = testDigest("a work")
    try ledger.add(work, of: 1)
    let grant = try ledger.grant(.sample(for: [.train], rate: 125_000), by: 1)
    let terms = PublishedTerms(
      of: testParty(1), in: ledger.state, at: testMoment(1), baseURL: "https://a.example",
      paths: [])
    let file = try LicenceFile(parsing: Array(terms.licenceText.utf8))
    let licence = try #require(file.contents.first?.licences.first)
    #expect(licence.proofs == ["https://a.example/credentials/\(grant.hex).json"])
    #expect(licence.payment == "training")
    #expect(!licence.foreignReporting)
    #expect(terms.licenceText.contains("<cadastre:revenueShare partsPerMillion=\"125000\"/>"))
    #expect(terms.licenceText.contains("profile=\"\(LicenceFile.reportingProfile)\""))
    #expect(terms.robotsText.contains("License: https://a.example/license.xml\n"))
    // One of three uses is granted: no standard token may stand for all three.
    #expect(licence.permits[.usage] == ["cadastre:train"])
  }

  @Test func `A signal against a grant takes the offer back`() throws {
    var ledger = try SampleLedger()
    try ledger.join(1)
    try ledger.grant(.sample(for: [.ground], rate: 0), by: 1)
    func offer() -> PublishedTerms.Offer {
      PublishedTerms(
        of: testParty(1), in: ledger.state, at: testMoment(9), baseURL: nil, paths: []
      ).site[.ground]
    }
    #expect(offer() != .reserved)
    try ledger.observe([.ground], of: 1)
    #expect(offer() == .reserved)
  }
}
