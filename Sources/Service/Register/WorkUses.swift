// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Gate
package import Primitives
package import Register
import Signing
package import Storage

/// Where a work was used: the admissions that took it in, and what models owe it.
package struct WorkUses: Sendable {
  /// One admission that took the work in.
  package struct Admission: Sendable {
    /// The manifest's digest.
    package let manifest: Digest
    /// The entry of the admission.
    package let position: Int
    /// What for.
    package let purpose: String
    /// The grant it rested on.
    package let grant: Digest
    /// The models that were trained on it.
    package let models: [Model]
  }

  /// A model that was trained on the work.
  package struct Model: Sendable {
    /// The model's name.
    package let name: String
    /// The work's rows in the share register; nil while the model is not released.
    package let shares: [ShareRegister.Row]?
  }

  /// All of them in log order.
  package let admissions: [Admission]

  /// Looks through the manifests of all admissions; each is believed only where it is the one that
  /// the log binds.
  ///
  /// - Complexity: O(size of all manifests).
  package init(of work: WorkRecord, in index: RegisterIndex) throws {
    var found: [Admission] = []
    for admission in try index.projection.admissions() {
      let manifest = try ModelFile.manifest(admission.manifest, layout: index.layout)
      guard let entry = manifest.entries.first(where: { $0.work == work.digest }) else { continue }
      let models = try admission.models.map { model in
        try Model(
          name: model.name,
          shares: model.shares.map {
            try Self.rows(of: work, in: model.name, bound: $0, layout: index.layout)
          })
      }
      found.append(
        Admission(
          manifest: admission.manifest, position: admission.position, purpose: admission.purpose,
          grant: entry.grant, models: models))
    }
    admissions = found
  }

  private static func rows(
    of work: WorkRecord, in model: String, bound digest: Digest, layout: RegisterLayout
  ) throws -> [ShareRegister.Row] {
    guard let name = ModelName(model) else {
      throw ProjectionError.malformedRow(path: layout.projection, table: "run")
    }
    let path = layout.model(name) + "/shares.json"
    let bytes = try FileSystem.readFile(path, limit: 1 << 34)
    guard SHA256.digest(bytes) == digest else {
      throw ServiceError.refused(
        "'\(path)' is not the file that the log binds: run 'cadastre verify'")
    }
    let shares = try ShareRegister(json: try JSON.parse(bytes))
    return shares.rows.filter { $0.work == work.digest }
  }
}
