// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels

/// What a target's loss is expected to be after training on any coalition.
///
/// A scaling law in the data that matters to the target, and what each player costs it:
///
///     L(S) = E + A · (Σ_{c ∈ S} w_c)^(−α) + Σ_{c ∈ S} b_c
///
/// Fitted to retrained coalitions by least squares with weak priors (a maximum a posteriori estimate),
/// by Levenberg and Marquardt's method. The form is that of the laws of loss in the number of tokens
/// (Kaplan et al. 2020, Hoffmann et al. 2022) with one exchange rate a player.
struct LossSurrogate {
  /// ln w_c of each player, b_c of each player, then E, ln A, ln α.
  private(set) var parameters: [Double]
  private let players: Int

  /// How far a fitted loss may lie from a measured one, and how large b_c is expected to be, both as
  /// parts of the standard deviation of the measured losses.
  private static let noise = 0.04
  private static let cost = 0.3

  /// Fits the law.
  ///
  /// - Parameters:
  ///   - players: How many there are.
  ///   - coalitions: Not empty ones; at least one.
  ///   - losses: One for each, nats a byte.
  ///   - start: A law to begin from, fitted to almost the same losses.
  init(
    players: Int, _ coalitions: [Coalition], _ losses: [Double], from start: LossSurrogate? = nil
  ) {
    self.players = players
    let count = Double(losses.count)
    let mean = losses.reduce(0, +) / count
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let spread = max(variance.squareRoot(), 1e-6)
    let prior =
      [Double](repeating: -1, count: players) + [Double](repeating: 0, count: players)
      + [(losses.min() ?? 0) - 0.5 * spread, ExactMath.log(1.5 * spread), ExactMath.log(0.5)]
    let widths =
      [Double](repeating: 1.5, count: players)
      + [Double](repeating: Self.cost * spread, count: players) + [spread, 1, 0.5]
    parameters = start?.parameters ?? prior
    let members = coalitions.map(\.members)
    parameters = LeastSquares.minimize(from: parameters) { point, sums in
      let law = LossSurrogate(players: players, parameters: point)
      var row = [Double](repeating: 0, count: point.count)
      for (loss, members) in zip(losses, members) {
        let value = law.value(members, derivatives: &row)
        sums.add((value - loss) / (Self.noise * spread), row, scale: 1 / (Self.noise * spread))
      }
      for index in point.indices {
        sums.add((point[index] - prior[index]) / widths[index], at: index, 1 / widths[index])
      }
    }
  }

  private init(players: Int, parameters: [Double]) {
    self.players = players
    self.parameters = parameters
  }

  /// The expected loss after training on a coalition that is not empty, nats a byte.
  func loss(of coalition: Coalition) -> Double {
    var effective = 0.0
    var cost = 0.0
    for player in 0..<players where coalition.contains(player) {
      effective += ExactMath.exp(parameters[player])
      cost += parameters[players + player]
    }
    let exponent = ExactMath.exp(parameters[2 * players + 2])
    return parameters[2 * players] + cost
      + ExactMath.exp(parameters[2 * players + 1] - exponent * ExactMath.log(effective))
  }

  private func value(_ members: [Int], derivatives row: inout [Double]) -> Double {
    for index in row.indices { row[index] = 0 }
    var effective = 0.0
    var value = parameters[2 * players]
    for player in members {
      let rate = ExactMath.exp(parameters[player])
      row[player] = rate
      effective += rate
      value += parameters[players + player]
      row[players + player] = 1
    }
    let exponent = ExactMath.exp(parameters[2 * players + 2])
    let logarithm = ExactMath.log(effective)
    let term = ExactMath.exp(parameters[2 * players + 1] - exponent * logarithm)
    for player in members { row[player] *= -exponent * term / effective }
    row[2 * players] = 1
    row[2 * players + 1] = term
    row[2 * players + 2] = -exponent * logarithm * term
    return value + term
  }
}
