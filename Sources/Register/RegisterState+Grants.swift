// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Signing

/// Whether a party may use a work for a purpose, and by which grant.
package enum Permission: Sendable {
  /// A grant holds.
  case granted(RegisterState.IssuedGrant)
  /// The work is not in the register.
  case notRegistered
  /// The work is registered and nobody granted anything.
  case noGrant
  /// Grants exist, none for this purpose; the purposes there are.
  case otherPurpose([Purpose])
  /// Grants exist for this purpose, none for this grantee.
  case otherGrantee
  /// A grant for this purpose and grantee exists, and does not hold at this moment.
  case notInForce
  /// The last grant that would hold was revoked at that position.
  case revoked(position: Int)
}

extension RegisterState {
  /// Finds the grant that lets a party use a work for a purpose as of this state.
  ///
  /// Of several grants that hold, the latest counts. Without one the answer names the reason that
  /// comes closest to a grant. Absence of information never grants.
  ///
  /// - Parameters:
  ///   - work: The digest of the work's bytes.
  ///   - purpose: The use.
  ///   - grantee: Who wants to use it.
  ///   - moment: The moment for terms that begin or end.
  /// - Returns: The grant, or why there is none.
  package func permission(
    for work: Digest, purpose: Purpose, grantee: DIDKey, at moment: Timestamp
  ) -> Permission {
    guard let registered = works[work] else { return .notRegistered }
    let indices = (grantsByWork[work] ?? []) + (grantsByIssuer[registered.owner] ?? [])
    guard !indices.isEmpty else { return .noGrant }
    let candidates = indices.sorted().map { grants[$0] }
    let named = candidates.filter { $0.grant.terms.purposes.contains(purpose) }
    guard !named.isEmpty else {
      let purposes = Set(candidates.flatMap(\.grant.terms.purposes))
      return .otherPurpose(purposes.sorted { $0.rawValue < $1.rawValue })
    }
    let addressed = named.filter { candidate in
      switch candidate.grant.terms.grantee {
      case .anyone: true
      case .party(let party): party == grantee
      }
    }
    guard !addressed.isEmpty else { return .otherGrantee }
    let standing = addressed.filter { $0.revokedAt == nil }
    guard !standing.isEmpty else {
      return .revoked(position: addressed.compactMap(\.revokedAt).max() ?? 0)
    }
    let inForce = standing.last { candidate in
      let terms = candidate.grant.terms
      return terms.validFrom <= moment && terms.validUntil.map { moment < $0 } ?? true
    }
    return inForce.map(Permission.granted) ?? .notInForce
  }
}
