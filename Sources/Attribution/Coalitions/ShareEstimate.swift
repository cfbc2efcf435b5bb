// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Primitives

/// The Shapley value of every player in the excess game, from a part of the coalitions.
///
/// The game of target q is v_q(S) = max(0, commons_q − L_q(S)). Coalitions that were retrained enter as
/// they were measured; the others by a fitted law (`LossSurrogate`) with the law's own residuals as
/// its error. Because all 2ⁿ coalitions have a value, the players' values add up to v_q of the whole
/// exactly. Intervals come from a bootstrap of the residuals: the law is fitted anew to losses
/// redrawn around it, and what was not measured is redrawn around that.
package struct ShareEstimate: Sendable {
  /// The Shapley value by player, then target, nats a byte; may be negative.
  package let values: [[Double]]
  /// As `values`, for each redraw.
  package let redraws: [[[Double]]]
  /// The root mean square of the law's residuals by target, for the parameters it was fitted with.
  package let misfit: [Double]

  /// Half an interval, in standard deviations of the redraws.
  package static let halfWidth = 2.0

  /// Estimates from measured losses.
  ///
  /// - Parameters:
  ///   - players: 1 to `ShapleyValue.maximumPlayers`.
  ///   - coalitions: The measured ones, without the empty one, the whole among them.
  ///   - losses: By coalition, then target.
  ///   - commons: The commons line of each target, nats a byte.
  ///   - count: How often the residuals are redrawn; 0 gives no intervals.
  ///   - seed: Fixes the redraws.
  package init(
    players: Int, coalitions: [Coalition], losses: [[Double]], commons: [Double],
    redraws count: Int = 64, seed: UInt64 = 1
  ) {
    let targets = commons.count
    let measured = Dictionary(uniqueKeysWithValues: zip(coalitions, losses))
    let unmeasured = (1..<UInt64(1) << UInt64(players)).map { Coalition(mask: $0) }.filter {
      measured[$0] == nil
    }
    var known = [Double](repeating: 0, count: targets << players)
    for (coalition, losses) in measured {
      for target in 0..<targets {
        known[Int(coalition.mask) * targets + target] = max(0, commons[target] - losses[target])
      }
    }
    guard !unmeasured.isEmpty else {
      values = ShapleyValue.exact(players: players, games: targets, value: known)
      redraws = Array(repeating: values, count: count)
      misfit = [Double](repeating: 0, count: targets)
      return
    }
    let laws = (0..<targets).map { target in
      LossSurrogate(players: players, coalitions, losses.map { $0[target] })
    }
    let fitted = coalitions.map { coalition in laws.map { $0.loss(of: coalition) } }
    let residuals = Self.residuals(
      losses, fitted, freedom: Double(coalitions.count - min(players + 6, coalitions.count - 4)))
    misfit = (0..<targets).map { target in
      let squares = residuals.reduce(0) { $0 + $1[target] * $1[target] }
      return (squares / Double(residuals.count)).squareRoot()
    }
    var mean = known
    for coalition in unmeasured {
      for target in 0..<targets {
        let center = commons[target] - laws[target].loss(of: coalition)
        let sum = residuals.reduce(0) { $0 + max(0, center - $1[target]) }
        mean[Int(coalition.mask) * targets + target] = sum / Double(residuals.count)
      }
    }
    values = ShapleyValue.exact(players: players, games: targets, value: mean)
    var random = Philox4x32(key: seed, stream: CoalitionStream.redraws)
    let bound = UInt32(residuals.count)
    redraws = (0..<count).map { _ in
      let drawn = fitted.map { row in
        zip(row, residuals[Int(random.below(bound))]).map { $0 + $1 }
      }
      let redrawn = laws.enumerated().map { target, law in
        LossSurrogate(players: players, coalitions, drawn.map { $0[target] }, from: law)
      }
      var value = known
      for coalition in unmeasured {
        let residual = residuals[Int(random.below(bound))]
        for target in 0..<targets {
          value[Int(coalition.mask) * targets + target] = max(
            0, commons[target] - redrawn[target].loss(of: coalition) - residual[target])
        }
      }
      return ShapleyValue.exact(players: players, games: targets, value: value)
    }
  }

  /// The residuals about their mean, by coalition, then target, widened for what the fit took up.
  private static func residuals(
    _ losses: [[Double]], _ fitted: [[Double]], freedom: Double
  ) -> [[Double]] {
    let count = Double(losses.count)
    let widening = (count / max(freedom, 4)).squareRoot()
    var residuals = zip(losses, fitted).map { zip($0, $1).map { $0 - $1 } }
    for target in residuals[0].indices {
      let mean = residuals.reduce(0) { $0 + $1[target] } / count
      for index in residuals.indices {
        residuals[index][target] = (residuals[index][target] - mean) * widening
      }
    }
    return residuals
  }

  /// A player's share with its interval.
  package struct Share: Hashable, Sendable {
    package var share: Double
    package var low: Double
    package var high: Double
  }

  /// The shares of the players, the targets weighed by `weights`; negative values count as none.
  ///
  /// `weights`: one a target: what its users pay, for each nat.
  package func shares(weights: [Double]) -> [Share] {
    let center = Self.shares(values, weights)
    let draws = redraws.map { Self.shares($0, weights) }
    return center.indices.map { player in
      let squares = draws.reduce(0) { $0 + ($1[player] - center[player]).squared }
      let half = Self.halfWidth * (squares / Double(max(draws.count, 1))).squareRoot()
      return Share(
        share: center[player], low: max(0, center[player] - half),
        high: min(1, center[player] + half))
    }
  }

  private static func shares(_ values: [[Double]], _ weights: [Double]) -> [Double] {
    let totals = values.map { max(0, zip($0, weights).reduce(0) { $0 + $1.0 * $1.1 }) }
    let sum = totals.reduce(0, +)
    return sum > 0 ? totals.map { $0 / sum } : totals
  }
}

extension Double {
  fileprivate var squared: Double { self * self }
}
