// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives
package import Signing

/// `admission.decided`: what the gate decided about a corpus.
///
/// Signed by the operator.
package struct AdmissionRecord: Sendable {
  /// The SHA-256 of the manifest's canonical bytes.
  package let manifest: Digest
  /// The Merkle root over all decisions, admitted or not, in the order of the decisions file.
  package let decisionsRoot: Digest
  /// The purpose asked for.
  package let purpose: Purpose
  /// The party that asked.
  package let grantee: DIDKey
  /// Where the works will be used; nil where nobody said.
  package let territory: Territory?
  /// The SHA-256 of the whitelist of passages that counted for nobody; nil where every passage did.
  package let whitelist: Digest?
  /// How many log entries the gate had read: the decisions hold as of this position.
  package let treeSize: Int64
  /// How many candidates were admitted.
  package let admitted: Int64
  /// How many were refused.
  package let refused: Int64

  /// Makes a record.
  package init(
    manifest: Digest, decisionsRoot: Digest, purpose: Purpose, grantee: DIDKey,
    territory: Territory? = nil, whitelist: Digest? = nil, treeSize: Int64, admitted: Int64,
    refused: Int64
  ) {
    self.manifest = manifest
    self.decisionsRoot = decisionsRoot
    self.purpose = purpose
    self.grantee = grantee
    self.territory = territory
    self.whitelist = whitelist
    self.treeSize = treeSize
    self.admitted = admitted
    self.refused = refused
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "admission.decided")
    manifest = try fields.parsed("manifest", as: "a SHA-256 digest", Digest.init(hex:))
    decisionsRoot = try fields.parsed("decisionsRoot", as: "a SHA-256 digest", Digest.init(hex:))
    purpose = try fields.parsed("purpose", as: "a known purpose", Purpose.init(rawValue:))
    grantee = try fields.parsed("grantee", as: "a did:key", DIDKey.init)
    territory =
      fields.has("territory")
      ? try fields.parsed("territory", as: "two capital letters", Territory.init) : nil
    whitelist =
      fields.has("whitelist")
      ? try fields.parsed("whitelist", as: "a SHA-256 digest", Digest.init(hex:)) : nil
    treeSize = try fields.integer("treeSize")
    admitted = try fields.integer("admitted")
    refused = try fields.integer("refused")
    try fields.finish()
  }

  var payload: JSON {
    var object: JSONObject = [
      "manifest": .string(manifest.hex), "decisionsRoot": .string(decisionsRoot.hex),
      "purpose": .string(purpose.rawValue), "grantee": .string(grantee.text),
      "treeSize": .integer(treeSize), "admitted": .integer(admitted),
      "refused": .integer(refused),
    ]
    object["territory"] = territory.map { .string($0.code) }
    object["whitelist"] = whitelist.map { .string($0.hex) }
    return .object(object)
  }
}
