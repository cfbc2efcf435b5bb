// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Money
import Primitives
import Register
import Signing

extension Decision {
  /// Reads a leaf back, strictly: the value read gives the same leaf again.
  ///
  /// - Throws: `JSONFieldError` for anything that no decision of this version writes.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "a decision")
    path = try fields.string("path")
    byteCount = Int(try fields.integer("bytes"))
    let code = try fields.string("reason")
    let explanation = try fields.string("explanation")
    work = fields.optional("work")?.string.flatMap(Digest.init(hex:))
    owner = fields.optional("owner")?.string.flatMap { DIDKey($0) }
    switch code {
    case "admitted":
      verdict = .admitted(
        grant: try fields.parsed("grant", as: "a SHA-256 digest", Digest.init(hex:)),
        rate: Rate(
          partsPerMillion: try fields.integer("ratePartsPerMillion", in: 0...1_000_000))
          ?? .whole)
    case "copy-of": verdict = .copy(try CopyEvidence(json: try fields.value("evidence")))
    case "repetitive":
      verdict = .repetitive(
        repeated: Int(try fields.integer("repeatedGrams")), of: Int(try fields.integer("grams")))
    case "contrary-signal":
      verdict = .contrarySignal(try SignalReference(json: try fields.value("signal")))
    case "unreadable": verdict = .unreadable(explanation)
    case "revoked":
      verdict =
        fields.has("suspendedAt")
        ? .suspended(position: Int(try fields.integer("suspendedAt")))
        : .revoked(position: Int(try fields.integer("revokedAt")))
    case "no-licence-to-distil":
      verdict = .noLicenceToDistil(
        model: try fields.parsed("model", as: "a SHA-256 digest", Digest.init(hex:)))
    case "no-grant" where fields.has("quorum"):
      verdict = .noQuorum(
        weight: try fields.integer("agreeing"), quorum: try fields.integer("quorum"))
    case "no-grant" where fields.has("grantedTerritories"):
      verdict = .otherTerritory(
        try fields.array("grantedTerritories").compactMap { $0.string.flatMap(Territory.init) })
    default:
      let plain: [Verdict] = [.notRegistered, .noGrant, .otherGrantee, .notInForce]
      let purposes = fields.optional("grantedPurposes")?.array?.compactMap {
        $0.string.flatMap(Purpose.init(rawValue:))
      }
      verdict =
        purposes.map(Verdict.otherPurpose) ?? plain.first { $0.explanation == explanation }
        ?? .unreadable(explanation)
    }
    guard self.json == json else {
      throw .wrong(name: "explanation", expected: "in canonical form", subject: "a decision")
    }
  }
}

extension CopyEvidence {
  init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the evidence of a copy")
    original = try fields.parsed("original", as: "a SHA-256 digest", Digest.init(hex:))
    reason = try fields.parsed("rule", as: "a known rule", Derivation.init(rawValue:))
    matching = Int(try fields.integer("matchingGrams"))
    ofCandidate = Int(try fields.integer("candidateGrams"))
    ofOriginal = Int(try fields.integer("originalGrams"))
    var passages: [Range<Int>] = []
    for pair in try fields.array("passages") {
      guard let bounds = pair.array, bounds.count == 2, let start = bounds[0].integer,
        let end = bounds[1].integer, 0 <= start, start <= end
      else {
        throw .wrong(name: "passages", expected: "byte ranges", subject: "the evidence of a copy")
      }
      passages.append(Int(start)..<Int(end))
    }
    self.passages = passages
    try fields.finish()
  }
}
