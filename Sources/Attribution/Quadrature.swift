// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The integral of a target's gradient along a chord, by nested rules whose nodes are reused.
///
/// Level 1 is the trapezoid over the ends; each further level halves the distance of nodes and
/// applies Simpson's rule: 3, 5, 9, 17, 33 nodes.
struct Quadrature {
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

/// Chooses how many steps the next chord has.
///
/// Chords grow by half from a single step, and are halved only when even the finest quadrature misses
/// the tolerance. While the weights oscillate a long chord cuts through the oscillation: measured on
/// the King James text, chords of 13 steps needed 3 nodes where chords of 5 needed 5, and rules that
/// shortened chords after many nodes measured the targets 1.5 to 2.5 times as often.
struct ChordController: Equatable {
  var length = 1
  var maximum: Int

  /// The steps of the next chord where `left` steps are left: as few chords as the length allows, all
  /// of about the same size.
  func next(within left: Int) -> Int {
    let chords = (left + length - 1) / length
    return (left + chords - 1) / chords
  }

  /// Learns from a chord whose largest residual was `excess` times its tolerance.
  mutating func learn(chord: Int, excess: Double) {
    length = excess > 1 ? max(1, chord / 2) : min(maximum, length + (length + 1) / 2)
  }
}
