// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Money
import Primitives
import Register
import Signing
import TestSupport
import Testing

/// One body of every type.
private func everyBody() throws -> [EventBody] {
  let model = testModel("m-1.0")
  let (earned, party) = (
    Amount(minorUnits: -1_234, currency: testCurrency("EUR")),
    PartyRegistration(role: .contributor, name: testDigest("name"))
  )
  let work = WorkRegistration(
    work: testDigest("work"), byteCount: 1, title: testDigest("title"),
    fingerprint: testDigest("fingerprint"))
  let line = SettlementRecord.Line(
    model: model, currency: testCurrency("JPY"), cumulativeRevenue: 20, revenue: -10, owed: -4,
    retained: -6)
  let terms = GrantTerms.sample(
    .work(testDigest("work")), to: .party(testParty(3)), for: Purpose.allCases, until: 9)
  return try [.partyRegistered(party)] + SampleLedger.lifeOfModel(model, treeSize: 4) + [
    .workRegistered(work),
    .grantIssued(Grant(terms: .sample(), signedBy: testKey(1), uuid: [UInt8](0..<16))),
    .grantIssued(Grant(terms: terms, signedBy: testKey(1), uuid: [UInt8](1..<17))),
    .grantRevoked(GrantReference(grant: testDigest("grant"))),
    .revenueReported(
      RevenueReport(model: model, amount: earned, period: testPeriod("2026-Q4"))),
    .settlementComputed(
      SettlementRecord(
        period: testPeriod("2026"), number: 2, statements: testDigest("statements"),
        lines: [line])),
  ]
}

/// Signs any document as an event of party 1, whether it is one or not.
private func signed(_ document: JSON, by party: Int = 1) throws -> [UInt8] {
  try DataIntegrity.sign(document: document, key: testKey(party), created: testMoment())
    .canonicalBytes
}

private func document(
  type: String = "party.registered", at: String = "2026-11-21T00:00:00Z",
  payload: JSON = ["role": "contributor", "name": .string(testDigest("name").hex)]
) -> JSON {
  [
    "type": .string(type), "at": .string(at), "by": .string(testParty(1).text),
    "payload": payload,
  ]
}

@Suite struct EventTests {
  @Test func `Every type of event is read back from its bytes, and the table of types is whole`()
    throws
  {
    var types: Set<String> = []
    for body in try everyBody() {
      let event = try Event(body: body, at: testMoment(7), signedBy: testKey(1))
      let read = try Event(parsing: event.bytes)
      #expect(read.body.payload == body.payload)
      #expect(read.body.payload.canonicalBytes == body.payload.canonicalBytes)
      #expect(read.body.type == body.type)
      #expect(read.at == testMoment(7) && read.by == testParty(1) && read.bytes == event.bytes)
      types.insert(body.type)
    }
    #expect(types.count == 11)
  }

