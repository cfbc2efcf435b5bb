// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
package import Primitives
package import Signing

/// What a register holds after some prefix of its log: the fold of its events, in order.
///
/// The same fold runs before an event is appended and when an auditor reads the log, so an event
/// that breaks a rule can neither get in nor stay unnoticed. Nothing here reads a clock.
package struct RegisterState: Sendable {
  /// A party and where it registered.
  package struct Party: Sendable {
    package let role: PartyRegistration.Role
    package let name: Digest
    package let territory: Digest?
    package let address: String?
    package let position: Int
  }

  /// A work and where it was registered.
  package struct Work: Sendable {
    package let registration: WorkRegistration
    /// Who registered it: the one owner, or one of several.
    package let owner: DIDKey
    package let position: Int

    /// Every owner with the weight of its part, in the order of their keys.
    package var owners: [Ownership.Owner] {
      registration.ownership?.owners ?? [Ownership.Owner(party: owner, weight: 1)]
    }

    /// The weight of owners that must agree to a use.
    package var quorum: Int64 { registration.ownership?.quorum ?? 1 }

    /// The weight of a party's part; zero where it owns nothing of the work.
    package func weight(of party: DIDKey) -> Int64 {
      registration.ownership?.weight(of: party) ?? (party == owner ? 1 : 0)
    }
  }

  /// A grant, where it was issued, and where it was revoked or suspended if it was.
  package struct IssuedGrant: Sendable {
    package let grant: Grant
    package let identifier: Digest
    package let position: Int
    package var revokedAt: Int?
    package var suspendedAt: Int?

    /// Whether the grant is neither revoked nor suspended.
    package var isStanding: Bool { revokedAt == nil && suspendedAt == nil }
  }

  /// A collection of works and where its last part was declared.
  package struct Collection: Sendable {
    package let declarer: DIDKey
    package let count: Int
    package internal(set) var works: [Digest]
    package internal(set) var position: Int

    /// Whether all parts are there.
    package var isComplete: Bool { works.count == count }
  }

  /// An admission and where it was decided.
  package struct Admission: Sendable {
    package let record: AdmissionRecord
    package let position: Int
  }

  /// A run from its start to the release of its model.
  package struct Run: Sendable {
    package let start: RunStart
    package let position: Int
    package var checkpoints: [RunCheckpoint] = []
    package var finish: RunFinish?
    package var release: ModelRelease?
  }

  /// A revenue report and where it stands.
  package struct Revenue: Sendable {
    package let report: RevenueReport
    package let position: Int
  }

  /// A settlement and where it stands.
  package struct Settlement: Sendable {
    package let record: SettlementRecord
    package let position: Int
  }

  /// How many events were folded: the size of the tree.
  package private(set) var size = 0
  /// The last moment that the operator stated; its own events never go back behind it.
  package private(set) var lastOperatorMoment: Timestamp?
  /// Who keeps the register; nil before the first event.
  package internal(set) var `operator`: DIDKey?
  /// All parties by their key.
  package internal(set) var parties: [DIDKey: Party] = [:]
  /// All works by the digest of their bytes.
  package internal(set) var works: [Digest: Work] = [:]
  /// All grants in log order.
  package internal(set) var grants: [IssuedGrant] = []
  /// All admissions by the digest of their manifest.
  package internal(set) var admissions: [Digest: Admission] = [:]
  /// All runs by the model's name.
  package internal(set) var runs: [ModelName: Run] = [:]
  /// All revenue reports in log order.
  package internal(set) var revenues: [Revenue] = []
  /// All settlements in log order.
  package internal(set) var settlements: [Settlement] = []
  /// All observed signals in log order.
  package internal(set) var signals: [Signal] = []

  /// The commitments whose openings were erased, and the entry that says so.
  package internal(set) var erased: [Digest: Int] = [:]
  /// All collections by their root.
  package internal(set) var collections: [Digest: Collection] = [:]
  /// All released models by their identifier.
  package internal(set) var models: [Digest: ModelName] = [:]

  /// Where each grant stands in `grants`, by identifier, by what it covers, and by issuer for all works.
  var grantIndex: [Digest: Int] = [:]
  var grantsBySubject: [GrantSubject: [Int]] = [:]
  var grantsByIssuer: [DIDKey: [Int]] = [:]
  /// The complete collections that a work is in.
  var collectionsByWork: [Digest: [Digest]] = [:]
  /// The places in status lists that are taken, by list.
  var statusIndices: [Int: Set<Int>] = [:]
  var signalIndex = SignalIndex()
  /// Where events stand that could be logged twice, by the digest of their bytes.
  private var statements: [Digest: Int] = [:]

  /// The state of an empty log.
  package init() {}

  /// Folds the next event.
  ///
  /// - Throws: `RegisterError` where the event breaks a rule; the state is then unchanged.
  package mutating func apply(_ event: Event) throws(RegisterError) {
    let statement = Self.isRepeatable(event.body) ? SHA256.digest(event.bytes) : nil
    if let position = statement.flatMap({ statements[$0] }) { throw .repeated(position: position) }
    try fold(event)
    if let statement { statements[statement] = size }
    if event.by == `operator` { lastOperatorMoment = event.at }
    size += 1
  }

  /// Counts an entry that does not hold, so that positions stay those of the log; for auditors.
  package mutating func passOver() { size += 1 }

  /// Whether the rules of an event would take the very same bytes a second time.
  ///
  /// Who suspended a grant again would else be overruled by logging the old resumption once more.
  private static func isRepeatable(_ body: EventBody) -> Bool {
    switch body {
    case .grantSuspended, .grantResumed, .revenueReported, .signalObserved: true
    default: false
    }
  }

  /// The grant of that identifier.
  package func grant(_ identifier: Digest) -> IssuedGrant? {
    grantIndex[identifier].map { grants[$0] }
  }
}
