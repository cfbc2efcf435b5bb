// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives
import Signing

/// `model.released`: a model with all its files and what it descends from.
package struct ModelRelease: Sendable {
  /// The model's name.
  package let model: ModelName
  /// The SHA-256 of each file in the model's folder, by path.
  package let files: [String: Digest]
  /// The identifiers of the models it started from or learned from; none for one trained afresh.
  package let parents: [Digest]

  /// Makes a release.
  package init(model: ModelName, files: [String: Digest], parents: [Digest]) {
    self.model = model
    self.files = files
    self.parents = parents
  }

  /// The model's identifier: a digest over its files and its parents' identifiers.
  ///
  /// An ancestor's identifier is inside it, so the graph of models has no cycle.
  package var identifier: Digest { SHA256.digest(content.canonicalBytes) }

  private var content: JSON {
    [
      "files": .object(JSONObject(files.map { ($0.key, .string($0.value.hex)) })),
      "parents": .array(parents.map { .string($0.hex) }),
    ]
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "model.released")
    model = try fields.parsed("model", as: "a model name", ModelName.init)
    let claimed = try fields.parsed("identifier", as: "a SHA-256 digest", Digest.init(hex:))
    guard let listed = try fields.value("files").object else {
      throw .wrong(name: "files", expected: "an object", subject: "model.released")
    }
    var files: [String: Digest] = [:]
    for member in listed.members {
      files[member.key] = member.value.string.flatMap(Digest.init(hex:))
    }
    guard files.count == listed.members.count else {
      throw .wrong(name: "files", expected: "SHA-256 digests by path", subject: "model.released")
    }
    self.files = files
    let parents = try fields.array("parents")
    self.parents = parents.compactMap { $0.string.flatMap(Digest.init(hex:)) }
    guard self.parents.count == parents.count else {
      throw .wrong(name: "parents", expected: "identifiers", subject: "model.released")
    }
    try fields.finish()
    guard claimed == identifier else {
      throw .wrong(
        name: "identifier", expected: "the digest of files and parents",
        subject: "model.released")
    }
  }

  var payload: JSON {
    var payload = content.object ?? [:]
    payload["model"] = .string(model.text)
    payload["identifier"] = .string(identifier.hex)
    return .object(payload)
  }
}
