// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The exact Shapley value (Shapley 1953) of games with few players.
package enum ShapleyValue {
  /// The most players whose coalitions are enumerated.
  package static let maximumPlayers = 16

  /// Values every player of several games over the same players.
  ///
  /// φ_i = Σ_S |S|! (n − |S| − 1)! / n! · (v(S ∪ i) − v(S)). Takes n · 2ⁿ⁻¹ differences a game.
  ///
  /// - Parameters:
  ///   - players: At most `maximumPlayers`.
  ///   - games: How many games.
  ///   - value: One value a game for each coalition, by mask, then game; 2ⁿ · games values.
  /// - Returns: By player, then game.
  package static func exact(players: Int, games: Int, value: [Double]) -> [[Double]] {
    precondition(players <= maximumPlayers && value.count == games << players, "no such games")
    let weights = weights(players)
    return (0..<players).map { player in
      var sums = [Double](repeating: 0, count: games)
      for mask in 0..<1 << players where mask >> player & 1 == 0 {
        let weight = weights[mask.nonzeroBitCount]
        let (low, high) = (mask * games, (mask | 1 << player) * games)
        for game in 0..<games { sums[game] += weight * (value[high + game] - value[low + game]) }
      }
      return sums
    }
  }

  /// `s! (n − s − 1)! / n!` for each size s of the coalition that is joined.
  private static func weights(_ players: Int) -> [Double] {
    // 1 / (n · C(n−1, s)), the binomial by its recurrence.
    var binomial = 1.0
    return (0..<players).map { size in
      if size > 0 { binomial *= Double(players - size) / Double(size) }
      return 1 / (Double(players) * binomial)
    }
  }
}
