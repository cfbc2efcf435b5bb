// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Money
package import Primitives
package import Register
package import Signing

/// How a candidate derives from an earlier work, as far as the gate can show it.
package struct CopyEvidence: Hashable, Sendable {
  /// The earlier work.
  package let original: Digest
  /// By which rule it derives.
  package let reason: Derivation
  /// The distinct 8-grams that both have.
  package let matching: Int
  /// The distinct 8-grams of the candidate.
  package let ofCandidate: Int
  /// The distinct 8-grams of the earlier work.
  package let ofOriginal: Int
  /// The longest matching passages, as byte ranges of the candidate.
  package let passages: [Range<Int>]

  /// Makes evidence.
  package init(
    original: Digest, reason: Derivation, matching: Int, ofCandidate: Int, ofOriginal: Int,
    passages: [Range<Int>]
  ) {
    self.original = original
    self.reason = reason
    self.matching = matching
    self.ofCandidate = ofCandidate
    self.ofOriginal = ofOriginal
    self.passages = passages
  }
}

extension CopyEvidence {
  /// The same evidence without the passages.
  package var withoutPassages: CopyEvidence { with(passages: []) }

  /// The same evidence with other passages.
  func with(passages: [Range<Int>]) -> CopyEvidence {
    CopyEvidence(
      original: original, reason: reason, matching: matching, ofCandidate: ofCandidate,
      ofOriginal: ofOriginal, passages: passages)
  }

  /// The form in a leaf.
  package var json: JSON {
    [
      "original": .string(original.hex), "rule": .string(reason.rawValue),
      "matchingGrams": .integer(Int64(matching)), "candidateGrams": .integer(Int64(ofCandidate)),
      "originalGrams": .integer(Int64(ofOriginal)),
      "passages": .array(
        passages.map { [.integer(Int64($0.lowerBound)), .integer(Int64($0.upperBound))] }),
    ]
  }
}

/// What the gate says of one candidate, and why.
package enum Verdict: Hashable, Sendable {
  /// The work is admitted by a grant.
  case admitted(grant: Digest, rate: Rate)
  /// The bytes are not in the register.
  case notRegistered
  /// The work is registered without any grant.
  case noGrant
  /// There are grants, none for the purpose asked.
  case otherPurpose([Purpose])
  /// There are grants for the purpose, none for the party that asks.
  case otherGrantee
  /// The grant's time has not begun or is over.
  case notInForce
  /// There are grants for the purpose and the party, for use in these territories only.
  case otherTerritory([Territory])
  /// The grant was revoked at that position of the log.
  case revoked(position: Int)
  /// The grant is suspended since that position of the log.
  case suspended(position: Int)
  /// The owners who granted it at one price do not reach the quorum.
  case noQuorum(weight: Int64, quorum: Int64)
  /// A model generated the work, and its licence to learn from what it generates is not there.
  case noLicenceToDistil(model: Digest)
  /// The work derives from an earlier one that may not be used, or is another owner's.
  case copy(CopyEvidence)
  /// So much of the work stood in it before that it would be paid for the repetition.
  case repetitive(repeated: Int, of: Int)
  /// The owner's own sources say otherwise since the grant: held until the owner decides.
  case contrarySignal(SignalReference)
  /// The file cannot be read as text; the reason.
  case unreadable(String)

  /// Whether the candidate may be used.
  package var isAdmitted: Bool {
    if case .admitted = self { true } else { false }
  }

  /// Whether a grant holds for the candidate; whether it is a copy is looked at then only.
  package var isGranted: Bool {
    switch self {
    case .admitted, .contrarySignal: true
    default: false
    }
  }

  /// What becomes of the candidate: admitted, refused, or held until its owner decides.
  package var outcome: String {
    switch self {
    case .admitted: "admit"
    case .contrarySignal: "hold"
    default: "refuse"
    }
  }

  /// The stable code of the reason (`5-register-and-gate`: admission, in this order).
  package var code: String {
    switch self {
    case .admitted: "admitted"
    case .notRegistered, .noGrant, .otherPurpose, .otherGrantee, .otherTerritory, .notInForce,
      .noQuorum:
      "no-grant"
    case .revoked, .suspended: "revoked"
    case .noLicenceToDistil: "no-licence-to-distil"
    case .copy: "copy-of"
    case .repetitive: "repetitive"
    case .contrarySignal: "contrary-signal"
    case .unreadable: "unreadable"
    }
  }

  /// The reason in words, without titles or names.
  package var explanation: String {
    switch self {
    case .admitted(_, let rate): "granted at \(rate)"
    case .notRegistered: "not in the register"
    case .noGrant: "no grant covers it"
    case .otherPurpose(let purposes):
      "granted only to " + purposes.map(\.rawValue).joined(separator: ", ")
    case .otherGrantee: "granted to others only"
    case .notInForce: "the grant is not in force at this time"
    case .otherTerritory(let territories):
      "granted only for use in " + territories.map(\.code).joined(separator: ", ")
    case .revoked(let position): "the grant was revoked at entry \(position)"
    case .suspended(let position): "the grant is suspended since entry \(position)"
    case .noQuorum(let weight, let quorum):
      "owners of \(weight) parts agree, and \(quorum) are needed"
    case .noLicenceToDistil(let model):
      "generated by the model \(model.short), which gave no licence to learn from it"
    case .copy(let evidence):
      "\(evidence.matching) of its \(evidence.ofCandidate) 8-grams stand in"
        + " \(evidence.original.short)"
    case .repetitive(let repeated, let grams):
      "\(repeated) of its \(grams) 8-grams stood in it before: register it without the repetition"
    case .contrarySignal(let signal): signal.explanation
    case .unreadable(let reason): reason
    }
  }
}

