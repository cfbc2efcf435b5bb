// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing
import TestSupport
import Testing

@Suite struct ErasureTests {
  private static let work = testDigest("work")

  private static func ledger() throws -> SampleLedger {
    var ledger = try SampleLedger()
    try ledger.join(1)
    try ledger.add(work, of: 1)
    return ledger
  }

  private static func openings(_ ledger: SampleLedger) -> [OpeningErasure.Opening] {
    ([.party(testParty(1)), .work(work)] as [OpeningErasure.Subject]).flatMap { subject in
      ledger.state.commitments(of: subject).map { .init(commitment: $0, subject: subject) }
    }
  }

  private static func erasure(_ openings: [OpeningErasure.Opening]) throws -> EventBody {
    .openingErased(try #require(OpeningErasure.parts(of: openings).first))
  }

  @Test func `The operator alone says what was erased, once, and everything else stands`() throws {
    var ledger = try Self.ledger()
    let openings = Self.openings(ledger)
    #expect(openings.count >= 2)
    #expect(throws: RegisterError.self) {
      try ledger.append(Self.erasure(openings), by: 1)
    }
    let position = ledger.state.size
    try ledger.append(Self.erasure(openings))
    #expect(
      ledger.state.erased
        == Dictionary(
          uniqueKeysWithValues: openings.map { ($0.commitment, position) }))
    #expect(ledger.state.works[Self.work]?.owner == testParty(1))
    #expect(throws: RegisterError.self) { try ledger.append(Self.erasure(openings)) }
    #expect(throws: RegisterError.self) {
      try ledger.append(Self.erasure([openings[0]]))
    }
  }

  @Test func `Only what the log commits to is erased, where it commits to it`() throws {
    var ledger = try Self.ledger()
    let openings = Self.openings(ledger)
    let crossed = OpeningErasure.Opening(
      commitment: openings[0].commitment, subject: .work(Self.work))
    let invented = OpeningErasure.Opening(
      commitment: testDigest("none"), subject: .party(testParty(1)))
    let absent = OpeningErasure.Opening(
      commitment: openings[0].commitment, subject: .party(testParty(7)))
    for opening in [crossed, invented, absent] {
      #expect(throws: RegisterError.self) { try ledger.append(Self.erasure([opening])) }
      // With a good one beside it nothing is taken either.
      #expect(throws: RegisterError.self) {
        try ledger.append(Self.erasure([opening, openings[openings.count - 1]]))
      }
    }
    #expect(ledger.state.erased.isEmpty)
    #expect(ledger.state.commitments(of: .party(testParty(0))).isEmpty, "the operator's name stays")
  }

  @Test func `Many openings come in several entries, each within its limit`() throws {
    let openings = (0..<600).map { number in
      OpeningErasure.Opening(
        commitment: testDigest("\(number)"),
        subject: number % 2 == 0 ? .party(testParty(1)) : .work(testDigest("w\(number)")))
    }
    let parts = OpeningErasure.parts(of: openings + openings)
    #expect(parts.map(\.openings.count) == [256, 256, 88])
    #expect(parts.flatMap(\.openings) == openings.sorted { $0.commitment < $1.commitment })
    for part in parts {
      let event = try Event(body: .openingErased(part), at: testMoment(), signedBy: testKey(0))
      guard case .openingErased(let read) = try Event(parsing: event.bytes).body else {
        Issue.record("another type was read")
        continue
      }
      #expect(read.openings == part.openings)
    }
  }

  @Test(arguments: [
    #"{"openings":[]}"#, #"{"openings":[{}]}"#, #"{"openings":{}}"#, #"{}"#,
    #"{"openings":[{"commitment":"00"}]}"#,
  ])
  func `A payload that is none is refused`(_ payload: String) throws {
    let document: JSON = [
      "type": "opening.erased", "at": .string(testMoment().description),
      "by": .string(testParty(0).text), "payload": try JSON.parse(Array(payload.utf8)),
    ]
    let signed = try DataIntegrity.sign(
      document: document, key: testKey(0), created: testMoment())
    #expect(throws: EventError.self) { try Event(parsing: signed.canonicalBytes) }
  }
}
