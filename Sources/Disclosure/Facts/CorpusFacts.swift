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
    Array(Set(works.map(\.owner))).sorted { $0.did < $1.did }
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

  /// Grants that were revoked after the admission.
  package var revoked: [GrantFacts] { grants.filter { $0.revocation != nil } }

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
  /// Who registered it.
  package let owner: PartyFacts
  /// Where it was registered.
  package let registration: LogEntry
  /// The grant it was admitted under.
  package let grant: Digest

  /// Describes a work.
  package init(
    work: Digest, byteCount: Int, title: String?, owner: PartyFacts, registration: LogEntry,
    grant: Digest
  ) {
    self.work = work
    self.byteCount = byteCount
    self.title = title
    self.owner = owner
    self.registration = registration
    self.grant = grant
  }

  /// The work's name as a URI.
  package var uri: String { "urn:sha256:\(work.hex)" }

  /// The title, else the beginning of the digest.
  package var label: String { title ?? work.short }
}
