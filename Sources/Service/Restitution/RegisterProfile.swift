// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Gate
import Money
import Primitives
package import Register
package import Restitution
import Signing
import Storage

/// Profiles by territory of what a register holds: a model's shares, or the bytes of a manifest.
///
/// Territories are those that contributors stated; who stated none, or whose opening was erased, is
/// part of the whole that is not described. Nobody's territory is guessed.
package enum RegisterProfile {
  /// The shares of a released model by territory.
  package static func model(
    _ model: ModelName, in snapshot: RegisterSnapshot
  ) throws -> (ContributionProfile, Restitute.Source) {
    let shares = try ModelFile.shares(of: model, layout: snapshot.layout, state: snapshot.state)
    var units: [String: Int64] = [:]
    for (party, part) in try Self.shares(of: model, in: snapshot) {
      if let code = snapshot.names.territory(of: party, in: snapshot.state) {
        units[code, default: 0] += part
      }
    }
    return try profile(
      units, whole: Share.whole, name: "the shares of \(model) by territory",
      source: "the share register of \(model) in \(snapshot.configuration.origin)",
      digest: SHA256.digest(shares.json.canonicalBytes))
  }

  /// The shares of a released model by owner; co-owners by their weights.
  static func shares(
    of model: ModelName, in snapshot: RegisterSnapshot
  ) throws -> [(party: DIDKey, units: Int64)] {
    let shares = try ModelFile.shares(of: model, layout: snapshot.layout, state: snapshot.state)
    return shares.rows.flatMap { row in
      let owners =
        snapshot.state.works[row.work]?.owners ?? [Ownership.Owner(party: row.owner, weight: 1)]
      let parts = LargestRemainder.divide(row.units, weights: owners.map { UInt64($0.weight) })
      return zip(owners, parts).map { ($0.party, $1) }
    }
  }

  /// The bytes of a manifest's works by the territory of their owners in the manifest.
  package static func manifest(
    _ file: ManifestFile, in snapshot: RegisterSnapshot
  ) throws -> (ContributionProfile, Restitute.Source) {
    var (units, whole) = ([String: Int64](), Int64(0))
    for entry in file.manifest.entries {
      whole += Int64(entry.byteCount)
      if let code = snapshot.names.territory(of: entry.owner, in: snapshot.state) {
        units[code, default: 0] += Int64(entry.byteCount)
      }
    }
    return try profile(
      units, whole: whole, name: "the bytes of a manifest by territory",
      source: "a manifest of \(snapshot.configuration.origin)",
      digest: SHA256.digest(file.manifest.json.canonicalBytes))
  }

  private static func profile(
    _ units: [String: Int64], whole: Int64, name: String, source: String, digest: Digest
  ) throws -> (ContributionProfile, Restitute.Source) {
    guard units.values.contains(where: { $0 > 0 }) else {
      throw ServiceError.refused(
        "no contributor has stated a territory: there is nobody to divide over by territory")
    }
    let version = "SHA-256 \(digest.hex)"
    return (
      try ContributionProfile(
        name: name, source: source, version: version, whole: whole,
        rows: units.sorted { $0.key < $1.key }
          .map { .init(origin: .territory($0.key), units: $0.value) }),
      Restitute.Source(title: name, version: source, digest: digest)
    )
  }
}
