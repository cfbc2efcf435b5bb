// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What the law fitted to retrained coalitions says of coalitions of half the players.
///
/// Shares read the law by Shapley's value below the commons line; this reads it as a linear datamodel
/// (Ilyas et al. 2022): how much lower each target's loss is, on the mean over all halves, with the player
/// than without.
package enum LawDatamodel {
  /// The scores by player, then target, nats a byte; positive where the player helps.
  ///
  /// - Parameters:
  ///   - players: 2 to `ShapleyValue.maximumPlayers`.
  ///   - coalitions: The measured ones, without the empty one.
  ///   - losses: By coalition, then target.
  /// - Returns: The scores.
  package static func scores(
    players: Int, coalitions: [Coalition], losses: [[Double]]
  ) -> [[Double]] {
    let targets = losses.first?.count ?? 0
    let half = players / 2
    let halves = (1..<UInt64(1) << UInt64(players)).map { Coalition(mask: $0) }.filter {
      $0.count == half
    }
    var scores = [[Double]](repeating: [Double](repeating: 0, count: targets), count: players)
    for target in 0..<targets {
      let law = LossSurrogate(players: players, coalitions, losses.map { $0[target] })
      var sum = 0.0
      var with = [Double](repeating: 0, count: players)
      for coalition in halves {
        let loss = law.loss(of: coalition)
        sum += loss
        for player in coalition.members { with[player] += loss }
      }
      // Each player is in half · count / players of all halves.
      let inside = Double(halves.count * half) / Double(players)
      let outside = Double(halves.count) - inside
      for player in 0..<players {
        scores[player][target] = (sum - with[player]) / outside - with[player] / inside
      }
    }
    return scores
  }
}
