// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Money
package import Primitives
package import Signing

/// What a grant allows; a grant names each, and none implies another.
package enum Purpose: String, Sendable, CaseIterable {
  case train
  case fineTune = "fine-tune"
  case distil
  case ground
  case index
  case evaluate

  /// Whether a model's weights change by the use.
  package var changesWeights: Bool {
    switch self {
    case .train, .fineTune, .distil: true
    case .ground, .index, .evaluate: false
    }
  }
}

/// What a grant covers.
package enum GrantSubject: Hashable, Sendable {
  /// One work, by the SHA-256 of its bytes.
  case work(Digest)
  /// The works of a declared collection, by its Merkle root.
  case collection(Digest)
  /// Every work that the issuer has registered, or will.
  case allWorks
  /// What a released model generates, by the model's identifier.
  case model(Digest)
}

/// Whom a grant allows.
package enum Grantee: Hashable, Sendable {
  case party(DIDKey)
  case anyone
}

/// The terms of a grant, before it is signed.
package struct GrantTerms: Hashable, Sendable {
  /// What it covers.
  package var subject: GrantSubject
  /// Whom it allows.
  package var grantee: Grantee
  /// What for; sorted by name, at least one.
  package var purposes: [Purpose]
  /// The royalty on the revenue attributed to the work.
  package var rate: Rate
  /// What a model that used the work owes for it at least, once it has revenue; nil for nothing.
  package var minimumFee: Amount?
  /// Where the work may be used, in order; empty for everywhere.
  package var territories: [Territory]
  /// From when it holds.
  package var validFrom: Timestamp
  /// Until when it holds, that moment excluded; nil without end.
  package var validUntil: Timestamp?
  /// Whether derived models keep owing.
  package var derivativesInherit: Bool

  /// The most territories a grant names.
  package static let maximumTerritories = 300

  /// Makes terms.
  package init(
    subject: GrantSubject, grantee: Grantee, purposes: [Purpose], rate: Rate,
    minimumFee: Amount? = nil, territories: [Territory] = [], validFrom: Timestamp,
    validUntil: Timestamp? = nil, derivativesInherit: Bool = true
  ) {
    self.subject = subject
    self.grantee = grantee
    self.purposes = Set(purposes).sorted { $0.rawValue < $1.rawValue }
    self.rate = rate
    self.minimumFee = minimumFee
    self.territories = Set(territories).sorted()
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.derivativesInherit = derivativesInherit
  }

  /// What owners of one work must agree on: what it costs, and whether derived models owe it too.
  package struct Price: Hashable, Sendable {
    /// The royalty.
    package let rate: Rate
    /// The least that is owed.
    package let minimumFee: Amount?
    /// Whether derived models keep owing.
    package let derivativesInherit: Bool
  }

  /// The price of the use.
  package var price: Price {
    Price(rate: rate, minimumFee: minimumFee, derivativesInherit: derivativesInherit)
  }

  /// Whether a party may use under these terms.
  package func allows(_ party: DIDKey) -> Bool {
    switch grantee {
    case .anyone: true
    case .party(let named): named == party
    }
  }

  /// Whether the use lies where these terms hold; a use in no stated place lies in no territory.
  package func allows(in territory: Territory?) -> Bool {
    territories.isEmpty || territory.map(territories.contains) ?? false
  }

  /// Whether these terms hold at a moment.
  package func isInForce(at moment: Timestamp) -> Bool {
    validFrom <= moment && validUntil.map { moment < $0 } ?? true
  }
}
