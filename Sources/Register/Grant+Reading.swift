// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Money
import Primitives
import Signing

extension Grant {
  /// Reads the terms of a credential's subject, all of them or none.
  ///
  /// - Throws: `GrantError` for terms that this version does not know; `JSONFieldError` for a member
  ///   that is missing, malformed or unknown.
  static func terms(
    of subject: JSON, validFrom: Timestamp, validUntil: Timestamp?
  ) throws -> GrantTerms {
    var fields = try JSONFields(subject, of: "the credential's subject")
    let covered = try covered(&fields)
    let grantee: Grantee
    if let party = fields.optional("id") {
      guard let did = party.string.flatMap(DIDKey.init) else { throw GrantError.unknownGrantee }
      grantee = .party(did)
    } else {
      guard try fields.string("grantee") == "anyone" else { throw GrantError.unknownGrantee }
      grantee = .anyone
    }
    let purposes = try fields.array("purpose").map { value in
      guard let purpose = value.string.flatMap(Purpose.init(rawValue:)) else {
        throw GrantError.unknownPurpose
      }
      return purpose
    }
    guard !purposes.isEmpty else { throw GrantError.unknownPurpose }
    let parts = try fields.integer("ratePartsPerMillion", in: 0...Rate.whole.partsPerMillion)
    let inherit = try fields.bool("derivativesInherit")
    let fee = try fields.optional("minimumFee").map { try Amount(json: $0) }
    let territories = try fields.optional("territory").map(territories) ?? []
    try fields.finish()
    return GrantTerms(
      subject: covered, grantee: grantee, purposes: purposes,
      rate: Rate(partsPerMillion: parts) ?? .whole, minimumFee: fee, territories: territories,
      validFrom: validFrom, validUntil: validUntil, derivativesInherit: inherit)
  }

  /// What the subject names: exactly one of the members that can name something.
  private static func covered(_ fields: inout JSONFields) throws -> GrantSubject {
    let named = ["work", "collection", "model"].filter { fields.has($0) }
    guard named.count == 1 else { throw GrantError.unknownSubject }
    let text = try fields.string(named[0])
    if named[0] == "work", text == allWorks { return .allWorks }
    guard text.hasPrefix(digestPrefix),
      let digest = Digest(hex: String(text.dropFirst(digestPrefix.count)))
    else { throw GrantError.unknownSubject }
    return switch named[0] {
    case "work": .work(digest)
    case "collection": .collection(digest)
    default: .model(digest)
    }
  }

  private static func territories(_ json: JSON) throws(GrantError) -> [Territory] {
    guard let listed = json.array, (1...GrantTerms.maximumTerritories).contains(listed.count)
    else { throw .unknownTerritory }
    let territories = listed.compactMap { $0.string.flatMap(Territory.init) }
    guard territories.count == listed.count,
      zip(territories, territories.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw .unknownTerritory }
    return territories
  }
}
