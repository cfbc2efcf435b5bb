// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
package import Canonical
import Storage
import Transformer

/// What a run is configured by: the model, the schedule, the books and the valuation targets.
///
/// A file may give any part of it; the rest is as built in. The complete configuration, with every
/// number as an exact integer or as decimal text, is what `run.started` commits to.
package struct RunConfiguration: Sendable {
  /// A group of works whose held-out text is one valuation target.
  package struct Target: Hashable, Sendable {
    /// What the target is called.
    package var name: String
    /// What its users pay, in any unit common to all targets.
    package var weight: Int
    /// Patterns of paths below the corpus directory, such as `poems/*`.
    package var paths: [String]

    /// Describes a target.
    package init(name: String, weight: Int = 1, paths: [String]) {
      self.name = name
      self.weight = weight
      self.paths = paths
    }
  }

  /// The model whose weights the run goes on from: a directory or a released model; nil for a seeded
  /// start.
  package var from: String?
  /// The members of 'model' that were given and not built in.
  private var givenShape: Set<String> = []
  /// What cuts the works into tokens, where the run starts afresh.
  var tokenizer = TokenizerChoice.bytes
  var model = ModelConfiguration()
  var training = TrainingConfiguration()
  var books = BooksConfiguration()
  /// How shares are corrected by retrained coalitions.
  var survey = SurveyConfiguration()
  /// The part at the end of each work that is never trained on, in parts per million.
  var heldOut = 50_000
  /// How many windows each target is measured on, at most.
  var windows = 3
  /// The targets; all held-out text is one where none is named.
  package var targets = [Target(name: "held-out", paths: ["*"])]

  /// The configuration as built in.
  package init() {}

  /// How many steps the run makes.
  package var steps: Int {
    get { training.steps }
    set {
      training.steps = newValue
      training.warmUpSteps = min(training.warmUpSteps, newValue / 2)
      books.segments = min(books.segments, newValue)
      survey.training.steps = min(survey.training.steps, newValue)
      survey.training.warmUpSteps = min(survey.training.warmUpSteps, newValue / 2)
    }
  }

  private typealias IntegerPath = any WritableKeyPath<RunConfiguration, Int> & Sendable
  private typealias DecimalPath = any WritableKeyPath<RunConfiguration, Double> & Sendable

  private static let integers: [(section: String, name: String, path: IntegerPath)] = [
    ("model", "hidden", \.model.hiddenSize), ("model", "layers", \.model.layerCount),
    ("model", "heads", \.model.headCount), ("model", "feedForward", \.model.feedForwardSize),
    ("model", "context", \.model.contextLength), ("training", "steps", \.training.steps),
    ("training", "shardWindows", \.training.shardWindows),
    ("books", "maximumLevel", \.books.maximumLevel),
    ("books", "coursePoints", \.books.coursePoints),
    ("training", "warmUpSteps", \.training.warmUpSteps),
    ("training", "batch", \.training.batchSize),
    ("books", "maximumChord", \.books.maximumChord), ("books", "segments", \.books.segments),
    ("books", "memoryBudgetBytes", \.books.memoryBudgetBytes),
    ("books", "momentumBudgetBytes", \.books.momentumBudgetBytes),
    ("books", "displacementBudgetBytes", \.books.displacementBudgetBytes),
    ("valuation", "heldOutPartsPerMillion", \.heldOut), ("valuation", "windows", \.windows),
    ("survey", "coalitions", \.survey.coalitions), ("survey", "players", \.survey.players),
    ("survey", "redraws", \.survey.redraws), ("survey", "hidden", \.survey.model.hiddenSize),
    ("survey", "layers", \.survey.model.layerCount),
    ("survey", "heads", \.survey.model.headCount),
    ("survey", "feedForward", \.survey.model.feedForwardSize),
    ("survey", "context", \.survey.model.contextLength),
    ("survey", "steps", \.survey.training.steps),
    ("survey", "warmUpSteps", \.survey.training.warmUpSteps),
    ("survey", "batch", \.survey.training.batchSize),
    ("survey", "shardWindows", \.survey.training.shardWindows),
  ]

  private static let decimals: [(section: String, name: String, path: DecimalPath)] = [
    ("training", "peakRate", \.training.peakRate), ("training", "finalRate", \.training.finalRate),
    ("training", "beta1", \.training.beta1), ("training", "beta2", \.training.beta2),
    ("training", "epsilon", \.training.epsilon),
    ("training", "weightDecay", \.training.weightDecay),
    ("training", "clipNorm", \.training.clipNorm), ("books", "tolerance", \.books.tolerance),
    ("survey", "peakRate", \.survey.training.peakRate),
    ("model", "rotaryBase", \.model.rotaryBase),
    ("model", "normEpsilon", \.model.normEpsilonDecimal),
  ]

  /// Members of 'model' that follow from the others unless they are given.
  private static let derived: [(name: String, path: IntegerPath)] = [
    ("vocabulary", \.model.vocabularySize), ("keyValueHeads", \.model.keyValueHeadCount),
    ("headSize", \.model.headSize), ("positions", \.model.positionLimit),
  ]

  private static let sections = ["model", "training", "books", "survey", "valuation"]

  /// The complete configuration, exact.
  package var json: JSON {
    var sections: [String: JSONObject] = [:]
    for entry in Self.integers {
      sections[entry.section, default: [:]][entry.name] = .integer(Int64(self[keyPath: entry.path]))
    }
    for entry in Self.decimals {
      sections[entry.section, default: [:]][entry.name] = .string(
        self[keyPath: entry.path].description)
    }
    var plain = RunConfiguration()
    plain.model.hiddenSize = model.hiddenSize
    plain.model.headCount = model.headCount
    plain.model.contextLength = model.contextLength
    for entry in Self.derived where self[keyPath: entry.path] != plain[keyPath: entry.path] {
      sections["model", default: [:]][entry.name] = .integer(Int64(self[keyPath: entry.path]))
    }
    if !model.tiesEmbeddings { sections["model", default: [:]]["tiesEmbeddings"] = false }
    var object = JSONObject(sections.map { ($0.key, .object($0.value)) })
    object["targets"] = .array(
      targets.map { target in
        [
          "name": .string(target.name), "weight": .integer(Int64(target.weight)),
          "paths": .array(target.paths.map { .string($0) }),
        ]
      })
    if let from { object["from"] = .string(from) }
    if tokenizer != .bytes { object["tokenizer"] = tokenizer.json }
    return .object(object)
  }

  /// Reads a configuration from a file.
  package init(path: String) throws {
    let bytes = try FileSystem.readFile(path, limit: 1 << 20)
    do {
      try self.init(json: try JSON.parse(bytes))
    } catch {
      throw ServiceError.usage("the configuration '\(path)' cannot be used: \(error)")
    }
  }

  /// Takes what a configuration gives; what it leaves out stays as built in.
  ///
  /// - Throws: `JSONFieldError` for a name that is not known or a value of the wrong kind, and what
  ///   the parts' own checks throw for values out of range.
  package init(json: JSON) throws {
    var fields = try JSONFields(json, of: "the configuration")
    for section in Self.sections {
      guard let value = fields.optional(section) else { continue }
      var entries = try JSONFields(value, of: "'\(section)' of the configuration")
      let integers =
        Self.integers.filter { $0.section == section }.map { ($0.name, $0.path) }
        + (section == "model" ? Self.derived.map { ($0.name, $0.path) } : [])
      for (name, path) in integers {
        guard let value = entries.optional(name) else { continue }
        if section == "model" { givenShape.insert(name) }
        guard let number = value.integer else {
          throw Self.wrong(name, "an integer", section)
        }
        self[keyPath: path] = Int(number)
      }
      for entry in Self.decimals where entry.section == section {
        guard let value = entries.optional(entry.name) else { continue }
        guard let number = value.number ?? value.string.flatMap(Double.init), number.isFinite else {
          throw Self.wrong(entry.name, "a number", section)
        }
        if section == "model" { givenShape.insert(entry.name) }
        self[keyPath: entry.path] = number
      }
      if section == "model", let value = entries.optional("tiesEmbeddings") {
        guard let isTied = value.bool else {
          throw Self.wrong("tiesEmbeddings", "true or false", section)
        }
        model.tiesEmbeddings = isTied
        givenShape.insert("tiesEmbeddings")
      }
      try entries.finish()
    }
    if let value = fields.optional("from") {
      guard let place = value.string else {
        throw Self.wrong("from", "a directory or a model", "configuration")
      }
      from = place
    }
    if let value = fields.optional("tokenizer") { tokenizer = try TokenizerChoice(json: value) }
    if let list = fields.optional("targets") { targets = try Self.targets(list) }
    try fields.finish()
    try validate()
  }

  private static func targets(_ list: JSON) throws -> [Target] {
    guard let values = list.array, !values.isEmpty else {
      throw wrong("targets", "a list of at least one target", "configuration")
    }
    let targets = try values.map { value in
      var fields = try JSONFields(value, of: "a target of the configuration")
      let target = Target(
        name: try fields.string("name"),
        weight: fields.has("weight") ? Int(try fields.integer("weight", in: 0...1_000_000)) : 1,
        paths: try fields.array("paths").compactMap(\.string))
      try fields.finish()
      return target
    }
    guard Set(targets.map(\.name)).count == targets.count else {
      throw wrong("targets", "a list of targets with different names", "configuration")
    }
    return targets
  }

  /// Checks that the parts make sense together.
  func validate() throws {
    // A base brings its own shape, which is checked with it.
    if from == nil { try model.validate() }
    try training.validate()
    try books.validate()
    try survey.validate()
    guard (0...500_000).contains(heldOut) else {
      throw Self.wrong("heldOutPartsPerMillion", "an integer in 0…500000", "valuation")
    }
    guard (1...4096).contains(windows) else {
      throw Self.wrong("windows", "an integer in 1…4096", "valuation")
    }
  }

  /// The configuration with the vocabulary that an encoding has.
  ///
  /// - Throws: `ServiceError` where another vocabulary was asked for.
  func cutting(by encoding: any TextEncoding) throws -> RunConfiguration {
    var cut = self
    // A base may have more rows than its tokenizer has tokens.
    if from == nil { cut.model.vocabularySize = encoding.vocabularySize }
    guard from != nil || !givenShape.contains("vocabulary") || cut.model == model else {
      throw ServiceError.refused(
        "the configuration asks for a vocabulary of \(model.vocabularySize), and its tokenizer has"
          + " \(encoding.vocabularySize) tokens: leave 'vocabulary' out")
    }
    try cut.model.validate()
    return cut
  }

  /// The configuration of a run that goes on from a base: its shape, with the context asked for.
  ///
  /// - Throws: `ServiceError` where another shape was asked for, or a longer context than the base's.
  func adopting(_ base: ModelConfiguration) throws -> RunConfiguration {
    var adopted = self
    adopted.model = base
    adopted.model.contextLength =
      givenShape.contains("context")
      ? model.contextLength : min(model.contextLength, base.positionLimit)
    let shape =
      Self.integers.filter { $0.section == "model" }.map { ($0.name, $0.path) }
      + Self.derived.map { ($0.name, $0.path) }
    let decimals = Self.decimals.filter { $0.section == "model" }
    let other =
      shape.first { givenShape.contains($0.0) && self[keyPath: $0.1] != adopted[keyPath: $0.1] }?.0
      ?? decimals.first {
        givenShape.contains($0.name) && self[keyPath: $0.path] != adopted[keyPath: $0.path]
      }?.name
      ?? (givenShape.contains("tiesEmbeddings") && model.tiesEmbeddings != base.tiesEmbeddings
        ? "tiesEmbeddings" : nil)
    if let other {
      throw ServiceError.refused(
        "'\(other)' of the configuration's model is not the base's: leave it out")
    }
    guard tokenizer == .bytes else {
      throw ServiceError.refused(
        "a run that goes on from a model uses its tokenizer: leave 'tokenizer' out")
    }
    try adopted.model.validate()
    // A proxy would start from nothing, and the commons line is the base.
    adopted.survey.coalitions = 0
    return adopted
  }

  private static func wrong(
    _ name: String, _ expected: String, _ section: String
  ) -> JSONFieldError {
    .wrong(name: name, expected: expected, subject: "'\(section)' of the configuration")
  }
}

extension ModelConfiguration {
  /// The norm's epsilon as the shortest decimal that gives the same float32.
  fileprivate var normEpsilonDecimal: Double {
    get { Double(normEpsilon.description) ?? Double(normEpsilon) }
    set { normEpsilon = Float(newValue) }
  }
}
