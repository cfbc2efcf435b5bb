// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Which checkpoints of a run keep their whole state, so that a replay need not begin at the start.
///
/// A state holds weights, moments and one momentum a work, which for many works is gigabytes. As many
/// are kept as fit a budget, spread evenly over the run; a replay begins at the nearest one before
/// its segment, or at the seeded start, which is always there. What is kept changes no result.
package enum KeptStates {
  /// The bytes that the kept states of a run may take together, unless the user says otherwise.
  package static let defaultBudget = 256 << 20

  /// Whether the state at the end of a segment is kept.
  ///
  /// - Parameters:
  ///   - segment: The segment, the first being 1; the last is the finished model and never kept.
  ///   - segments: How many there are.
  ///   - stateBytes: The size of a state.
  ///   - budget: The bytes that all kept states may take together.
  /// - Returns: Whether this is one of the segments so chosen.
  static func areKept(segment: Int, of segments: Int, stateBytes: Int, budget: Int) -> Bool {
    let count = min(segments - 1, budget / max(1, stateBytes))
    guard count > 0 else { return false }
    return (1...count).contains { ($0 * segments + (count + 1) / 2) / (count + 1) == segment }
  }
}
