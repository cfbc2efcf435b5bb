// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What retraining a proxy on coalitions of accounts found, in integers, and what follows from it.
package struct Survey: Hashable, Sendable {
  /// One retrained coalition and its losses, piconats per byte, by target.
  package struct Measurement: Hashable, Sendable {
    package var coalition: Coalition
    package var losses: [Int64]

    package init(coalition: Coalition, losses: [Int64]) {
      self.coalition = coalition
      self.losses = losses
    }
  }

  /// The player of each account, accounts in the order of their owners.
  package let playerOfAccount: [Int]
  package let measurements: [Measurement]
  /// Fixes the redraws, and which coalitions were retrained.
  package let seed: UInt64
  package let redraws: Int

  /// Collects what was found.
  package init(
    playerOfAccount: [Int], measurements: [Measurement], seed: UInt64, redraws: Int
  ) {
    self.playerOfAccount = playerOfAccount
    self.measurements = measurements
    self.seed = seed
    self.redraws = redraws
  }

  /// How many players there are.
  package var playerCount: Int { (playerOfAccount.max() ?? -1) + 1 }

  /// The losses of a coalition, if it was retrained.
  package func losses(of coalition: Coalition) -> [Int64]? {
    measurements.first { $0.coalition == coalition }?.losses
  }

  /// What follows from the measurements, in integers.
  package struct Findings: Hashable, Sendable {
    /// Shapley values by player, then target, piconats per byte.
    package var values: [[Int64]]
    /// The interval of each player's share, in units of the pot.
    package var intervals: [ClosedRange<Int64>]

    package init(values: [[Int64]], intervals: [ClosedRange<Int64>]) {
      self.values = values
      self.intervals = intervals
    }
  }

  /// Values the players, and tells how far each one's share may be from the exact one.
  ///
  /// `targetParts`: each target's part of the pot.
  package func findings(commons: [Int64], targetParts: [Int64]) -> Findings {
    let estimate = estimate(commons: commons)
    let values = estimate.values.map { $0.map(ClosedBooks.piconats) }
    let rates = targetParts.enumerated().map { target, part in
      let total = values.reduce(Int128(0)) { $0 + Int128($1[target]) }
      return total > 0 ? Double(part) / Double(total) : 0
    }
    let scale = Double(ShareDivision.pot)
    return Findings(
      values: values,
      intervals: estimate.shares(weights: rates).map {
        Int64($0.low * scale)...Int64($0.high * scale)
      })
  }

  /// The Shapley values in the excess game of each target.
  ///
  /// `commons`: the commons line of each target, piconats per byte.
  private func estimate(commons: [Int64]) -> ShareEstimate {
    func nats(_ piconats: Int64) -> Double { Double(piconats) / ClosedBooks.piconatsPerNat }
    return ShareEstimate(
      players: playerCount, coalitions: measurements.map(\.coalition),
      losses: measurements.map { $0.losses.map(nats) }, commons: commons.map(nats),
      redraws: redraws, seed: seed)
  }

  /// What the weighted excess of the proxy loses without each player, piconats per byte.
  ///
  /// `nil` for a player without whom the proxy was not retrained.
  package func marginals(commons: [Int64], weights: [UInt64]) -> [Int64?] {
    func value(_ losses: [Int64]) -> Int64 {
      var sum = Int128(0)
      var total = Int128(0)
      for target in commons.indices {
        sum += Int128(weights[target]) * Int128(max(0, commons[target] - losses[target]))
        total += Int128(weights[target])
      }
      return Int64(sum / max(total, 1))
    }
    let whole = Coalition.all(playerCount)
    let full = losses(of: whole).map(value)
    return (0..<playerCount).map { player in
      guard let full, playerCount > 1, let without = losses(of: whole.without(player)) else {
        return nil
      }
      return full - value(without)
    }
  }
}
