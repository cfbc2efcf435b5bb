// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives

/// `work.registered`: a party says that bytes of this digest are its work.
///
/// Signed by the owner, or by one of several owners who names the others and their weights.
package struct WorkRegistration: Sendable {
  /// The SHA-256 of the work's bytes.
  package let work: Digest
  /// The size of the work in bytes.
  package let byteCount: Int64
  /// The commitment to the title.
  package let title: Digest
  /// The SHA-256 of the work's fingerprint file, by which derived copies are found.
  package let fingerprint: Digest
  /// Who owns the work together; nil where the signer is the one owner.
  package let ownership: Ownership?
  /// The identifier of the model that generated the work; nil where people made it.
  package let generator: Digest?

  /// Makes a registration.
  package init(
    work: Digest, byteCount: Int64, title: Digest, fingerprint: Digest,
    ownership: Ownership? = nil, generator: Digest? = nil
  ) {
    self.work = work
    self.byteCount = byteCount
    self.title = title
    self.fingerprint = fingerprint
    self.ownership = ownership
    self.generator = generator
  }

  init(payload: JSON) throws {
    var fields = try JSONFields(payload, of: "work.registered")
    work = try fields.parsed("work", as: "a SHA-256 digest", Digest.init(hex:))
    byteCount = try fields.integer("bytes", in: 1...JSON.largestExactInteger)
    title = try fields.parsed("title", as: "a SHA-256 digest", Digest.init(hex:))
    fingerprint = try fields.parsed("fingerprint", as: "a SHA-256 digest", Digest.init(hex:))
    ownership =
      fields.has("owners")
      ? try Ownership(owners: try fields.array("owners"), quorum: try fields.integer("quorum"))
      : nil
    generator =
      fields.has("generator")
      ? try fields.parsed("generator", as: "a SHA-256 digest", Digest.init(hex:)) : nil
    try fields.finish()
  }

  var payload: JSON {
    var object: JSONObject = [
      "work": .string(work.hex), "bytes": .integer(byteCount), "title": .string(title.hex),
      "fingerprint": .string(fingerprint.hex),
    ]
    if let ownership {
      object["owners"] = ownership.json
      object["quorum"] = .integer(ownership.quorum)
    }
    object["generator"] = generator.map { .string($0.hex) }
    return .object(object)
  }
}
