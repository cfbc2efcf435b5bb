// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Money
import Primitives
import Register
import Service
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

private let withSodium = interpreter(
  importing: "nacl, sqlite3", for: "the second auditor, in Python")

/// `cadastre verify` and a program that shares no code with it come to the same verdict.
@Suite(.enabled(if: withSodium != nil))
struct AuditorTests {
  private let desk: Desk

  init() throws { desk = try Sample.copy() }

  private func audit() throws -> BuiltProgram.Outcome {
    let python = try #require(withSodium)
    return try python.run(
      [CrossCheckTests.scripts + "/audit_log.py", desk.register], in: desk.root)
  }

  /// Requires that both refuse the register, and gives what they say.
  @discardableResult
  private func expectRefusal(_ what: String) throws -> (ours: String, theirs: String) {
    let ours = try desk.run(["verify"])
    #expect(ours.status == 1, "verify: \(what)")
    let theirs = try audit()
    #expect(theirs.status == 1, "audit_log.py: \(what)")
    #expect(theirs.errors.isEmpty, "\(what): \(theirs.errors)")
    #expect(theirs.output.contains("DIFFERS"), "\(what)")
    return (ours.output, theirs.output)
  }

  private func expectAcceptance() throws {
    let ours = try desk.run(["verify"])
    #expect(ours.status == 0, "\(ours.output)")
    let theirs = try audit()
    #expect(
      theirs.status == 0,
      "\(theirs.output.split(separator: "\n").filter { $0.hasPrefix("DIFFERS") })\(theirs.errors)")
    #expect(theirs.output.hasSuffix(" 0 differences\n"))
  }

  @Test func `Both accept a register after everything that commands can do to it`() throws {
    try expectAcceptance()
    try desk.json("key", "new", "dora", "--territory", "DE")
    try desk.place("a song of three words and some more that go on for a while", at: "song.txt")
    try desk.json(
      "work", "add", "song.txt", "--key", "dora", "--owner", "dora=2", "--owner", "ben=1",
      "--quorum", "2")
    try desk.json("grant", "--all", "--purpose", "train", "--rate", "7%", "--key", "dora")
    let page = try #require(try desk.json("grants", "list") as? [String: Any])
    let grants = try #require(page["grants"] as? [[String: Any]])
    for (index, grant) in grants.enumerated() {
      let name = try #require(grant["grant"] as? String)
      for author in Desk.authors + ["dora"] {
        _ = try desk.run([index == 0 ? "revoke" : "suspend", name, "--key", author])
        if index == 2 { _ = try desk.run(["resume", name, "--key", author]) }
      }
    }
    try desk.place("User-agent: *\nContent-Signal: ai-train=no\n", at: "robots.txt")
    _ = try desk.json("signals", "read", "robots.txt", "--party", "cleo", "--all")
    let corpus = desk.root + "/corpus"
    try FileManager.default.copyItem(atPath: desk.root + "/song.txt", toPath: corpus + "/song.txt")
    try desk.place("nobody registered this text", at: "corpus/stray.txt")
    try desk.json("admit", corpus, "--out", "again.json")
    try desk.json(
      "revenue", Sample.model, "--amount=-100.00", "--currency", "EUR", "--period", "2026-Q4",
      "--late")
    try desk.json("settle", "--period", "2026-Q4")
    try desk.json("erase", "cleo", "--yes")
    let works = try #require(try desk.json("work", "list") as? [String: Any])
    let work = try #require((works["works"] as? [[String: Any]])?.first?["work"] as? String)
    try desk.json("erase", work, "--yes")
    try expectAcceptance()
  }

  @Test(arguments: TamperTests.kinds.filter { $0.name != "projection" })
  func `Both refuse an altered byte, a file cut short and a file that is gone`(
    _ kind: TamperTests.Kind
  ) throws {
    var random = Philox4x32(key: 99, stream: UInt64(kind.name.utf8.count))
    let files = try desk.files().filter(kind.holds)
    let path = files[Int(random.below(UInt32(files.count)))]
    let whole = try desk.bytes(path)
    for _ in 0..<2 {
      var altered = whole
      let offset = Int(random.below(UInt32(whole.count)))
      altered[offset] ^= UInt8(1 + random.below(255))
      try desk.write(altered, to: path)
      try expectRefusal("\(path): byte \(offset) from \(whole[offset]) to \(altered[offset])")
    }
    try desk.write(whole.dropLast(), to: path)
    try expectRefusal("\(path): cut short")
    guard !kind.mayBeGone else { return }
    try FileManager.default.removeItem(atPath: desk.register + "/" + path)
    let gone = try audit()
    #expect(gone.status == 1 && gone.errors.isEmpty, "\(path) is gone: \(gone.errors)")
  }

  @Test(arguments: [
    "log/stray", "fingerprints/00.grams", "admissions/00/manifest.json", "models/tiny/extra.bin",
    "settlements/2026-Q3-1.json",
  ])
  func `Both name a file that nothing accounts for`(_ path: String) throws {
    try desk.write([1, 2, 3], to: path)
    #expect(try expectRefusal(path).theirs.contains(path))
  }

  // MARK: - What a dishonest operator could log

  /// Appends an event to the log that no command would append.
  private func forge(_ body: EventBody, signedBy name: String = "operator") throws {
    let layout = RegisterLayout(root: desk.register)
    let keys = KeyStore(layout)
    let signer = try #require(
      try RegisterConfiguration.read(layout).signer(try keys.load("operator")))
    let event = try Event(
      body: body, at: Timestamp(secondsSinceEpoch: 1_800_000_000), signedBy: try keys.load(name))
    _ = try LogWriter.open(path: layout.log, signer: signer).append([event.bytes])
  }

  private func state() throws -> RegisterState {
    try RegisterSnapshot.read(RegisterLayout(root: desk.register)).state
  }

  /// Forgeries by name: what is logged against the rules, and who signs it.
  private static let forgeries:
    [String: @Sendable (RegisterState, ModelName) throws -> (EventBody, String)] = [
      "a second operator": { _, _ in
        (.partyRegistered(.init(role: .operator, name: testDigest("x"), address: nil)), "operator")
      },
      "a party twice": { _, _ in
        (.partyRegistered(.init(role: .contributor, name: testDigest("x"))), "ada")
      },
      "a work twice": { state, _ in
        let work = try #require(state.works.values.first)
        return (.workRegistered(work.registration), "ben")
      },
      "a revocation by another": { state, _ in
        let grant = try #require(state.grants.first { $0.grant.issuer != state.operator })
        return (.grantRevoked(.init(grant: grant.identifier)), "operator")
      },
      "a grant twice": { state, _ in
        (.grantIssued(try #require(state.grants.first).grant), "operator")
      },
      "revenue by another": { _, model in
        let amount = try Amount("1.00", currency: try #require(Currency(code: "EUR")))
        let period = try #require(Period("2026-Q4"))
        return (.revenueReported(.init(model: model, amount: amount, period: period)), "ada")
      },
      "revenue below zero": { _, model in
        let amount = try Amount("-5000.00", currency: try #require(Currency(code: "EUR")))
        let period = try #require(Period("2026-Q4"))
        return (.revenueReported(.init(model: model, amount: amount, period: period)), "operator")
      },
      "a settlement twice": { state, _ in
        (.settlementComputed(try #require(state.settlements.first).record), "operator")
      },
      "a checkpoint of a closed run": { state, model in
        (.runCheckpointed(try #require(state.runs[model]?.checkpoints.last)), "operator")
      },
      "a result twice": { state, model in
        (.runFinished(try #require(state.runs[model]?.finish)), "operator")
      },
      "a release twice": { state, model in
        (.modelReleased(try #require(state.runs[model]?.release)), "operator")
      },
      "a run twice": { state, model in
        (.runStarted(try #require(state.runs[model]).start), "operator")
      },
      "an erasure by another": { state, _ in
        let party = try #require(state.parties.first { $0.value.role == .contributor })
        let opening = OpeningErasure.Opening(
          commitment: party.value.name, subject: .party(party.key))
        return (.openingErased(try #require(OpeningErasure.parts(of: [opening]).first)), "ada")
      },
      "an erasure of nothing": { _, _ in
        let opening = OpeningErasure.Opening(
          commitment: testDigest("none"), subject: .work(testDigest("none")))
        return (.openingErased(try #require(OpeningErasure.parts(of: [opening]).first)), "operator")
      },
      "an admission twice": { state, _ in
        (.admissionDecided(try #require(state.admissions.values.first).record), "operator")
      },
    ]

  @Test(arguments: forgeries.keys.sorted())
  func `Both refuse an entry that breaks a rule, though it is signed and in the tree`(
    _ name: String
  ) throws {
    let state = try state()
    let model = try #require(ModelName(Sample.model))
    let forgery = try #require(Self.forgeries[name])
    let (body, signer) = try forgery(state, model)
    try forge(body, signedBy: signer)
    let said = try expectRefusal(name)
    #expect(said.ours.contains("entry \(state.size):"), "\(said.ours)")
    #expect(said.theirs.contains("DIFFERS  entry \(state.size): "), "\(said.theirs)")
  }

  @Test func `Both refuse a run on works whose grants were revoked before it started`() throws {
    let model = try #require(ModelName(Sample.model))
    let start = try #require(try state().runs[model]).start
    let grant = try #require(try state().grants.last)
    for author in Desk.authors {
      _ = try desk.run(["revoke", grant.identifier.hex, "--key", author])
    }
    try #require(try state().grant(grant.identifier)?.revokedAt != nil)
    let writer = try RegisterWriter(
      RegisterLayout(root: desk.register), clock: { Timestamp(secondsSinceEpoch: 1_800_000_000) })
    try writer.append([
      .runStarted(
        RunStart(
          model: try #require(ModelName("late")), manifest: start.manifest,
          configuration: start.configuration, seed: start.seed, software: start.software,
          kernels: start.kernels, library: start.library, initialWeights: start.initialWeights,
          targets: start.targets))
    ])
    let said = try expectRefusal("a revoked grant")
    #expect(said.ours.contains("without a standing grant"))
    #expect(said.theirs.contains("DIFFERS  late: 6 works are granted"), "\(said.theirs)")
  }
}
