// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing
import TestSupport
import Testing

@Suite struct StatusListTests {
  @Test func `The lists say of every grant what the log says`() throws {
    var random = Philox4x32(key: 8, stream: 0)
    var ledger = try SampleLedger()
    try ledger.join(1)
    let base = try #require(ledger.state.statusBase)
    var places: Set<Int> = []
    var grants: [(identifier: Digest, entry: StatusEntry, isRevoked: Bool, isSuspended: Bool)] = []
    for _ in 0..<60 {
      var index = Int(random.below(131_072))
      while !places.insert(index).inserted { index = Int(random.below(131_072)) }
      let entry = StatusEntry(base: base, list: Int(random.below(2)), index: index)
      let identifier = try ledger.grant(.sample(), by: 1, status: entry)
      let (revoked, suspended) = (random.below(3) == 0, random.below(2) == 0)
      if suspended { try ledger.suspend(identifier, by: 1) }
      if revoked { try ledger.revoke(identifier, by: 1) }
      grants.append((identifier, entry, revoked, suspended))
    }
    let lists = ledger.state.statusLists()
    #expect(lists.count == 4)
    for list in lists {
      let credential = try list.credential(signedBy: testKey(0), at: testMoment())
      let read = try StatusList(
        credential: try JSON.parse(credential.canonicalBytes), issuer: testParty(0))
      #expect(read == list)
      let mine = grants.filter { $0.entry.list == list.number }
      for grant in mine {
        let expected = list.purpose == .revocation ? grant.isRevoked : grant.isSuspended
        #expect(read[grant.entry.index] == expected)
      }
      let set = mine.filter { list.purpose == .revocation ? $0.isRevoked : $0.isSuspended }
      #expect((0..<131_072).count { read[$0] } == set.count)
    }
  }

  @Test func `A place is given once, and only in lists of this register`() throws {
    var ledger = try SampleLedger()
    try ledger.join(1)
    let base = try #require(ledger.state.statusBase)
    #expect(base == "urn:cadastre:\(testParty(0).text.dropFirst(8)):")
    try ledger.grant(.sample(), by: 1, status: StatusEntry(base: base, list: 0, index: 9))
    #expect(throws: RegisterError.self) {
      try ledger.grant(.sample(), by: 1, status: StatusEntry(base: base, list: 0, index: 9))
    }
    #expect(throws: RegisterError.self) {
      try ledger.grant(
        .sample(), by: 1, status: StatusEntry(base: "https://elsewhere.example/", list: 0, index: 1)
      )
    }
    try ledger.grant(.sample(), by: 1, status: StatusEntry(base: base, list: 1, index: 9))
  }

  @Test func `A list that lies about its length, or is not the operator's, is refused`() throws {
    let list = StatusList(purpose: .revocation, base: "https://register.example/", number: 3)
    let good = try list.credential(signedBy: testKey(0), at: testMoment())
    #expect(throws: Never.self) { try StatusList(credential: good, issuer: testParty(0)) }
    #expect(throws: StatusListError.self) { try StatusList(credential: good, issuer: testParty(1)) }
    let bad: [(String, JSON)] = [
      ("encodedList", "u"), ("encodedList", "zH4sI"), ("encodedList", 7),
      ("encodedList", .string("u" + String(repeating: "A", count: 60_000))),
      ("statusPurpose", "refresh"), ("type", "BitstringList"),
    ]
    for (member, value) in bad {
      var document = try #require(good.object)
      document["proof"] = nil
      var subject = try #require(document["credentialSubject"]?.object)
      subject[member] = value
      document["credentialSubject"] = .object(subject)
      let signed = try DataIntegrity.sign(
        document: .object(document), key: testKey(0), created: testMoment())
      #expect(throws: (any Error).self, "\(member)") {
        try StatusList(credential: signed, issuer: testParty(0))
      }
    }
    // An honest gzip of too few and of too many bits.
    for count in [16_383, 16_385, 0] {
      #expect(throws: StatusListError.badBits) {
        try StatusList(credential: Self.signed(good, Self.stored(count)), issuer: testParty(0))
      }
    }
    let whole = try StatusList(
      credential: Self.signed(good, Self.stored(16_384)), issuer: testParty(0))
    #expect(whole == list)
  }

  private static func signed(_ good: JSON, _ gzip: [UInt8]) throws -> JSON {
    var document = try #require(good.object)
    document["proof"] = nil
    var subject = try #require(document["credentialSubject"]?.object)
    subject["encodedList"] = .string("u" + Base64.encodeURL(gzip))
    document["credentialSubject"] = .object(subject)
    return try DataIntegrity.sign(
      document: .object(document), key: testKey(0), created: testMoment())
  }

  /// A gzip file (RFC 1952) of zero bytes in one stored block (RFC 1951, 3.2.4).
  private static func stored(_ count: Int) -> [UInt8] {
    var crc: UInt32 = ~0
    for _ in 0..<count {
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    crc = ~crc
    let length = [UInt8(count & 255), UInt8(count >> 8)]
    let word = { (value: UInt32) in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1] + length + length.map(~)
      + [UInt8](repeating: 0, count: count) + word(crc) + word(UInt32(count))
  }

  @Test func `Collections come in parts, in order, whole, and only from owners`() throws {
    var ledger = try SampleLedger()
    for party in 1...2 { try ledger.join(party) }
    let works = (0..<1000).map { testDigest("work \($0)") }
    for work in works { try ledger.add(work, of: 1) }
    let parts = CollectionDeclaration.parts(of: works.shuffled())
    #expect(parts.count == 2 && parts.map(\.works.count) == [900, 100])
    #expect(throws: RegisterError.self) { try ledger.append(.collectionDeclared(parts[1]), by: 1) }
    #expect(throws: RegisterError.self) { try ledger.append(.collectionDeclared(parts[0]), by: 2) }
    try ledger.append(.collectionDeclared(parts[0]), by: 1)
    let root = parts[0].root
    #expect(throws: RegisterError.self, "half a collection") {
      try ledger.grant(.sample(.collection(root)), by: 1)
    }
    #expect(throws: RegisterError.self) { try ledger.append(.collectionDeclared(parts[0]), by: 1) }
    try ledger.append(.collectionDeclared(parts[1]), by: 1)
    #expect(throws: RegisterError.self) { try ledger.append(.collectionDeclared(parts[1]), by: 1) }
    try ledger.grant(.sample(.collection(root)), by: 1)
    let use = { (work: Digest) in
      ledger.state.permission(
        for: work, purpose: .train, grantee: testParty(0), at: testMoment(1)
      ).isGranted
    }
    #expect(works.allSatisfy(use) && CollectionDeclaration.root(of: works.sorted()) == root)
  }
}
