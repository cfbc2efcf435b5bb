// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register
package import Signing

/// Keeps a contributor's key and registers the party.
package enum RegisterContributor {
  /// A name and the key of the party it belongs to.
  package struct Contributor {
    /// The key's name, and the party's name behind a commitment.
    package let name: String
    /// The party's key.
    package let key: SecretKey
    /// The party's territory, such as `DE`; behind a commitment as well.
    package let territory: String?

    /// Pairs a name with a key.
    package init(name: String, key: SecretKey, territory: String? = nil) {
      self.name = name
      self.key = key
      self.territory = territory
    }
  }

  /// Registers parties whose keys are kept in the register's key store.
  ///
  /// - Parameters:
  ///   - contributors: Names and keys.
  ///   - displayNames: What the commitments open to, one a contributor.
  ///   - writer: The register.
  /// - Throws: `ServiceError` where a key's name is taken, a party is registered, or a territory is no
  ///   code of two letters.
  package static func run(
    _ contributors: [Contributor], displayNames: [String], in writer: RegisterWriter
  ) throws {
    let store = KeyStore(writer.layout)
    let names = RegisterWriter.commitments(to: displayNames)
    var territories: [Commitment] = []
    let drafts = try zip(contributors, names).map { contributor, name in
      let territory = try contributor.territory.map { text in
        guard Territory(text) != nil else {
          throw ServiceError.usage(
            "'\(text)' is no territory: write its two capital letters (ISO 3166-1), such as DE")
        }
        return RegisterWriter.commitments(to: [text])[0]
      }
      if let territory { territories.append(territory) }
      return RegisterWriter.Draft(
        .partyRegistered(
          PartyRegistration(role: .contributor, name: name.digest, territory: territory?.digest)),
        signedBy: contributor.key)
    }
    try writer.append(drafts) {
      for contributor in contributors { try store.add(contributor.key, name: contributor.name) }
      try writer.keep(names + territories)
    }
  }
}
