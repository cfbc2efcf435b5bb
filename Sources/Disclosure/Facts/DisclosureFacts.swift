// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Money
package import Primitives
package import Register
package import Signing

/// What a register knows about a corpus, and about the model trained on it: the one value that every
/// disclosure is made from.
///
/// A document states what stands here, what the operator stated, or that it is not known and why. It
/// holds no clock: every moment is that of an event of the log.
package struct DisclosureFacts: Sendable {
  /// The register and the state of its log.
  package let register: RegisterFacts
  /// What was admitted.
  package let corpus: CorpusFacts
  /// What was trained on it; nil where only a manifest is disclosed.
  package let model: ModelFacts?
  /// What only the operator can say.
  package let statements: OperatorStatements

  /// The most works that one document lists.
  package static let mostWorks = 1_000_000

  /// Gathers what was read.
  package init(
    register: RegisterFacts, corpus: CorpusFacts, model: ModelFacts?,
    statements: OperatorStatements
  ) {
    self.register = register
    self.corpus = corpus
    self.model = model
    self.statements = statements
  }
}

/// A register and the signed state of its log.
package struct RegisterFacts: Sendable {
  /// The log's origin line.
  package let origin: String
  /// Who keeps it.
  package let keeper: PartyFacts
  /// How many entries the log had when the document was made.
  package let treeSize: Int
  /// The Merkle root over them.
  package let root: Digest
  /// The version of the program that read it.
  package let software: String

  /// Describes a register.
  package init(origin: String, keeper: PartyFacts, treeSize: Int, root: Digest, software: String) {
    self.origin = origin
    self.keeper = keeper
    self.treeSize = treeSize
    self.root = root
    self.software = software
  }

  /// Where consents are found: the log at this size and root, which binds every grant.
  package var reference: String { "urn:cadastre:log:\(origin):\(treeSize):\(root.hex)" }
}

/// A party by its key, and by its name where names are asked for and kept.
package struct PartyFacts: Hashable, Sendable {
  /// The party's key.
  package let did: DIDKey
  /// The name behind its commitment; nil where names stay out of the document.
  package let name: String?

  /// Describes a party.
  package init(did: DIDKey, name: String?) {
    self.did = did
    self.name = name
  }

  /// The name, else the key.
  package var label: String { name ?? did.text }
}

/// A grant as the log holds it.
package struct GrantFacts: Sendable {
  /// The SHA-256 of the signed credential.
  package let identifier: Digest
  /// The signed credential itself.
  package let credential: JSON
  /// Who granted.
  package let issuer: PartyFacts
  /// Whom it allows; nil for anyone.
  package let grantee: PartyFacts?
  /// What for.
  package let purposes: [Purpose]
  /// The royalty on the revenue attributed to the work.
  package let rate: Rate
  /// From when it holds.
  package let validFrom: Timestamp
  /// Until when, if it ends.
  package let validUntil: Timestamp?
  /// Where it was logged.
  package let entry: LogEntry
  /// Where it was revoked, if it was.
  package let revocation: LogEntry?

  /// Describes a grant.
  package init(
    identifier: Digest, credential: JSON, issuer: PartyFacts, grantee: PartyFacts?,
    purposes: [Purpose], rate: Rate, validFrom: Timestamp, validUntil: Timestamp?, entry: LogEntry,
    revocation: LogEntry?
  ) {
    self.identifier = identifier
    self.credential = credential
    self.issuer = issuer
    self.grantee = grantee
    self.purposes = purposes
    self.rate = rate
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.entry = entry
    self.revocation = revocation
  }

  /// The grant as a licence is called in SPDX documents, which have no identifier for a consent.
  package var licenceReference: String { "LicenseRef-cadastre-grant-\(identifier.hex)" }

  /// The grant's name as a URI.
  package var uri: String { "urn:sha256:\(identifier.hex)" }
}

/// A place in the log and the moment that its event states.
package struct LogEntry: Hashable, Sendable {
  /// The entry's index.
  package let position: Int
  /// The moment that its signer states.
  package let at: Timestamp

  /// Describes a place.
  package init(position: Int, at: Timestamp) {
    self.position = position
    self.at = at
  }
}
