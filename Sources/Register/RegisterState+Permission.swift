// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Signing

/// Whether a party may use a work for a purpose, and by which grant.
package enum Permission: Sendable {
  /// A grant holds; of several owners, the last of those that agree.
  case granted(RegisterState.IssuedGrant)
  /// The work is not in the register.
  case notRegistered
  /// The work is registered and nobody granted anything.
  case noGrant
  /// Grants exist, none for this purpose; the purposes there are.
  case otherPurpose([Purpose])
  /// Grants exist for this purpose, none for this grantee.
  case otherGrantee
  /// Grants exist for this purpose and grantee, for use in these territories only.
  case otherTerritory([Territory])
  /// The last grant that would hold was revoked at that position.
  case revoked(position: Int)
  /// The last grant that would hold is suspended since that position.
  case suspended(position: Int)
  /// A grant for this purpose and grantee exists, and does not hold at this moment.
  case notInForce
  /// Some owners granted it, and those who agree on the price do not reach the quorum.
  case noQuorum(weight: Int64, quorum: Int64)
  /// A model generated the work, and nobody who may has granted to learn from what it generates.
  case noLicenceToDistil(model: Digest)
}

extension Permission {
  /// Whether a grant holds.
  package var isGranted: Bool {
    if case .granted = self { true } else { false }
  }
}

extension RegisterState {
  /// Finds the grant that lets a party use a work for a purpose as of this state.
  ///
  /// Of several grants that hold, the latest counts. Without one the answer names the reason that
  /// comes closest to a grant. Absence of information never grants. A work that a model generated
  /// needs that model's licence too where weights change by the use.
  ///
  /// - Parameters:
  ///   - work: The digest of the work's bytes.
  ///   - purpose: The use.
  ///   - grantee: Who wants to use it.
  ///   - moment: The moment for terms that begin or end.
  ///   - territory: Where it will be used; a grant for some territories holds only in a stated one.
  /// - Returns: The grant, or why there is none.
  package func permission(
    for work: Digest, purpose: Purpose, grantee: DIDKey, at moment: Timestamp,
    in territory: Territory? = nil
  ) -> Permission {
    guard let registered = works[work] else { return .notRegistered }
    let use = Use(purpose: purpose, grantee: grantee, moment: moment, territory: territory)
    let permission = use.permission(
      among: grants(covering: registered), quorum: registered.quorum,
      weight: registered.weight(of:))
    guard permission.isGranted, purpose.changesWeights,
      let model = registered.registration.generator
    else { return permission }
    let licence = Use(purpose: .distil, grantee: grantee, moment: moment, territory: territory)
    let licences = (grantsBySubject[.model(model)] ?? []).map { grants[$0] }
    let mayDistil = licence.permission(among: licences, quorum: 1) { _ in 1 }.isGranted
    return mayDistil ? permission : .noLicenceToDistil(model: model)
  }
}

/// What a party wants to do, where and when.
private struct Use {
  let purpose: Purpose
  let grantee: DIDKey
  let moment: Timestamp
  let territory: Territory?

  /// Narrows grants in log order down to those that hold; the step that leaves none is the reason.
  func permission(
    among candidates: [RegisterState.IssuedGrant], quorum: Int64, weight: (DIDKey) -> Int64
  ) -> Permission {
    guard !candidates.isEmpty else { return .noGrant }
    let named = candidates.filter { $0.grant.terms.purposes.contains(purpose) }
    guard !named.isEmpty else {
      let purposes = Set(candidates.flatMap(\.grant.terms.purposes))
      return .otherPurpose(purposes.sorted { $0.rawValue < $1.rawValue })
    }
    let addressed = named.filter { $0.grant.terms.allows(grantee) }
    guard !addressed.isEmpty else { return .otherGrantee }
    let placed = addressed.filter { $0.grant.terms.allows(in: territory) }
    guard !placed.isEmpty else {
      return .otherTerritory(Set(addressed.flatMap(\.grant.terms.territories)).sorted())
    }
    let unrevoked = placed.filter { $0.revokedAt == nil }
    guard !unrevoked.isEmpty else {
      return .revoked(position: placed.compactMap(\.revokedAt).max() ?? 0)
    }
    let standing = unrevoked.filter { $0.suspendedAt == nil }
    guard !standing.isEmpty else {
      return .suspended(position: unrevoked.compactMap(\.suspendedAt).max() ?? 0)
    }
    let inForce = standing.filter { $0.grant.terms.isInForce(at: moment) }
    guard !inForce.isEmpty else { return .notInForce }
    return agreed(inForce, quorum: quorum, weight: weight)
  }

  /// The last grant of owners who agree on the price and reach the quorum.
  private func agreed(
    _ inForce: [RegisterState.IssuedGrant], quorum: Int64, weight: (DIDKey) -> Int64
  ) -> Permission {
    var best: Int64 = 0
    for grant in inForce.reversed() {
      let voices = inForce.filter { $0.grant.terms.price == grant.grant.terms.price }
      let agreeing = Set(voices.map(\.grant.issuer)).reduce(Int64(0)) { $0 + weight($1) }
      if agreeing >= quorum { return .granted(grant) }
      best = max(best, agreeing)
    }
    return .noQuorum(weight: best, quorum: quorum)
  }
}
