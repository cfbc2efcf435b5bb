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

    /// Pairs a name with a key.
    package init(name: String, key: SecretKey) {
      self.name = name
      self.key = key
    }
  }

  /// Registers parties whose keys are kept in the register's key store.
  ///
  /// - Parameters:
  ///   - contributors: Names and keys.
  ///   - displayNames: What the commitments open to, one a contributor.
  ///   - writer: The register.
  /// - Throws: `ServiceError` where a key's name is taken or a party is registered.
  package static func run(
    _ contributors: [Contributor], displayNames: [String], in writer: RegisterWriter
  ) throws {
    let store = KeyStore(writer.layout)
    let names = RegisterWriter.commitments(to: displayNames)
    let drafts = zip(contributors, names).map { contributor, name in
      RegisterWriter.Draft(
        .partyRegistered(PartyRegistration(role: .contributor, name: name.digest)),
        signedBy: contributor.key)
    }
    try writer.append(drafts) {
      for contributor in contributors { try store.add(contributor.key, name: contributor.name) }
      try writer.keep(names)
    }
  }
}