  @Test func `One flipped bit of an entry is refused`() throws {
    var random = Philox4x32(key: 1, stream: 0)
    for (number, body) in try everyBody().enumerated() {
      let bytes = try Event(body: body, at: testMoment(), signedBy: testKey(1)).bytes
      // All bits of one entry, and a sample of the others'.
      let places =
        number == 0
        ? Array(0..<8 * bytes.count)
        : (0..<40).map { _ in Int(random.below(UInt32(8 * bytes.count))) }
      for place in places {
        var flipped = bytes
        flipped[place / 8] ^= 1 << (place % 8)
        #expect(throws: EventError.self, "\(body.type), bit \(place)") {
          try Event(parsing: flipped)
        }
      }
    }
  }

  @Test func `What is signed and yet not an event is refused`() throws {
    #expect(try Event(parsing: signed(document())).by == testParty(1))
    let wrong: [(String, JSON)] = [
      ("a type nobody knows", document(type: "party.renamed")),
      ("a second spelling of the moment", document(at: "2026-11-21")),
      ("no moment at all", document(at: "yesterday")),
      ("an empty payload", document(payload: [:])),
      ("a payload that is no object", document(payload: ["role"])),
      (
        "an unknown member of the payload",
        document(payload: ["role": "contributor", "name": .string(testDigest("n").hex), "x": 1])
      ),
      (
        "an unknown role",
        document(payload: ["role": "auditor", "name": .string(testDigest("n").hex)])
      ),
      (
        "a digest in capitals",
        document(payload: ["role": "contributor", "name": .string(Self.capitals)])
      ),
      ("an unknown member", Self.adding("note", "hello", to: document())),
      ("a missing member", Self.adding("payload", nil, to: document())),
    ]
    for (what, document) in wrong {
      #expect(throws: EventError.self, "\(what)") { try Event(parsing: try signed(document)) }
    }
  }

  private static let capitals = String(
    testDigest("n").hex.map { Character($0.uppercased()) })

  private static func adding(_ name: String, _ value: JSON?, to document: JSON) -> JSON {
    var object = document.object ?? [:]
    object[name] = value
    return .object(object)
  }

  @Test func `Another signer, another spelling and too many bytes are refused`() throws {
    #expect(throws: EventError.self) { try Event(parsing: try signed(document(), by: 2)) }
    let bytes = try signed(document())
    for spelling in [
      [0x20] + bytes, bytes + [0x0a], Array(try JSON.parse(bytes).prettyText.utf8),
    ] {
      guard
        case .notCanonical = #expect(
          throws: EventError.self,
          performing: {
            try Event(parsing: spelling)
          })
      else {
        Issue.record("another spelling is not named as such")
        continue
      }
    }
    let long = PartyRegistration(role: .contributor, name: testDigest("n"))
    #expect(
      try Event(body: .partyRegistered(long), at: testMoment(), signedBy: testKey(1)).bytes.count
        < 1000)
    // Both sides of the limit: a release whose one path fills the entry.
    func release(_ length: Int) throws -> Event {
      let files = [String(repeating: "f", count: length): testDigest("f")]
      return try Event(
        body: .modelReleased(ModelRelease(model: testModel("m"), files: files, parents: [])),
        at: testMoment(), signedBy: testKey(1))
    }
    let overhead = try release(1).bytes.count - 1
    let largest = Event.maximumByteCount - overhead
    #expect(try Event(parsing: release(largest).bytes).bytes.count == Event.maximumByteCount)
    #expect(throws: EventError.self) { try release(largest + 1) }
    #expect(throws: EventError.self) {
      try Event(parsing: [UInt8](repeating: 0x20, count: Event.maximumByteCount + 1))
    }
  }

  @Test func `A credential is accepted with every byte intact and with none altered`() throws {
    let terms = GrantTerms.sample(.work(testDigest("w")), to: .party(testParty(2)), until: 99)
    let grant = try Grant(terms: terms, signedBy: testKey(1), uuid: [UInt8](0..<16))
    let bytes = grant.credential.canonicalBytes
    let read = try Grant(credential: try JSON.parse(bytes))
    #expect(read.terms == terms && read.issuer == testParty(1))
    #expect(read.identifier == grant.identifier)
    for place in bytes.indices {
      for mask: UInt8 in [0x01, 0x20] {
        var altered = bytes
        altered[place] ^= mask
        #expect(throws: (any Error).self, "byte \(place)") {
          try Grant(credential: try JSON.parse(altered))
        }
      }
    }
  }

  @Test(arguments: [
    "purpose", "ratePartsPerMillion", "derivativesInherit", "work", "grantee",
  ])
  func `A credential signed with a term missing or unknown is no grant`(term: String) throws {
    let whole: JSONObject = [
      "purpose": ["train"], "ratePartsPerMillion": 5, "derivativesInherit": true,
      "work": "all-works-of-issuer", "grantee": "anyone",
    ]
    func credential(_ subject: JSONObject) throws -> JSON {
      try DataIntegrity.sign(
        document: [
          "@context": [
            "https://www.w3.org/ns/credentials/v2", ["@vocab": "urn:cadastre:terms:v1#"],
          ],
          "type": ["VerifiableCredential", "UseGrantCredential"], "id": "urn:uuid:1",
          "issuer": .string(testParty(1).text), "validFrom": "2026-11-21T00:00:00Z",
          "credentialSubject": .object(subject),
        ], key: testKey(1), created: testMoment())
    }
    #expect(try Grant(credential: credential(whole)).terms == .sample(rate: 5))
    #expect(throws: (any Error).self) { try Grant(credential: credential(whole.removing(term))) }
    let wrong: [String: [JSON]] = [
      "purpose": [[], ["train", "sell"], "train", ["train", 1]],
      "ratePartsPerMillion": [-1, 1_000_001, "5", .double(5.5)],
      "derivativesInherit": ["true", 1], "work": ["urn:sha256:00", "all", 1],
      "grantee": ["everyone", .string(testParty(2).text)],
    ]
    for value in wrong[term] ?? [] {
      var subject = whole
      subject[term] = value
      #expect(throws: (any Error).self, "\(value)") { try Grant(credential: credential(subject)) }
    }
    var subject = whole
    subject["territory"] = "EU"
    #expect(throws: (any Error).self) { try Grant(credential: credential(subject)) }
  }
}
