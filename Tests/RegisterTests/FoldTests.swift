// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Money
import Primitives
import Register
import Signing
import TestSupport
import Testing

/// A sequence that must not be: the last event breaks a rule.
private struct Breach: CustomTestStringConvertible, Sendable {
  let rule: String
  let error: @Sendable (RegisterError) -> Bool
  let body: @Sendable (FoldTests.Sample) throws -> EventBody
  let signer: Int

  var testDescription: String { rule }

  init(
    _ rule: String, by signer: Int = 0, _ error: @escaping @Sendable (RegisterError) -> Bool,
    _ body: @escaping @Sendable (FoldTests.Sample) throws -> EventBody
  ) {
    self.rule = rule
    self.signer = signer
    self.error = error
    self.body = body
  }
}

private func terms(_ subject: GrantSubject = .allWorks) -> GrantTerms { .sample(subject) }

private func grant(_ terms: GrantTerms, by party: Int) throws -> EventBody {
  .grantIssued(
    try Grant(terms: terms, signedBy: testKey(party), uuid: [UInt8](repeating: 9, count: 16)))
}

private func balance(_ target: String, residual: Int64 = 100) -> RunFinish.Balance {
  RunFinish.Balance(
    target: target, initialLoss: 500, finalLoss: 200, credited: 200, decay: 0,
    residual: residual)
}

private func finish(
  _ model: String, steps: Int64 = 20, _ balances: [RunFinish.Balance]
) -> EventBody {
  .runFinished(
    RunFinish(
      model: testModel(model), steps: steps, weights: testDigest("w"), books: testDigest("b"),
      shares: testDigest("s"), balances: balances))
}

private func admission(
  _ manifest: String, size: Int, purpose: Purpose = .train, grantee: Int = 0
) -> EventBody {
  .admissionDecided(
    AdmissionRecord(
      manifest: testDigest(manifest), decisionsRoot: testDigest("root"), purpose: purpose,
      grantee: testParty(grantee), treeSize: Int64(size), admitted: 1, refused: 0))
}

private func start(
  _ model: String, manifest: String, targets: [String] = ["all"]
) -> EventBody {
  .runStarted(
    RunStart(
      model: testModel(model), manifest: testDigest(manifest), configuration: [:], seed: 1,
      software: "test", kernels: "haswell", library: "test",
      initialWeights: testDigest("initial"),
      targets: targets.map {
        TargetCommitment(
          name: $0, digest: testDigest($0), byteCount: 1, weight: 1, commonsLine: 1)
      }))
}

private func checkpoint(_ model: String, segment: Int64, step: Int64) -> EventBody {
  .runCheckpointed(
    RunCheckpoint(
      model: testModel(model), segment: segment, step: step, weights: testDigest("w"),
      books: testDigest("b"), state: testDigest("s")))
}

private func settlement(
  _ period: String, number: Int64, model: String = "done", lines: Int = 1, retained: Int64 = 60
) -> EventBody {
  let line = SettlementRecord.Line(
    model: testModel(model), currency: testCurrency("EUR"), cumulativeRevenue: 100, revenue: 100,
    owed: 40, retained: retained)
  return .settlementComputed(
    SettlementRecord(
      period: testPeriod(period), number: number, statements: testDigest("s"),
      lines: Array(repeating: line, count: lines)))
}

