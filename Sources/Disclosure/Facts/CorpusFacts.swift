// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Register

/// What an admission let in, and under which grants.
package struct CorpusFacts: Sendable {
  /// The digest of the manifest.
  package let manifest: Digest
  /// The Merkle root over all decisions.
  package let decisionsRoot: Digest
  /// The use that was asked for.
  package let purpose: Purpose
  /// Who asked.
  package let grantee: PartyFacts
  /// Where the admission was decided.
  package let admission: LogEntry
  /// How many candidates were refused.
  package let refused: Int
  /// The admitted works, sorted by digest.
  package let works: [WorkFacts]
  /// The grants they rest on, by identifier, sorted.
  package let grants: [GrantFacts]

  /// Describes a corpus; grants are put in the order of their identifiers.
  package init(
    manifest: Digest, decisionsRoot: Digest, purpose: Purpose, grantee: PartyFacts,
    admission: LogEntry, refused: Int, works: [WorkFacts], grants: [GrantFacts]
  ) {
    self.manifest = manifest
    self.decisionsRoot = decisionsRoot
    self.purpose = purpose
    self.grantee = grantee
    self.admission = admission
    self.refused = refused
    self.works = works
    self.grants = grants.sorted { $0.identifier < $1.identifier }
  }

  /// The bytes of all admitted works.
  package var byteCount: Int { works.reduce(0) { $0 + $1.byteCount } }

  /// Everybody whose works were admitted, by key.
  package var owners: [PartyFacts] {
    Array(Set(works.flatMap(\.owners).map(\.party))).sorted { $0.did < $1.did }
  }

  /// From the registration of the first admitted work to that of the last.
  package var collection: ClosedRange<Timestamp>? {
    let moments = works.map(\.registration.at)
    guard let first = moments.min(), let last = moments.max() else { return nil }
    return first...last
  }

  /// The lowest and the highest rate in words, such as `5% to 12%`; `5%` where all are alike.
  package var rates: String? {
    let rates = grants.map(\.rate)
    guard let low = rates.min(), let high = rates.max() else { return nil }
    return low == high ? "\(low)" : "\(low) to \(high)"
  }

  /// Grants that were revoked or suspended after the admission.
  package var withdrawn: [GrantFacts] {
    grants.filter { $0.revocation != nil || $0.suspension != nil }
  }

  /// The territories that grants name, in order; empty where all hold everywhere.
  package var territories: [Territory] { Set(grants.flatMap(\.territories)).sorted() }

  /// Works that a model generated, as their owners registered them.
  package var generated: [WorkFacts] { works.filter { $0.generator != nil } }

  /// The manifest's name as a URI.
  package var uri: String { "urn:sha256:\(manifest.hex)" }
}

/// An admitted work.
package struct WorkFacts: Sendable {
  /// The SHA-256 of its bytes.
  package let work: Digest
  /// Its size.
  package let byteCount: Int
  /// Its title; nil where names stay out of the document.
  package let title: String?
  /// Everybody who owns it, with the weight of the part, by key.
  package let owners: [Owner]
  /// Where it was registered.
  package let registration: LogEntry
  /// The grants it was admitted under: of several owners, those of all who agreed.
  package let grants: [Digest]
  /// The model that generated it, as registered.
  package let generator: Digest?

  /// One owner of a work.
  package struct Owner: Hashable, Sendable {
    /// Who it is.
    package let party: PartyFacts
    /// Its part of the sum of all owners' weights.
    package let weight: Int64

    /// Describes a part.
    package init(party: PartyFacts, weight: Int64) {
      self.party = party
      self.weight = weight
    }
  }

  /// Describes a work.
  package init(
    work: Digest, byteCount: Int, title: String?, owners: [Owner], registration: LogEntry,
    grants: [Digest], generator: Digest? = nil
  ) {
    self.work = work
    self.byteCount = byteCount
    self.title = title
    self.owners = owners
    self.registration = registration
    self.grants = grants
    self.generator = generator
  }

  /// The work's name as a URI.
  package var uri: String { "urn:sha256:\(work.hex)" }

  /// The title, else the beginning of the digest.
  package var label: String { title ?? work.short }
}
