// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Money
package import Primitives
package import Register
package import Signing

/// What a party offers to anybody, and what it reserves, ready to be written in every format.
package struct PublishedTerms: Sendable {
  /// What holds for one purpose.
  package enum Offer: Hashable, Sendable {
    /// Granted to anyone without a price.
    case open(grant: Digest)
    /// Granted to anyone at a rate.
    case priced(grant: Digest, rate: Rate)
    /// Not granted to anyone in general.
    case reserved

    /// The grant behind the offer.
    var grant: Digest? {
      switch self {
      case .open(let grant), .priced(let grant, _): grant
      case .reserved: nil
      }
    }
  }

  /// A part of a site and what holds there.
  package struct Scope: Sendable {
    /// The path: `/` for all, one that ends with a slash for all below, else that page alone.
    package let path: String
    /// The work that lies there; nil for all works.
    package let work: Digest?
    /// What holds, purpose by purpose; what is missing is reserved.
    package let offers: [Purpose: Offer]

    /// Makes a scope.
    package init(path: String, work: Digest?, offers: [Purpose: Offer]) {
      self.path = path
      self.work = work
      self.offers = offers
    }

    /// What holds for a purpose.
    package subscript(purpose: Purpose) -> Offer { offers[purpose] ?? .reserved }

    /// Whether all of some purposes are open.
    func isOpen(_ purposes: [Purpose]) -> Bool {
      purposes.allSatisfy { if case .open = self[$0] { true } else { false } }
    }

    /// Whether all of some purposes are reserved.
    func isReserved(_ purposes: [Purpose]) -> Bool {
      purposes.allSatisfy { self[$0] == .reserved }
    }

    /// The path as a rule: what is no directory ends where it ends.
    var pattern: String { path.hasSuffix("/") ? path : path + "$" }
  }

  /// Whose terms.
  package let party: DIDKey
  /// Where the site is, without a slash at the end; nil where nobody says.
  package let baseURL: String?
  /// The scopes: all works first, then the longest paths.
  package let scopes: [Scope]

  /// Puts terms together.
  package init(party: DIDKey, baseURL: String?, site: Scope, works: [Scope]) {
    self.party = party
    self.baseURL = baseURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    scopes =
      [site]
      + works.sorted { ($1.path.utf8.count, $0.path) < ($0.path.utf8.count, $1.path) }
  }

  /// All works of the party.
  package var site: Scope { scopes[0] }

  /// The grants that are offered, by identifier, each once.
  package var grants: [Digest] {
    Set(scopes.flatMap { $0.offers.values.compactMap(\.grant) }).sorted()
  }

  /// Where a grant's credential lies.
  package func proof(of grant: Digest) -> String {
    baseURL.map { "\($0)/credentials/\(grant.hex).json" } ?? "urn:sha256:\(grant.hex)"
  }

  /// Where the licence lies.
  package var licenceURL: String? { baseURL.map { $0 + "/license.xml" } }

  /// Where the policy of TDMRep lies.
  package var policyURL: String? { baseURL.map { $0 + "/tdm-policy.json" } }

  /// What is said about a use that has conditions, in formats that have a field for it.
  var conditions: String { licenceURL ?? "see license.xml of \(party.text)" }
}

extension PublishedTerms {
  /// The terms of a party as of a state of the register.
  ///
  /// A grant to one party is nobody else's business, so it stays a reservation here. A grant that
  /// is revoked, not in force, or contradicted by a newer signal of its issuer offers nothing.
  ///
  /// - Parameters:
  ///   - party: Who publishes.
  ///   - state: The register.
  ///   - moment: The moment for grants that begin or end.
  ///   - baseURL: Where the site is.
  ///   - paths: Where single works lie on it.
  package init(
    of party: DIDKey, in state: RegisterState, at moment: Timestamp, baseURL: String?,
    paths: [(work: Digest, path: String)]
  ) {
    func offers(for work: Digest?) -> [Purpose: Offer] {
      var offers: [Purpose: Offer] = [:]
      for issued in state.grants where issued.grant.issuer == party && issued.revokedAt == nil {
        let terms = issued.grant.terms
        let isCovered =
          terms.subject == .allWorks || work.map { terms.subject == .work($0) } ?? false
        let isInForce =
          terms.validFrom <= moment && terms.validUntil.map { moment < $0 } ?? true
        guard isCovered, isInForce, terms.grantee == .anyone else { continue }
        for purpose in terms.purposes {
          // The latest grant decides, as it does at the gate.
          let isHeld = state.signal(contraryTo: issued, for: work, purpose: purpose) != nil
          offers[purpose] =
            isHeld
            ? .reserved
            : terms.rate.partsPerMillion == 0
              ? .open(grant: issued.identifier)
              : .priced(grant: issued.identifier, rate: terms.rate)
        }
      }
      return offers
    }
    self.init(
      party: party, baseURL: baseURL, site: Scope(path: "/", work: nil, offers: offers(for: nil)),
      works: paths.map { Scope(path: $0.path, work: $0.work, offers: offers(for: $0.work)) })
  }
}