private let breaches: [Breach] = [
  Breach("a key registers once", by: 1, { if case .partyExists = $0 { true } else { false } }) {
    _ in .partyRegistered(PartyRegistration(role: .contributor, name: testDigest("x")))
  },
  Breach("there is one operator", by: 9, { if case .operatorExists = $0 { true } else { false } }) {
    _ in .partyRegistered(PartyRegistration(role: .operator, name: testDigest("x")))
  },
  Breach("strangers own nothing", by: 9, { if case .unknownParty = $0 { true } else { false } }) {
    _ in
    .workRegistered(
      WorkRegistration(
        work: testDigest("new"), byteCount: 1, title: testDigest("t"),
        fingerprint: testDigest("f")))
  },
  Breach(
    "bytes are registered once", by: 2, { if case .workExists(_, 3) = $0 { true } else { false } }
  ) { _ in
    .workRegistered(
      WorkRegistration(
        work: testDigest("ada's"), byteCount: 1, title: testDigest("t"),
        fingerprint: testDigest("f")))
  },
  Breach("nobody grants for others", by: 2, { if case .notTheIssuer = $0 { true } else { false } })
  { _ in try grant(terms(), by: 1) },
  Breach("strangers grant nothing", by: 9, { if case .unknownParty = $0 { true } else { false } }) {
    _ in try grant(terms(), by: 9)
  },
  Breach("a grant is logged once", by: 1, { if case .grantExists = $0 { true } else { false } }) {
    .grantIssued($0.grant)
  },
  Breach(
    "a work is granted by its owner", by: 2, { if case .notTheOwner = $0 { true } else { false } }
  ) { _ in try grant(terms(.work(testDigest("ada's"))), by: 2) },
  Breach(
    "only a known work is granted", by: 1, { if case .unknownWork = $0 { true } else { false } }
  ) { _ in try grant(terms(.work(testDigest("unknown"))), by: 1) },
  Breach(
    "only a known grant is revoked", by: 1, { if case .unknownGrant = $0 { true } else { false } }
  ) { _ in .grantRevoked(GrantReference(grant: testDigest("none"))) },
  Breach("only its issuer revokes", { if case .notTheIssuer = $0 { true } else { false } }) {
    .grantRevoked(GrantReference(grant: $0.grant.identifier))
  },
  Breach("a grant is revoked once", by: 1, { if case .alreadyRevoked = $0 { true } else { false } })
  { .grantRevoked(GrantReference(grant: $0.revoked)) },
  Breach(
    "an admission has read the whole log", { if case .staleAdmission = $0 { true } else { false } }
  ) { admission("new", size: $0.ledger.state.size - 1) },
  Breach("a manifest is decided once", { if case .admissionExists = $0 { true } else { false } }) {
    admission("open", size: $0.ledger.state.size)
  },
  Breach("the operator admits", by: 1, { if case .notTheOperator = $0 { true } else { false } }) {
    admission("new", size: $0.ledger.state.size)
  },
  Breach("a run has an admission", { if case .unknownManifest = $0 { true } else { false } }) { _ in
    start("new", manifest: "none")
  },
  Breach(
    "to evaluate is not to train", { if case .notAdmittedForThis = $0 { true } else { false } }
  ) { _ in start("new", manifest: "to evaluate") },
  Breach(
    "who trains is who was admitted", { if case .notAdmittedForThis = $0 { true } else { false } }
  ) { _ in start("new", manifest: "of another") },
  Breach("a model is trained once", { if case .modelExists = $0 { true } else { false } }) { _ in
    start("done", manifest: "open")
  },
  Breach("a run has targets", { if case .noTargets = $0 { true } else { false } }) { _ in
    start("new", manifest: "open", targets: [])
  },
  Breach("targets have different names", { if case .targetTwice = $0 { true } else { false } }) {
    _ in start("new", manifest: "open", targets: ["a", "b", "a"])
  },
  Breach("only open runs have checkpoints", { if case .noOpenRun = $0 { true } else { false } }) {
    _ in checkpoint("done", segment: 2, step: 30)
  },
  Breach("checkpoints leave no gap", { if case .checkpointOutOfOrder = $0 { true } else { false } })
  { _ in checkpoint("open", segment: 3, step: 30) },
  Breach("checkpoints go forward", { if case .checkpointOutOfOrder = $0 { true } else { false } }) {
    _ in checkpoint("open", segment: 2, step: 20)
  },
  Breach(
    "a run ends at a checkpoint", { if case .checkpointOutOfOrder = $0 { true } else { false } }
  ) { _ in finish("open", steps: 21, [balance("all")]) },
  Breach("a run closes its targets", { if case .targetsDiffer = $0 { true } else { false } }) {
    _ in finish("open", [balance("other")])
  },
  Breach("books balance", { if case .booksDoNotBalance = $0 { true } else { false } }) { _ in
    finish("open", [balance("all", residual: 99)])
  },
  Breach("a run finishes once", { if case .noOpenRun = $0 { true } else { false } }) { _ in
    finish("done", [balance("all")])
  },
  Breach("only a finished run is released", { if case .notReleasable = $0 { true } else { false } })
  { _ in .modelReleased(ModelRelease(model: testModel("open"), files: [:], parents: [])) },
  Breach("a model is released once", { if case .notReleasable = $0 { true } else { false } }) { _ in
    .modelReleased(ModelRelease(model: testModel("done"), files: [:], parents: []))
  },
  Breach("a release has its run's files", { if case .releaseDiffers = $0 { true } else { false } })
  { _ in
    .modelReleased(
      ModelRelease(
        model: testModel("closed"),
        files: [
          "model.safetensors": testDigest("w"), "books/books.json": testDigest("b"),
          "shares.json": testDigest("other"),
        ], parents: []))
  },
  Breach("only a released model earns", { if case .unknownModel = $0 { true } else { false } }) {
    _ in
    .revenueReported(
      RevenueReport(
        model: testModel("closed"), amount: Amount(minorUnits: 1, currency: testCurrency("EUR")),
        period: testPeriod("2026")))
  },
  Breach(
    "revenue is never negative in sum", { if case .revenueOutOfRange = $0 { true } else { false } }
  ) { _ in
    .revenueReported(
      RevenueReport(
        model: testModel("done"), amount: Amount(minorUnits: -101, currency: testCurrency("EUR")),
        period: testPeriod("2026")))
  },
  Breach("revenue stays exact", { if case .revenueOutOfRange = $0 { true } else { false } }) { _ in
    .revenueReported(
      RevenueReport(
        model: testModel("done"),
        amount: Amount(minorUnits: Amount.largestMinorUnits, currency: testCurrency("EUR")),
        period: testPeriod("2026")))
  },
  Breach("settlements are numbered", { if case .settlementOutOfOrder = $0 { true } else { false } })
  { _ in settlement("2026", number: 2) },
  Breach("a settlement adds up", { if case .settlementDoesNotAddUp = $0 { true } else { false } }) {
    _ in settlement("2026", number: 1, retained: 61)
  },
  Breach(
    "a settlement has one line an account",
    { if case .settlementDoesNotAddUp = $0 { true } else { false } }
  ) { _ in settlement("2026", number: 1, lines: 2) },
  Breach("only released models are settled", { if case .unknownModel = $0 { true } else { false } })
  { _ in settlement("2026", number: 1, model: "open") },
  Breach("the operator settles", by: 1, { if case .notTheOperator = $0 { true } else { false } }) {
    _ in settlement("2026", number: 1)
  },
]

