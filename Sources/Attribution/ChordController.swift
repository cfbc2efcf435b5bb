// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Chooses how many steps the next chord has.
///
/// Chords double from two steps on, and are halved only when even the finest quadrature misses
/// the tolerance. While the weights oscillate a long chord cuts through the oscillation: measured on
/// the King James text, chords of 13 steps needed 3 nodes where chords of 5 needed 5, and rules that
/// shortened chords after many nodes measured the targets 1.5 to 2.5 times as often.
struct ChordController: Equatable {
  var length = 2
  var maximum: Int

  /// The steps of the next chord where `left` steps are left: as few chords as the length allows, all
  /// of about the same size.
  func next(within left: Int) -> Int {
    let chords = (left + length - 1) / length
    return (left + chords - 1) / chords
  }

  /// Learns from a chord whose largest residual was `excess` times its tolerance.
  mutating func learn(chord: Int, excess: Double) {
    length = excess > 1 ? max(1, chord / 2) : min(maximum, 2 * length)
  }
}
