// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Primitives
import Register
import Signing

/// Which question a snapshot answers, as of which state of the register, and by which files.
package struct SnapshotDescription: Equatable, Sendable {
  /// A file of the snapshot.
  package struct File: Hashable, Sendable {
    /// Its size.
    package let byteCount: Int
    /// The SHA-256 of its bytes.
    package let digest: Digest

    /// Makes an entry.
    package init(byteCount: Int, digest: Digest) {
      self.byteCount = byteCount
      self.digest = digest
    }
  }

  private static let format = "cadastre-snapshot/1"

  /// What is asked of each document.
  package let question: AdmissionQuestion
  /// The moment for grants that begin or end.
  package let moment: Timestamp
  /// How many entries the log had.
  package let treeSize: Int
  /// The log's signed checkpoint of that size, as it was published.
  package let checkpoint: String
  /// When a work counts as derived.
  package let rule: DerivationRule
  /// The files, by name.
  package let files: [String: File]

  /// Makes a description.
  package init(
    question: AdmissionQuestion, moment: Timestamp, treeSize: Int, checkpoint: String,
    rule: DerivationRule, files: [String: File]
  ) {
    self.question = question
    self.moment = moment
    self.treeSize = treeSize
    self.checkpoint = checkpoint
    self.rule = rule
    self.files = files
  }

  /// The file form.
  package var json: JSON {
    var object: JSONObject = [
      "format": .string(Self.format), "purpose": .string(question.purpose.rawValue),
      "grantee": .string(question.grantee.text), "at": .string(moment.description),
      "treeSize": .integer(Int64(treeSize)), "checkpoint": .string(checkpoint),
      "rule": rule.json,
      "files": .object(
        JSONObject(
          files.map { name, file in
            (
              name,
              ["bytes": .integer(Int64(file.byteCount)), "sha256": .string(file.digest.hex)] as JSON
            )
          })),
    ]
    object["territory"] = question.territory.map { .string($0.code) }
    object["whitelist"] = question.whitelist.map { .string($0.hex) }
    return .object(object)
  }

  /// What a stream of findings names, to say which snapshot they rest on.
  package var digest: Digest { SHA256.digest(json.canonicalBytes) }

  /// Reads the file form, strictly.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the snapshot")
    _ = try fields.parsed("format", as: Self.format) { $0 == Self.format ? $0 : nil }
    question = AdmissionQuestion(
      purpose: try fields.parsed("purpose", as: "a known purpose", Purpose.init(rawValue:)),
      grantee: try fields.parsed("grantee", as: "a did:key", DIDKey.init),
      territory: fields.has("territory")
        ? try fields.parsed("territory", as: "two capital letters", Territory.init) : nil,
      whitelist: fields.has("whitelist")
        ? try fields.parsed("whitelist", as: "a SHA-256 digest", Digest.init(hex:)) : nil)
    moment = try fields.parsed("at", as: "a moment", Timestamp.init)
    treeSize = Int(try fields.integer("treeSize"))
    checkpoint = try fields.string("checkpoint")
    rule = try DerivationRule(json: try fields.value("rule"))
    guard let object = try fields.value("files").object else {
      throw .notAnObject(subject: "the list of files")
    }
    var files: [String: File] = [:]
    for member in object.members {
      var entry = try JSONFields(member.value, of: "a file of the snapshot")
      files[member.key] = File(
        byteCount: Int(try entry.integer("bytes")),
        digest: try entry.parsed("sha256", as: "a SHA-256 digest", Digest.init(hex:)))
      try entry.finish()
    }
    self.files = files
    try fields.finish()
  }
}

extension DerivationRule {
  /// The form in a snapshot.
  package var json: JSON {
    .object(JSONObject(Self.numbers.map { ($0.name, .integer(Int64(self[keyPath: $0.path]))) }))
  }

  /// Reads the form in a snapshot, strictly.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the rule")
    self = .standard
    for number in Self.numbers {
      self[keyPath: number.path] = Int(try fields.integer(number.name, in: 1...number.largest))
    }
    try fields.finish()
  }

  /// Every number of a rule, by its name.
  private static var numbers:
    [(name: String, path: WritableKeyPath<DerivationRule, Int>, largest: Int64)]
  {
    let most = Int64(Int32.max)
    return [
      ("submissionPerMille", \.submissionPerMille, 1000),
      ("registeredPerMille", \.registeredPerMille, 1000), ("minimumGrams", \.minimumGrams, most),
      ("passageWords", \.passageWords, most), ("shortPerMille", \.shortPerMille, 1000),
      ("shortMinimumGrams", \.shortMinimumGrams, most), ("shortStretches", \.shortStretches, most),
    ]
  }
}
