// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Money
package import Primitives
package import Register
package import Signing

/// What a run may train on: the admitted works of one admission, sorted by digest.
package struct Manifest: Sendable {
  /// One admitted work with the grant it rests on.
  package struct Entry: Hashable, Sendable {
    package let work: Digest
    package let owner: DIDKey
    package let grant: Digest
    package let rate: Rate
    package let byteCount: Int
    /// Where the bytes lay below the corpus directory.
    package let path: String
  }

  /// The purpose admitted for.
  package let purpose: Purpose
  /// The party admitted.
  package let grantee: DIDKey
  /// Where the works will be used; nil where nobody said.
  package let territory: Territory?
  /// The size of the log that the gate had read.
  package let treeSize: Int
  /// The Merkle root over all decisions.
  package let decisionsRoot: Digest
  /// The works, sorted by digest.
  package let entries: [Entry]

  private static let format = "cadastre-manifest/1"

  /// Collects the admitted works of decisions.
  package init(
    decisions: [Decision], decisionsRoot: Digest, purpose: Purpose, grantee: DIDKey,
    territory: Territory? = nil, treeSize: Int
  ) {
    self.purpose = purpose
    self.grantee = grantee
    self.territory = territory
    self.treeSize = treeSize
    self.decisionsRoot = decisionsRoot
    var entries: [Digest: Entry] = [:]
    for decision in decisions {
      guard case .admitted(let grant, let rate) = decision.verdict, let work = decision.work,
        let owner = decision.owner, entries[work] == nil
      else { continue }
      entries[work] = Entry(
        work: work, owner: owner, grant: grant, rate: rate, byteCount: decision.byteCount,
        path: decision.path)
    }
    self.entries = entries.values.sorted { $0.work < $1.work }
  }

  /// Reads the file form, strictly.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the manifest")
    _ = try fields.parsed("format", as: Self.format) { $0 == Self.format ? $0 : nil }
    purpose = try fields.parsed("purpose", as: "a known purpose", Purpose.init(rawValue:))
    grantee = try fields.parsed("grantee", as: "a did:key", DIDKey.init)
    territory =
      fields.has("territory")
      ? try fields.parsed("territory", as: "two capital letters", Territory.init) : nil
    treeSize = Int(try fields.integer("treeSize"))
    decisionsRoot = try fields.parsed("decisionsRoot", as: "a SHA-256 digest", Digest.init(hex:))
    var entries: [Entry] = []
    for value in try fields.array("works") {
      var entry = try JSONFields(value, of: "a work of the manifest")
      entries.append(
        Entry(
          work: try entry.parsed("work", as: "a SHA-256 digest", Digest.init(hex:)),
          owner: try entry.parsed("owner", as: "a did:key", DIDKey.init),
          grant: try entry.parsed("grant", as: "a SHA-256 digest", Digest.init(hex:)),
          rate: Rate(
            partsPerMillion: try entry.integer("ratePartsPerMillion", in: 0...1_000_000))
            ?? .whole,
          byteCount: Int(try entry.integer("bytes")), path: try entry.string("path")))
      try entry.finish()
    }
    self.entries = entries
    try fields.finish()
    guard zip(entries, entries.dropFirst()).allSatisfy({ $0.work < $1.work }) else {
      throw .wrong(name: "works", expected: "sorted by digest", subject: "the manifest")
    }
  }

  /// The file form; its canonical bytes are what `admission.decided` commits to.
  package var json: JSON {
    var object: JSONObject = [
      "format": .string(Self.format), "purpose": .string(purpose.rawValue),
      "grantee": .string(grantee.text), "treeSize": .integer(Int64(treeSize)),
      "decisionsRoot": .string(decisionsRoot.hex),
      "works": .array(
        entries.map { entry in
          [
            "work": .string(entry.work.hex), "owner": .string(entry.owner.text),
            "grant": .string(entry.grant.hex),
            "ratePartsPerMillion": .integer(entry.rate.partsPerMillion),
            "bytes": .integer(Int64(entry.byteCount)), "path": .string(entry.path),
          ]
        }),
    ]
    object["territory"] = territory.map { .string($0.code) }
    return .object(object)
  }

  /// The SHA-256 of the canonical file form.
  package var digest: Digest { SHA256.digest(json.canonicalBytes) }
}
