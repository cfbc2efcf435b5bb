// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Disclosure
import Primitives
import Register
import Signing
import TestSupport

/// Facts as a register would give them: two owners, three works, two grants, one of them revoked.
enum SampleFacts {
  static let secret = "Ada | Lovelace\u{1B}[31m"

  static func party(_ number: Int, named: Bool) -> PartyFacts {
    PartyFacts(did: testParty(number), name: named ? secret : nil)
  }

  static func grant(_ number: Int, rate: Int64, named: Bool, revoked: Int?) throws -> GrantFacts {
    let terms = GrantTerms.sample(to: .party(testParty(0)), rate: rate, until: 1_000_000)
    let uuid = [UInt8](repeating: UInt8(number), count: 16)
    let signed = try Grant(terms: terms, signedBy: testKey(number), uuid: uuid)
    return GrantFacts(
      identifier: signed.identifier, credential: signed.credential,
      issuer: party(number, named: named), grantee: party(0, named: false),
      purposes: terms.purposes, rate: terms.rate, validFrom: terms.validFrom,
      validUntil: terms.validUntil, entry: LogEntry(position: number, at: testMoment(1)),
      revocation: revoked.map { LogEntry(position: $0, at: testMoment(9)) })
  }

  static func corpus(named: Bool = false, bytes: Int = 1_000) throws -> CorpusFacts {
    let grants = [
      try grant(1, rate: 50_000, named: named, revoked: nil),
      try grant(2, rate: 120_000, named: named, revoked: 30),
    ]
    let works = (0..<3).map { number in
      WorkFacts(
        work: testDigest("work \(number)"), byteCount: bytes, title: named ? secret : nil,
        owner: party(number % 2 + 1, named: named),
        registration: LogEntry(position: number, at: testMoment(Int64(number) * 86_400)),
        grant: grants[number % 2].identifier)
    }
    return CorpusFacts(
      manifest: testDigest("manifest"), decisionsRoot: testDigest("decisions"), purpose: .train,
      grantee: party(0, named: false), admission: LogEntry(position: 12, at: testMoment(400_000)),
      refused: 4, works: works.sorted { $0.work < $1.work }, grants: grants)
  }

  static func model(tokenizer: Digest? = nil, base: [String: Digest]? = nil) -> ModelFacts {
    let name = testModel("poems")
    let weights = testDigest("weights")
    return ModelFacts(
      start: RunStart(
        model: name, manifest: testDigest("manifest"),
        configuration: ["training": ["steps": 20], "valuation": ["windows": 3]], seed: 7,
        software: "cadastre test", kernels: "haswell", library: "OpenBLAS test",
        initialWeights: testDigest("initial"), base: base, tokenizer: tokenizer,
        targets: [
          TargetCommitment(
            name: "all", digest: testDigest("target"), byteCount: 10, weight: 1,
            commonsLine: 2_500_000_000_000)
        ]),
      finish: RunFinish(
        model: name, steps: 20, weights: weights, books: testDigest("books"),
        shares: testDigest("shares"),
        balances: [
          RunFinish.Balance(
            target: "all", initialLoss: 5_000_000_000_000, finalLoss: 2_000_049_999_999,
            credited: 1, decay: 0, residual: 2_999_950_000_000)
        ]),
      release: ModelRelease(model: name, files: ["model.safetensors": weights], parents: []),
      started: LogEntry(position: 13, at: testMoment(500_000)),
      finished: LogEntry(position: 14, at: testMoment(600_000)),
      released: LogEntry(position: 15, at: testMoment(600_001)), parameterCount: 1_000,
      vocabularySize: 256, contextLength: 32, tokensSeen: 640,
      shares: [
        .init(owner: party(1, named: false), units: 400_000_000_000),
        .init(owner: party(2, named: false), units: 600_000_000_000),
      ])
  }

  static func facts(
    corpus: CorpusFacts? = nil, model: ModelFacts? = model(),
    statements: OperatorStatements = OperatorStatements()
  ) throws -> DisclosureFacts {
    DisclosureFacts(
      register: RegisterFacts(
        origin: "cadastre/test", keeper: party(0, named: false), treeSize: 40,
        root: testDigest("root"), software: "cadastre test"),
      corpus: try corpus ?? self.corpus(), model: model, statements: statements)
  }
}
