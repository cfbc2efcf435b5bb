// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Where the wall time of a run went, in seconds.
package struct TimeSplit: Sendable {
  /// Forward and backward passes over batches.
  package var passes = 0.0
  /// Summing gradients and moving the weights.
  package var updates = 0.0
  /// Losses and gradients of the targets.
  package var valuation = 0.0
  /// Dividing chords over the lines.
  package var accounting = 0.0
  /// Adding up and packing displacements.
  package var displacements = 0.0

  static func now() -> ContinuousClock.Instant { ContinuousClock.now }

  /// Adds the time since `began` to `sum` and starts anew.
  static func lap(_ began: inout ContinuousClock.Instant, into sum: inout Double) {
    let end = now()
    let (seconds, attoseconds) = (end - began).components
    sum += Double(seconds) + Double(attoseconds) * 1e-18
    began = end
  }
}
