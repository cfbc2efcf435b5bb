// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A step whose loss, gradient or credit is no number that can be kept: the run cannot go on, and must not be used.
///
/// What was saved before is good. The weights may hold the step already.
package struct BrokenStep: Error, Hashable {
  /// What is not finite.
  package enum Part: Hashable, Sendable {
    case loss
    case gradient
    /// The loss of this target, measured after the step.
    case target(Int)
    /// The sums of the books, which grew beyond what they can hold.
    case books
  }

  /// The step, the first being 1.
  package let step: Int
  package let part: Part
  /// The lines of the books in whose windows it came up, ascending; all of the batch where no
  /// single one can be named.
  package let lines: [Int]
}

extension BrokenStep: CustomStringConvertible {
  package var description: String {
    let what =
      switch part {
      case .loss: "the loss of its batch is not finite"
      case .gradient: "the gradient of its batch is not finite"
      case .target(let index): "the loss of target \(index) after it is not finite"
      case .books: "the credits grew beyond what books can hold"
      }
    return "step \(step): \(what): lower the peak rate"
  }
}
