// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Money
import Primitives
import Register
import Signing
import TestSupport
import Testing

@Suite struct GrantTests {
  /// Terms of every kind, drawn.
  static func terms(_ random: inout Philox4x32) -> GrantTerms {
    let digest = testDigest("thing \(random.below(1000))")
    let subjects: [GrantSubject] = [
      .work(digest), .collection(digest), .allWorks, .model(digest),
    ]
    return GrantTerms.sample(
      subjects[Int(random.below(4))],
      to: random.below(2) == 0 ? .anyone : .party(testParty(Int(random.below(5)))),
      for: (0...random.below(6)).map { _ in Purpose.allCases[Int(random.below(6))] },
      rate: Int64(random.below(1_000_001)),
      fee: random.below(2) == 0 ? Int64(random.below(100_000)) + 1 : nil,
      in: (0..<random.below(4)).map { _ in ["DE", "FR", "KE", "IN"][Int(random.below(4))] },
      from: Int64(random.below(1000)),
      until: random.below(2) == 0 ? Int64(random.below(100_000)) + 1000 : nil)
  }

  static func status(_ random: inout Philox4x32) -> StatusEntry? {
    guard random.below(3) > 0 else { return nil }
    return StatusEntry(
      base: ["https://register.example/", "urn:cadastre:z6Mk:"][Int(random.below(2))],
      list: Int(random.below(1 << 20)), index: Int(random.below(131_072)))
  }

  @Test func `A signed grant is read as what was signed, and nothing of it can be changed`()
    throws
  {
    var random = Philox4x32(key: 4, stream: 0)
    var refused = 0
    for number in 0..<200 {
      let (terms, status) = (Self.terms(&random), Self.status(&random))
      let grant = try Grant(
        terms: terms, signedBy: testKey(number % 7),
        uuid: (0..<16).map { _ in
          UInt8(truncatingIfNeeded: random.next32())
        }, status: status)
      let bytes = grant.credential.canonicalBytes
      let read = try Grant(credential: try JSON.parse(bytes))
      #expect(read.terms == terms && read.status == status && read.identifier == grant.identifier)
      #expect(read.issuer == testParty(number % 7))
      // One byte of it is another.
      var altered = bytes
      let place = Int(random.below(UInt32(bytes.count)))
      altered[place] ^= UInt8(1 << random.below(7))
      let verdict = try? Grant(credential: JSON.parse(altered))
      #expect(verdict == nil, "byte \(place) of \(String(decoding: bytes, as: UTF8.self))")
      refused += 1
    }
    #expect(refused == 200)
  }

  @Test func `Terms that this version does not know are refused, though they are signed`() throws {
    let grant = try Grant(
      terms: .sample(.work(testDigest("a")), fee: 5, in: ["DE"]), signedBy: testKey(1),
      uuid: [UInt8](repeating: 1, count: 16),
      status: StatusEntry(base: "https://register.example/", list: 0, index: 7))
    let changes: [(String, JSON?)] = [
      ("collection", .string("urn:sha256:" + testDigest("b").hex)), ("work", nil),
      ("work", "urn:sha256:12"), ("territory", ["Germany"]), ("territory", []),
      ("territory", ["FR", "DE"]), ("minimumFee", ["minorUnits": 0, "currency": "EUR"]),
      ("minimumFee", ["minorUnits": 5, "currency": "XXQ"]), ("purpose", ["everything"]),
      ("purpose", []), ("ratePartsPerMillion", 1_000_001), ("exclusive", true),
      ("grantee", "anyone else"),
    ]
    for (member, value) in changes {
      var document = try #require(grant.credential.object)
      document["proof"] = nil
      var subject = try #require(document["credentialSubject"]?.object)
      subject[member] = value
      document["credentialSubject"] = .object(subject)
      let signed = try DataIntegrity.sign(
        document: .object(document), key: testKey(1), created: testMoment())
      #expect(throws: (any Error).self, "\(member)") { try Grant(credential: signed) }
    }
    for status: JSON in [
      [], "revocation", .array([["type": "BitstringStatusListEntry"]]),
      .array(try #require(grant.credential.object?["credentialStatus"]?.array).dropLast()),
    ] {
      var document = try #require(grant.credential.object)
      document["proof"] = nil
      document["credentialStatus"] = status
      let signed = try DataIntegrity.sign(
        document: .object(document), key: testKey(1), created: testMoment())
      #expect(throws: GrantError.unknownStatus) { try Grant(credential: signed) }
    }
  }

  @Test func `Owners, quorums and territories outside their limits are refused`() throws {
    let owner = { Ownership.Owner(party: testParty($0), weight: $1) }
    #expect(throws: OwnershipError.ownerCount(1)) { try Ownership(owners: [owner(1, 1)]) }
    #expect(throws: OwnershipError.ownerCount(65)) {
      try Ownership(owners: (0..<65).map { owner($0, 1) })
    }
    #expect(try Ownership(owners: (0..<64).map { owner($0, 1) }).quorum == 64)
    #expect(throws: OwnershipError.ownerTwice) {
      try Ownership(owners: [owner(1, 1), owner(1, 2)])
    }
    for weight in [0, Ownership.maximumWeight + 1] {
      #expect(throws: OwnershipError.weight) {
        try Ownership(owners: [owner(1, weight), owner(2, 1)])
      }
    }
    #expect(throws: OwnershipError.quorum(4, total: 3)) {
      try Ownership(owners: [owner(1, 1), owner(2, 2)], quorum: 4)
    }
    #expect(throws: OwnershipError.quorum(0, total: 3)) {
      try Ownership(owners: [owner(1, 1), owner(2, 2)], quorum: 0)
    }
    for text in ["de", "DEU", "D", "", "D1", "ÄÖ"] { #expect(Territory(text) == nil) }
  }
}
