// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Money
package import Primitives
package import Register
package import Signing

/// The key of a number; the same one every time.
package func testKey(_ number: Int) -> SecretKey {
  var seed = [UInt8](repeating: 0xA5, count: SecretKey.seedByteCount)
  seed[0] = UInt8(truncatingIfNeeded: number)
  seed[1] = UInt8(truncatingIfNeeded: number >> 8)
  guard let key = SecretKey(seed: seed) else { preconditionFailure("a seed has 32 bytes") }
  return key
}

/// The identifier of the key of a number.
package func testParty(_ number: Int) -> DIDKey { DIDKey(testKey(number).publicKey) }

/// A digest that nothing else has: that of a short text.
package func testDigest(_ text: String) -> Digest { SHA256.digest(text) }

/// A model's name from text that is one.
package func testModel(_ text: String) -> ModelName {
  guard let name = ModelName(text) else { preconditionFailure("'\(text)' is no model name") }
  return name
}

/// A period from text that is one.
package func testPeriod(_ text: String) -> Period {
  guard let period = Period(text) else { preconditionFailure("'\(text)' is no period") }
  return period
}

/// A currency of ISO 4217 from its code.
package func testCurrency(_ code: String) -> Currency {
  guard let currency = Currency(code: code) else { preconditionFailure("'\(code)' is none") }
  return currency
}

/// A rate of parts per million.
package func testRate(_ parts: Int64) -> Rate {
  guard let rate = Rate(partsPerMillion: parts) else { preconditionFailure("\(parts) is no rate") }
  return rate
}

/// 2026-11-21T00:00:00Z and seconds after it.
package func testMoment(_ seconds: Int64 = 0) -> Timestamp {
  Timestamp(secondsSinceEpoch: 1_795_219_200 + seconds)
}

/// A log in memory: events that were signed and folded one after the other.
///
/// Party 0 is the operator, and the founding event is in it from the start.
package struct SampleLedger {
  /// The fold of all events.
  package private(set) var state = RegisterState()
  /// All events, in log order.
  package private(set) var events: [Event] = []

  /// Founds a register.
  package init() throws {
    try append(
      .partyRegistered(PartyRegistration(role: .operator, name: testDigest("register"))), by: 0)
  }

  /// Signs a body by a party and folds it.
  package mutating func append(_ body: EventBody, by party: Int = 0) throws {
    let event = try Event(
      body: body, at: testMoment(Int64(events.count)), signedBy: testKey(party))
    try state.apply(event)
    events.append(event)
  }

  /// Registers a contributor.
  package mutating func join(_ party: Int) throws {
    try append(
      .partyRegistered(PartyRegistration(role: .contributor, name: testDigest("name \(party)"))),
      by: party)
  }

  /// Suspends a grant.
  package mutating func suspend(_ grant: Digest, by party: Int) throws {
    try append(.grantSuspended(GrantReference(grant: grant)), by: party)
  }

  /// Lifts a suspension.
  package mutating func resume(_ grant: Digest, by party: Int) throws {
    try append(.grantResumed(GrantReference(grant: grant)), by: party)
  }

  /// Declares a collection of a party.
  package mutating func collect(_ works: [Digest], by party: Int) throws -> Digest {
    let parts = CollectionDeclaration.parts(of: works)
    for part in parts { try append(.collectionDeclared(part), by: party) }
    return parts[0].root
  }

  /// Registers a work of a party, perhaps with other owners or as a model's output.
  package mutating func add(
    _ work: Digest, of party: Int, fingerprint: Digest = testDigest("fingerprint"),
    ownership: Ownership? = nil, generator: Digest? = nil
  ) throws {
    try append(
      .workRegistered(
        WorkRegistration(
          work: work, byteCount: 100, title: testDigest("title"), fingerprint: fingerprint,
          ownership: ownership, generator: generator)),
      by: party)
  }

  /// Issues a grant.
  @discardableResult
  package mutating func grant(
    _ terms: GrantTerms, by party: Int, status: StatusEntry? = nil
  ) throws -> Digest {
    var uuid = [UInt8](repeating: 0, count: 16)
    uuid[0] = UInt8(truncatingIfNeeded: events.count)
    uuid[1] = UInt8(truncatingIfNeeded: events.count >> 8)
    let grant = try Grant(terms: terms, signedBy: testKey(party), uuid: uuid, status: status)
    try append(.grantIssued(grant), by: party)
    return grant.identifier
  }

  /// Revokes a grant.
  package mutating func revoke(_ grant: Digest, by party: Int) throws {
    try append(.grantRevoked(GrantReference(grant: grant)), by: party)
  }

  /// Admits, trains, closes and releases a model whose files exist in name only.
  package mutating func release(_ model: ModelName) throws {
    for body in Self.lifeOfModel(model, treeSize: Int64(events.count)) { try append(body) }
  }

  /// The five events from an admission to the release of a model.
  package static func lifeOfModel(_ model: ModelName, treeSize: Int64) -> [EventBody] {
    let manifest = testDigest("manifest of \(model)")
    let (weights, books, shares) = (
      testDigest("weights of \(model)"), testDigest("books"), testDigest("shares")
    )
    let balance = RunFinish.Balance(
      target: "all", initialLoss: 5_000, finalLoss: 2_000, credited: 2_900, decay: -10,
      residual: 110)
    return [
      .admissionDecided(
        AdmissionRecord(
          manifest: manifest, decisionsRoot: testDigest("root"), purpose: .train,
          grantee: testParty(0), treeSize: treeSize, admitted: 2, refused: 1)),
      .runStarted(
        RunStart(
          model: model, manifest: manifest, configuration: ["rate": "0.001", "steps": 20], seed: 7,
          software: "cadastre test", kernels: "haswell", library: "OpenBLAS test",
          initialWeights: testDigest("initial"),
          targets: [
            TargetCommitment(
              name: "all", digest: testDigest("target"), byteCount: 10, weight: 1,
              commonsLine: 4_000)
          ])),
      .runCheckpointed(
        RunCheckpoint(
          model: model, segment: 1, step: 20, weights: weights, books: books, state: weights)),
      .runFinished(
        RunFinish(
          model: model, steps: 20, weights: weights, books: books, shares: shares,
          balances: [balance])),
      .modelReleased(
        ModelRelease(
          model: model,
          files: [
            "model.safetensors": weights, "books/books.json": books, "shares.json": shares,
          ], parents: [])),
    ]
  }

  /// Reports revenue of a model.
  package mutating func report(
    _ minorUnits: Int64, _ currency: String, of model: ModelName, in period: String
  ) throws {
    try append(
      .revenueReported(
        RevenueReport(
          model: model,
          amount: Amount(minorUnits: minorUnits, currency: testCurrency(currency)),
          period: testPeriod(period))))
  }
}

extension GrantTerms {
  /// Terms for tests: everything that is not named allows the most.
  package static func sample(
    _ subject: GrantSubject = .allWorks, to grantee: Grantee = .anyone,
    for purposes: [Purpose] = [.train], rate: Int64 = 50_000, fee: Int64? = nil,
    in territories: [String] = [], from: Int64 = 0, until: Int64? = nil
  ) -> GrantTerms {
    GrantTerms(
      subject: subject, grantee: grantee, purposes: purposes, rate: testRate(rate),
      minimumFee: fee.map { Amount(minorUnits: $0, currency: testCurrency("EUR")) },
      territories: territories.compactMap { Territory($0) }, validFrom: testMoment(from),
      validUntil: until.map { testMoment($0) })
  }
}
