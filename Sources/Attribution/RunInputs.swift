// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Transformer

/// A work that is trained on: one line of the books.
package struct TrainingLine: Sendable {
  /// The index of the account that owns it.
  package var owner: Int
  package var text: TokenText

  package init(owner: Int, text: TokenText) {
    self.owner = owner
    self.text = text
  }

  /// A work whose tokens are its bytes.
  package init(owner: Int, bytes: [UInt8]) {
    self.init(owner: owner, text: TokenText(bytes: bytes))
  }

  /// The work's text.
  package var bytes: [UInt8] { text.bytes }
}

/// A held-out text by whose loss the run is measured; fixed before the first step.
package struct ValuationTarget: Sendable {
  package var name: String
  /// Separate passages; each is read in windows of its own.
  package var passages: [TokenText]

  package init(name: String, passages: [TokenText]) {
    self.name = name
    self.passages = passages
  }

  /// A target whose tokens are its bytes.
  package init(name: String, passages: [[UInt8]]) {
    self.init(name: name, passages: passages.map(TokenText.init(bytes:)))
  }

  /// How many bytes are predicted.
  package var predictedBytes: Int { passages.reduce(0) { $0 + $1.predictedBytes } }

  /// Picks `count` passages of one window each, evenly over all windows of the held-out parts.
  ///
  /// None crosses from one part into another; where there are fewer windows, all are taken.
  package init(name: String, heldOut parts: [[UInt8]], count: Int, context: Int) {
    let windows = parts.flatMap {
      TokenText(bytes: $0).passages(length: context + 1, every: context)
    }
    let taken = min(count, windows.count)
    let picked = (0..<taken).map { index in
      windows[taken == 1 ? 0 : index * (windows.count - 1) / (taken - 1)]
    }
    self.init(name: name, passages: picked)
  }
}

/// How the books are kept.
package struct BooksConfiguration: Hashable, Sendable {
  /// How much of a chord's change of loss the quadrature may leave unexplained.
  ///
  /// A chord may leave this part of its own change, plus this part of the target's first loss times
  /// the chord's part of all steps. The magnitudes over a run then add up to at most about three
  /// times this part of the reduction; measured, to less than it.
  package var tolerance = 0.01
  /// The most steps between two measured points.
  package var maximumChord = 40
  /// The finest quadrature: 1 trapezoid, 2 Simpson, 3 and 4 Lobatto's and Kronrod's rules on 5 and 9 nodes.
  package var maximumLevel = Quadrature.maximumLevel
  /// The most memory the gradients of one chord may take.
  package var memoryBudgetBytes = 2688 << 20
  /// The most memory that works' momenta may take: exact within it, else folded (`LineMomenta`).
  package var momentumBudgetBytes = 2048 << 20
  /// The most bytes that displacements may take on disk; 0 stores none.
  ///
  /// From them texts are divided after the run. During the run they take 4 bytes of memory for each
  /// parameter and account.
  package var displacementBudgetBytes = 640 << 20
  /// A run is cut into this many parts; chords do not cross a cut, so all runs pass these steps.
  package var segments = 8
  /// The most points of the time course.
  package var coursePoints = 200

  package init() {}

  /// Checks that every number makes sense.
  ///
  /// - Throws: the name of the first that does not, with its value.
  package func validate() throws(RunError) {
    guard tolerance > 0, tolerance <= 1 else {
      throw .outOfRange("tolerance", tolerance)
    }
    guard (1...1024).contains(maximumChord) else {
      throw .outOfRange("maximum chord", Double(maximumChord))
    }
    guard (1...Quadrature.maximumLevel).contains(maximumLevel) else {
      throw .outOfRange("maximum level", Double(maximumLevel))
    }
    guard displacementBudgetBytes >= 0 else {
      throw .outOfRange("displacement budget", Double(displacementBudgetBytes))
    }
    guard (1...1_000_000).contains(segments) else {
      throw .outOfRange("segments", Double(segments))
    }
    guard (2...100_000).contains(coursePoints) else {
      throw .outOfRange("course points", Double(coursePoints))
    }
  }
}

/// Why a run cannot begin.
package enum RunError: Error, Hashable {
  /// No line has two tokens.
  case nothingToTrainOn
  /// There is no target, or this one has no passage of two tokens.
  case emptyTarget(Int)
  /// A text holds this token; the vocabulary is smaller.
  case tokenNotInVocabulary(Int, Int)
  /// A number of the books' configuration is out of range.
  case outOfRange(String, Double)
  /// One step's gradients do not fit the memory budget; holds the bytes that one step needs.
  case memoryBudgetTooSmall(Int)
  /// Not even the shortest folded momenta fit their budget; holds the bytes that they need.
  case momentumBudgetTooSmall(Int)
  /// Not even two rows of displacements fit their budget; holds the bytes that they need.
  case displacementBudgetTooSmall(Int)
}

extension RunError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .nothingToTrainOn: "there is nothing to train on: admit at least one work of two bytes"
    case .emptyTarget(let index):
      "valuation target \(index) holds no text: give it a passage of at least two bytes"
    case .tokenNotInVocabulary(let token, let size):
      "token \(token) is not in the model's vocabulary of \(size): use the model's own tokenizer"
    case .outOfRange(let name, let value):
      "\(name) \(value) is out of range: see the configuration's documentation"
    case .memoryBudgetTooSmall(let bytes):
      "the books' memory budget is too small: allow at least \(bytes) bytes"
    case .momentumBudgetTooSmall(let bytes):
      "the budget for momenta is too small: allow at least \(bytes) bytes"
    case .displacementBudgetTooSmall(let bytes):
      "the budget for displacements is too small: allow at least \(bytes) bytes, or 0 for none"
    }
  }
}