/// One decision of the gate, provable by itself: a leaf under `decisionsRoot`.
package struct Decision: Hashable, Sendable {
  /// The candidate's path below the corpus directory, `/` between names.
  package let path: String
  /// The SHA-256 of its bytes; nil where they could not be read.
  package let work: Digest?
  /// The size in bytes.
  package let byteCount: Int
  /// Who owns the registered work.
  package let owner: DIDKey?
  /// What was decided.
  package let verdict: Verdict

  /// Makes a decision.
  package init(path: String, work: Digest?, byteCount: Int, owner: DIDKey?, verdict: Verdict) {
    self.path = path
    self.work = work
    self.byteCount = byteCount
    self.owner = owner
    self.verdict = verdict
  }

  /// The same decision without the passages, which only who has the text can find again.
  package var withoutPassages: Decision {
    guard case .copy(let evidence) = verdict else { return self }
    return Decision(
      path: path, work: work, byteCount: byteCount, owner: owner,
      verdict: .copy(evidence.withoutPassages))
  }

  /// The leaf: every fact that the decision relied on.
  package var json: JSON {
    var object: JSONObject = [
      "path": .string(path), "bytes": .integer(Int64(byteCount)),
      "decision": .string(verdict.outcome),
      "reason": .string(verdict.code), "explanation": .string(verdict.explanation),
    ]
    object["work"] = work.map { .string($0.hex) }
    object["owner"] = owner.map { .string($0.text) }
    switch verdict {
    case .admitted(let grant, let rate):
      object["grant"] = .string(grant.hex)
      object["ratePartsPerMillion"] = .integer(rate.partsPerMillion)
    case .revoked(let position): object["revokedAt"] = .integer(Int64(position))
    case .suspended(let position): object["suspendedAt"] = .integer(Int64(position))
    case .otherTerritory(let territories):
      object["grantedTerritories"] = .array(territories.map { .string($0.code) })
    case .noQuorum(let weight, let quorum):
      object["agreeing"] = .integer(weight)
      object["quorum"] = .integer(quorum)
    case .noLicenceToDistil(let model): object["model"] = .string(model.hex)
    case .repetitive(let repeated, let grams):
      object["repeatedGrams"] = .integer(Int64(repeated))
      object["grams"] = .integer(Int64(grams))
    case .contrarySignal(let signal): object["signal"] = signal.json
    case .otherPurpose(let purposes):
      object["grantedPurposes"] = .array(purposes.map { .string($0.rawValue) })
    case .copy(let evidence):
      object["evidence"] = evidence.json
    default: break
    }
    return .object(object)
  }
}
