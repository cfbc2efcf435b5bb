// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The mean of a gradient along a straight line between two weights, by nested rules.
///
/// Level 1 is the trapezoid, level 2 Simpson's rule, level 3 Lobatto's with 5 nodes and level 4 its
/// extension by Kronrod's method to 9; they are exact for polynomials of degree 1, 3, 7 and 13. The ends
/// are known from the stretches beside it and each level keeps the nodes of the level before, so that a
/// level costs 1, 2, 4 and 8 gradients a stretch. (Gander and Gautschi, "Adaptive quadrature – revisited",
/// BIT 40, 2000, do the same from Lobatto's rule with 4 nodes.)
enum Quadrature {
  /// Inner nodes that always have one weight together: their places between 0 and 1.
  static let groups: [[Double]] = [
    [0.5], places(0.654653670707977144), places(0.890405527512668787),
    places(0.340982265910992972),
  ]

  /// The weight of each end, and those of each node of the first groups.
  struct Rule: Equatable {
    var ends: Double
    var inner: [Double]
  }

  private static let rules = [
    Rule(ends: 1.0 / 2, inner: []),
    Rule(ends: 1.0 / 6, inner: [2.0 / 3]),
    Rule(ends: 1.0 / 20, inner: [16.0 / 45, 49.0 / 180]),
    Rule(
      ends: 0.0153218694885361552,
      inner: [
        0.171881043605181536, 0.141989389024060557, 0.0896313497766036780, 0.167116869908208842,
      ]),
  ]

  /// The finest level.
  static let maximumLevel = rules.count

  /// The rule of a level, from 1.
  static func rule(level: Int) -> Rule { rules[level - 1] }

  /// The groups of nodes that a level adds to those of the level before.
  static func newGroups(level: Int) -> Range<Int> {
    level == 1 ? 0..<0 : rules[level - 2].inner.count..<rules[level - 1].inner.count
  }

  private static func places(_ distance: Double) -> [Double] {
    [0.5 - distance / 2, 0.5 + distance / 2]
  }
}
