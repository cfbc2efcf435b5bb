// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Signing

/// What an event says: one case a type, each with its payload as a value.
package enum EventBody: Sendable {
  case partyRegistered(PartyRegistration)
  case workRegistered(WorkRegistration)
  case grantIssued(Grant)
  case grantRevoked(GrantReference)
  case grantSuspended(GrantReference)
  case grantResumed(GrantReference)
  case collectionDeclared(CollectionDeclaration)
  case admissionDecided(AdmissionRecord)
  case runStarted(RunStart)
  case runCheckpointed(RunCheckpoint)
  case runFinished(RunFinish)
  case modelReleased(ModelRelease)
  case revenueReported(RevenueReport)
  case settlementComputed(SettlementRecord)
  case signalObserved(SignalObservation)
  case openingErased(OpeningErasure)

  private static let grantType = "grant.issued"

  /// The other types this version knows, and how the payload of each is read.
  private static let readers: [String: @Sendable (JSON) throws -> EventBody] = [
    "party.registered": { .partyRegistered(try PartyRegistration(payload: $0)) },
    "work.registered": { .workRegistered(try WorkRegistration(payload: $0)) },
    "grant.revoked": { .grantRevoked(try GrantReference(payload: $0, of: "grant.revoked")) },
    "grant.suspended": { .grantSuspended(try GrantReference(payload: $0, of: "grant.suspended")) },
    "grant.resumed": { .grantResumed(try GrantReference(payload: $0, of: "grant.resumed")) },
    "collection.declared": { .collectionDeclared(try CollectionDeclaration(payload: $0)) },
    "admission.decided": { .admissionDecided(try AdmissionRecord(payload: $0)) },
    "run.started": { .runStarted(try RunStart(payload: $0)) },
    "run.checkpointed": { .runCheckpointed(try RunCheckpoint(payload: $0)) },
    "run.finished": { .runFinished(try RunFinish(payload: $0)) },
    "model.released": { .modelReleased(try ModelRelease(payload: $0)) },
    "revenue.reported": { .revenueReported(try RevenueReport(payload: $0)) },
    "settlement.computed": { .settlementComputed(try SettlementRecord(payload: $0)) },
    "signal.observed": { .signalObserved(try SignalObservation(payload: $0)) },
    "opening.erased": { .openingErased(try OpeningErasure(payload: $0)) },
  ]

  /// Reads the payload of a type; an unknown type is an error, never ignored.
  init(type: String, payload: JSON, proofs: Event.Proofs = .verified) throws {
    if type == Self.grantType {
      self = .grantIssued(try Grant(payload: payload, proofs: proofs))
      return
    }
    guard let reader = Self.readers[type] else { throw EventError.unknownType(type) }
    self = try reader(payload)
  }

  /// The type's name in the log.
  package var type: String {
    switch self {
    case .partyRegistered: "party.registered"
    case .workRegistered: "work.registered"
    case .grantIssued: Self.grantType
    case .grantRevoked: "grant.revoked"
    case .grantSuspended: "grant.suspended"
    case .grantResumed: "grant.resumed"
    case .collectionDeclared: "collection.declared"
    case .admissionDecided: "admission.decided"
    case .runStarted: "run.started"
    case .runCheckpointed: "run.checkpointed"
    case .runFinished: "run.finished"
    case .modelReleased: "model.released"
    case .revenueReported: "revenue.reported"
    case .settlementComputed: "settlement.computed"
    case .signalObserved: "signal.observed"
    case .openingErased: "opening.erased"
    }
  }

  /// The payload as JSON of strings, booleans and exact integers.
  package var payload: JSON {
    switch self {
    case .partyRegistered(let value): value.payload
    case .workRegistered(let value): value.payload
    case .grantIssued(let value): value.payload
    case .grantRevoked(let value), .grantSuspended(let value), .grantResumed(let value):
      value.payload
    case .collectionDeclared(let value): value.payload
    case .admissionDecided(let value): value.payload
    case .runStarted(let value): value.payload
    case .runCheckpointed(let value): value.payload
    case .runFinished(let value): value.payload
    case .modelReleased(let value): value.payload
    case .revenueReported(let value): value.payload
    case .settlementComputed(let value): value.payload
    case .signalObserved(let value): value.payload
    case .openingErased(let value): value.payload
    }
  }
}