@Suite struct FoldTests {
  /// A register in which every rule can be broken.
  struct Sample: Sendable {
    var ledger: SampleLedger
    var grant: Grant
    var revoked: Digest
  }

  private static let sample = Result<Sample, any Error> {
    var ledger = try SampleLedger()
    try ledger.join(1)
    try ledger.join(2)
    try ledger.add(testDigest("ada's"), of: 1)
    let grant = try Grant(
      terms: terms(), signedBy: testKey(1), uuid: [UInt8](repeating: 1, count: 16))
    try ledger.append(.grantIssued(grant), by: 1)
    let revoked = try ledger.grant(.sample(for: [.index]), by: 1)
    try ledger.revoke(revoked, by: 1)
    try ledger.release(testModel("done"))
    try ledger.report(100, "EUR", of: testModel("done"), in: "2026")
    try ledger.append(admission("open", size: ledger.state.size))
    try ledger.append(
      admission("to evaluate", size: ledger.state.size, purpose: .evaluate))
    try ledger.append(admission("of another", size: ledger.state.size, grantee: 1))
    for name in ["open", "closed"] {
      try ledger.append(start(name, manifest: "open"))
      try ledger.append(checkpoint(name, segment: 1, step: 20))
    }
    try ledger.append(finish("closed", [balance("all")]))
    return Sample(ledger: ledger, grant: grant, revoked: revoked)
  }

  @Test(arguments: breaches)
  fileprivate func `An event that breaks a rule is refused and changes nothing`(breach: Breach)
    throws
  {
    let sample = try Self.sample.get()
    var state = sample.ledger.state
    let event = try Event(
      body: try breach.body(sample), at: testMoment(99), signedBy: testKey(breach.signer))
    let error = #expect(throws: RegisterError.self) { try state.apply(event) }
    if let error { #expect(breach.error(error), "\(error)") }
    #expect(Self.facts(of: state) == Self.facts(of: sample.ledger.state))
  }

  @Test func `A log begins with its operator`() throws {
    for body in [
      EventBody.partyRegistered(PartyRegistration(role: .contributor, name: testDigest("x"))),
      admission("m", size: 0),
    ] {
      var state = RegisterState()
      let event = try Event(body: body, at: testMoment(), signedBy: testKey(0))
      guard
        case .notFounded = #expect(
          throws: RegisterError.self, performing: { try state.apply(event) })
      else {
        Issue.record("another error")
        continue
      }
      #expect(state.size == 0 && state.parties.isEmpty && state.operator == nil)
    }
  }

  @Test func `Folding the entries again gives the same state`() throws {
    let ledger = try Self.sample.get().ledger
    var state = RegisterState()
    for event in ledger.events { try state.apply(try Event(parsing: event.bytes)) }
    #expect(Self.facts(of: state) == Self.facts(of: ledger.state))
    #expect(state.size == ledger.events.count)
  }

  /// Everything a state holds, as text that can be compared.
  private static func facts(of state: RegisterState) -> [String] {
    var facts = ["\(state.size) \(String(describing: state.operator))"]
    facts += state.parties.map { "\($0) \($1)" }.sorted()
    facts += state.works.map { "\($0) \($1)" }.sorted()
    facts += state.grants.map {
      "\($0.identifier) \($0.position) \(String(describing: $0.revokedAt))"
    }
    facts += state.admissions.map { "\($0) \($1)" }.sorted()
    for run in state.runs.values.sorted(by: { $0.start.model < $1.start.model }) {
      facts.append(
        "\(run.start.model) \(run.position) \(run.checkpoints) \(String(describing: run.finish))"
          + " \(run.release?.identifier.hex ?? "open")")
    }
    facts += state.revenues.map { "\($0)" } + state.settlements.map { "\($0)" }
    return facts
  }
}
