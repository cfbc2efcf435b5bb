// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Primitives

/// A valuation set as a run commits to it before the first step.
package struct TargetCommitment: Hashable, Sendable {
  /// What it is called, such as `gospels`.
  package let name: String
  /// The SHA-256 of the valuation set's canonical form.
  package let digest: Digest
  /// The bytes it predicts.
  package let byteCount: Int64
  /// What its users pay, in any unit common to the targets of the run.
  package let weight: Int64
  /// The loss of the stated baseline on it, in piconats (10⁻¹² nats) a byte.
  package let commonsLine: Int64

  /// Makes a commitment.
  package init(name: String, digest: Digest, byteCount: Int64, weight: Int64, commonsLine: Int64) {
    self.name = name
    self.digest = digest
    self.byteCount = byteCount
    self.weight = weight
    self.commonsLine = commonsLine
  }

  init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "a target")
    name = try fields.string("name")
    digest = try fields.parsed("digest", as: "a SHA-256 digest", Digest.init(hex:))
    byteCount = try fields.integer("bytes", in: 1...JSON.largestExactInteger)
    weight = try fields.integer("weight")
    commonsLine = try fields.integer("commonsLine")
    try fields.finish()
  }

  var json: JSON {
    [
      "name": .string(name), "digest": .string(digest.hex), "bytes": .integer(byteCount),
      "weight": .integer(weight), "commonsLine": .integer(commonsLine),
    ]
  }
}

/// `run.started`: everything a run's result is a function of, before its first step.
package struct RunStart: Sendable {
  /// The model to be trained; a register trains each name once.
  package let model: ModelName
  /// The manifest trained on.
  package let manifest: Digest
  /// The configuration, numbers written as text or exact integers.
  package let configuration: JSON
  /// The seed of every random number of the run.
  package let seed: Int64
  /// The program and its version.
  package let software: String
  /// The BLAS kernel family, on which the bits of matrix products depend.
  package let kernels: String
  /// The matrix library and its version, on which they depend as well.
  package let library: String
  /// The SHA-256 of the initial weights.
  package let initialWeights: Digest
  /// The SHA-256 of each file of the model it goes on from, by name; nil for a seeded start.
  package let base: [String: Digest]?
  /// The SHA-256 of `tokenizer.json`; nil where tokens are bytes.
  package let tokenizer: Digest?
  /// The valuation sets with their commons lines.
  package let targets: [TargetCommitment]

  /// Makes a commitment.
  package init(
    model: ModelName, manifest: Digest, configuration: JSON, seed: Int64, software: String,
    kernels: String, library: String, initialWeights: Digest,
    base: [String: Digest]? = nil, tokenizer: Digest? = nil, targets: [TargetCommitment]
  ) {
    self.model = model
    self.manifest = manifest
    self.configuration = configuration
    self.seed = seed
    self.software = software
    self.kernels = kernels
    self.library = library
    self.initialWeights = initialWeights
    self.base = base
    self.tokenizer = tokenizer
    self.targets = targets
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "run.started")
    model = try fields.parsed("model", as: "a model name", ModelName.init)
    manifest = try fields.parsed("manifest", as: "a SHA-256 digest", Digest.init(hex:))
    configuration = try fields.value("configuration")
    seed = try fields.integer("seed")
    software = try fields.string("software")
    kernels = try fields.string("kernels")
    library = try fields.string("library")
    initialWeights = try fields.parsed(
      "initialWeights", as: "a SHA-256 digest", Digest.init(hex:))
    if let files = fields.optional("base") { base = try Self.base(files) } else { base = nil }
    tokenizer =
      fields.has("tokenizer")
      ? try fields.parsed("tokenizer", as: "a SHA-256 digest", Digest.init(hex:)) : nil
    var targets: [TargetCommitment] = []
    for target in try fields.array("targets") { targets.append(try TargetCommitment(json: target)) }
    self.targets = targets
    try fields.finish()
  }

  private static func base(_ json: JSON) throws(JSONFieldError) -> [String: Digest] {
    let members = json.object?.members ?? []
    var files: [String: Digest] = [:]
    for member in members { files[member.key] = member.value.string.flatMap(Digest.init(hex:)) }
    guard !files.isEmpty, files.count == members.count else {
      throw .wrong(name: "base", expected: "SHA-256 digests by path", subject: "run.started")
    }
    return files
  }

  var payload: JSON {
    var object = JSONObject([
      ("model", .string(model.text)), ("manifest", .string(manifest.hex)),
      ("configuration", configuration), ("seed", .integer(seed)), ("software", .string(software)),
      ("kernels", .string(kernels)), ("library", .string(library)),
      ("initialWeights", .string(initialWeights.hex)),
      ("targets", .array(targets.map(\.json))),
    ])
    if let base {
      object["base"] = .object(JSONObject(base.map { ($0.key, .string($0.value.hex)) }))
    }
    if let tokenizer { object["tokenizer"] = .string(tokenizer.hex) }
    return .object(object)
  }
}
