// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Gate
import Storage

/// What `admit` writes for `train`: the manifest, and where on this machine its works lie.
///
/// Only the manifest is committed to; the place of the corpus is nobody else's business.
package struct ManifestFile {
  /// The corpus directory.
  package let corpus: String
  /// The manifest.
  package let manifest: Manifest

  /// Pairs a manifest with its corpus.
  package init(corpus: String, manifest: Manifest) {
    self.corpus = corpus
    self.manifest = manifest
  }

  /// Reads a manifest file.
  package init(path: String) throws {
    let bytes = try FileSystem.readFile(path, limit: 1 << 30)
    do {
      var fields = try JSONFields(try JSON.parse(bytes), of: "the manifest file")
      corpus = try fields.string("corpus")
      manifest = try Manifest(json: try fields.value("manifest"))
      try fields.finish()
    } catch {
      throw ServiceError.refused(
        "'\(path)' is no manifest: \(error): make one with 'cadastre admit'")
    }
  }

  /// Puts the file in place.
  package func write(to path: String) throws {
    let json: JSON = ["corpus": .string(corpus), "manifest": manifest.json]
    try DurableFile.write(Array(json.prettyText.utf8), to: path)
  }
}
