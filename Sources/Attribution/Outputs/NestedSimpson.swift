// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The mean of a function on a stretch of the path, by nested rules whose nodes are reused.
///
/// Level 1 is the trapezoid over the ends; each further level halves the distance of nodes and
/// applies Simpson's rule: 3, 5, 9 nodes.
enum NestedSimpson {
  /// The weights of the sums of gradients over the two ends, over the inner nodes already there at
  /// the level before (`even`), and over those the level added (`odd`).
  struct Weights: Equatable {
    var ends: Double
    var even: Double
    var odd: Double
  }

  static func weights(level: Int) -> Weights {
    guard level > 1 else { return Weights(ends: 0.5, even: 0, odd: 0) }
    let third = 1 / (3 * Double(1 << (level - 1)))
    return Weights(ends: third, even: 2 * third, odd: 4 * third)
  }

  /// The places between 0 and 1 that a level adds.
  static func newNodes(level: Int) -> [Double] {
    guard level > 1 else { return [] }
    let intervals = 1 << (level - 1)
    return stride(from: 1, to: intervals, by: 2).map { Double($0) / Double(intervals) }
  }
}
