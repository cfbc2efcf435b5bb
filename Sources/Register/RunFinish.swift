// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives

/// `run.finished`: the result of a run, by the digests of its files and the totals of its books.
package struct RunFinish: Sendable {
  /// One target's line of balance, in piconats a byte.
  package struct Balance: Hashable, Sendable {
    /// The target's name.
    package let target: String
    /// The measured loss before the first step.
    package let initialLoss: Int64
    /// The measured loss after the last step.
    package let finalLoss: Int64
    /// The sum of all credits.
    package let credited: Int64
    /// What weight decay did.
    package let decay: Int64
    /// What is left: initial − final − credited − decay.
    package let residual: Int64

    /// Makes a line of balance.
    package init(
      target: String, initialLoss: Int64, finalLoss: Int64, credited: Int64, decay: Int64,
      residual: Int64
    ) {
      self.target = target
      self.initialLoss = initialLoss
      self.finalLoss = finalLoss
      self.credited = credited
      self.decay = decay
      self.residual = residual
    }

    /// Whether credits, decay and residual add up to the measured reduction.
    package var balances: Bool {
      credited + decay + residual == initialLoss - finalLoss
    }

    private static let range = -JSON.largestExactInteger...JSON.largestExactInteger

    init(json: JSON) throws(JSONFieldError) {
      var fields = try JSONFields(json, of: "a line of balance")
      target = try fields.string("target")
      initialLoss = try fields.integer("initialLoss", in: Self.range)
      finalLoss = try fields.integer("finalLoss", in: Self.range)
      credited = try fields.integer("credited", in: Self.range)
      decay = try fields.integer("decay", in: Self.range)
      residual = try fields.integer("residual", in: Self.range)
      try fields.finish()
    }

    var json: JSON {
      [
        "target": .string(target), "initialLoss": .integer(initialLoss),
        "finalLoss": .integer(finalLoss), "credited": .integer(credited),
        "decay": .integer(decay), "residual": .integer(residual),
      ]
    }
  }

  /// The model trained.
  package let model: ModelName
  /// How many steps were made.
  package let steps: Int64
  /// The SHA-256 of `model.safetensors`.
  package let weights: Digest
  /// The SHA-256 of `books/books.json`.
  package let books: Digest
  /// The SHA-256 of `shares.json`.
  package let shares: Digest
  /// The SHA-256 of `books/survey.json`, where coalitions were retrained.
  package let survey: Digest?
  /// One line a target.
  package let balances: [Balance]

  /// Makes a result.
  package init(
    model: ModelName, steps: Int64, weights: Digest, books: Digest, shares: Digest,
    survey: Digest? = nil, balances: [Balance]
  ) {
    self.model = model
    self.steps = steps
    self.weights = weights
    self.books = books
    self.shares = shares
    self.survey = survey
    self.balances = balances
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "run.finished")
    model = try fields.parsed("model", as: "a model name", ModelName.init)
    steps = try fields.integer("steps", in: 1...JSON.largestExactInteger)
    weights = try fields.parsed("weights", as: "a SHA-256 digest", Digest.init(hex:))
    books = try fields.parsed("books", as: "a SHA-256 digest", Digest.init(hex:))
    shares = try fields.parsed("shares", as: "a SHA-256 digest", Digest.init(hex:))
    survey =
      fields.has("survey")
      ? try fields.parsed("survey", as: "a SHA-256 digest", Digest.init(hex:)) : nil
    var balances: [Balance] = []
    for line in try fields.array("balances") { balances.append(try Balance(json: line)) }
    self.balances = balances
    try fields.finish()
  }

  var payload: JSON {
    var object: JSONObject = [
      "model": .string(model.text), "steps": .integer(steps), "weights": .string(weights.hex),
      "books": .string(books.hex), "shares": .string(shares.hex),
      "balances": .array(balances.map(\.json)),
    ]
    if let survey { object["survey"] = .string(survey.hex) }
    return .object(object)
  }
}
