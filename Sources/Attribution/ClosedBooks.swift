// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The closed books of a run: who moved each target's loss by how much.
///
/// Everything is in piconats per byte (10⁻¹² nats), positive where loss was removed. They balance in
/// integers: `initialLoss - finalLoss = Σ credit + decay + residual` for each target.
package struct ClosedBooks: Hashable, Sendable {
  /// The measured loss of each target before the first step and after the last.
  package let initialLoss: [Int64]
  package let finalLoss: [Int64]
  /// Path-integral credit, by line, then target.
  package let credit: [[Int64]]
  /// What weight decay removed from each target's loss.
  package let decay: [Int64]
  /// What the quadrature left unexplained, by definition of balance.
  package let residual: [Int64]
  /// The sum of the magnitudes of all chords' residuals.
  package let absoluteResidual: [Int64]

  package static let piconatsPerNat = 1e12

  /// Closes the books: the residual is whatever makes them balance.
  package init(
    initialLoss: [Int64], finalLoss: [Int64], credit: [[Int64]],
    decay: [Int64], absoluteResidual: [Int64]
  ) {
    self.initialLoss = initialLoss
    self.finalLoss = finalLoss
    self.credit = credit
    self.decay = decay
    self.absoluteResidual = absoluteResidual
    residual = initialLoss.indices.map { target in
      credit.reduce(initialLoss[target] - finalLoss[target] - decay[target]) { $0 - $1[target] }
    }
  }

  /// Nats to whole piconats, to nearest.
  package static func piconats(_ nats: Double) -> Int64 {
    Int64((nats * piconatsPerNat).rounded(.toNearestOrEven))
  }

  /// The largest residual of a target as a part of its reduction.
  package var worstResidual: Double {
    residual.indices.reduce(0) { worst, target in
      let reduction = Double(initialLoss[target] - finalLoss[target])
      return max(worst, (Double(residual[target]) / reduction).magnitude)
    }
  }
}
