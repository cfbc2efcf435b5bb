// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives

/// `run.checkpointed`: the end of one segment of a run.
package struct RunCheckpoint: Sendable {
  /// The model being trained.
  package let model: ModelName
  /// The segment's number; the first is 1.
  package let segment: Int64
  /// How many steps were made.
  package let step: Int64
  /// The SHA-256 of the weights (float32, little endian, in the order of the tensor table).
  package let weights: Digest
  /// The SHA-256 of the books closed at this step, in the form of `books/books.json`.
  package let books: Digest
  /// The SHA-256 of the whole state from which the run can go on: weights, moments, books.
  package let state: Digest

  /// Makes a checkpoint.
  package init(
    model: ModelName, segment: Int64, step: Int64, weights: Digest, books: Digest, state: Digest
  ) {
    self.model = model
    self.segment = segment
    self.step = step
    self.weights = weights
    self.books = books
    self.state = state
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "run.checkpointed")
    model = try fields.parsed("model", as: "a model name", ModelName.init)
    segment = try fields.integer("segment", in: 1...JSON.largestExactInteger)
    step = try fields.integer("step", in: 1...JSON.largestExactInteger)
    weights = try fields.parsed("weights", as: "a SHA-256 digest", Digest.init(hex:))
    books = try fields.parsed("books", as: "a SHA-256 digest", Digest.init(hex:))
    state = try fields.parsed("state", as: "a SHA-256 digest", Digest.init(hex:))
    try fields.finish()
  }

  var payload: JSON {
    [
      "model": .string(model.text), "segment": .integer(segment), "step": .integer(step),
      "weights": .string(weights.hex), "books": .string(books.hex), "state": .string(state.hex),
    ]
  }
}
