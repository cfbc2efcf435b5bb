// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Primitives

/// Which coalitions of a game are retrained.
package enum CoalitionDesign {
  /// Chooses `count` coalitions, or all but the empty one where the game has no more.
  ///
  /// First the whole, then every player alone and every player left out; then complementary pairs
  /// of seeded draws of every size in turn, each the farthest of 40 from what was chosen (in players
  /// by which two coalitions differ). With fewer than `2 · players + 1` only the first of these.
  ///
  /// - Parameters:
  ///   - players: 1 to 63.
  ///   - count: The most coalitions, at least 1.
  ///   - seed: Fixes the draws.
  /// - Returns: The coalitions, the whole first.
  package static func coalitions(players: Int, count: Int, seed: UInt64) -> [Coalition] {
    let whole = Coalition.all(players)
    if players < 20, count >= 1 << players - 1 {
      return (1..<UInt64(1) << UInt64(players)).map { Coalition(mask: $0) }
    }
    var chosen: [Coalition] = []
    var seen: Set<Coalition> = [Coalition(mask: 0)]
    func take(_ coalition: Coalition) {
      if chosen.count < count, seen.insert(coalition).inserted { chosen.append(coalition) }
    }
    take(whole)
    for player in 0..<players { take(Coalition([player])) }
    for player in 0..<players { take(whole.without(player)) }
    var random = Philox4x32(key: seed, stream: CoalitionStream.design)
    var size = 2
    while chosen.count < count, players > 3 {
      var best: (distance: Int, coalition: Coalition)?
      for _ in 0..<40 {
        let draw = draw(size, of: players, &random)
        guard !seen.contains(draw) else { continue }
        let distance = seen.reduce(players) { min($0, ($1.mask ^ draw.mask).nonzeroBitCount) }
        if distance > best?.distance ?? 0 { best = (distance, draw) }
      }
      if let best {
        take(best.coalition)
        take(Coalition(mask: whole.mask & ~best.coalition.mask))
      }
      size = size + 1 < players - 1 ? size + 1 : 2
    }
    return chosen
  }

  /// Different coalitions of half the players, by seeded draws; what a datamodel is scored on.
  ///
  /// - Parameters:
  ///   - players: 2 to 63, with at least `count` halves.
  ///   - count: How many.
  ///   - seed: Fixes the draws.
  /// - Returns: The coalitions in the order of the draws.
  package static func halves(players: Int, count: Int, seed: UInt64) -> [Coalition] {
    var random = Philox4x32(key: seed, stream: CoalitionStream.design)
    var halves: [Coalition] = []
    while halves.count < count {
      let half = draw(players / 2, of: players, &random)
      if !halves.contains(half) { halves.append(half) }
    }
    return halves
  }

  private static func draw(
    _ size: Int, of players: Int, _ random: inout Philox4x32
  ) -> Coalition {
    var order = Array(0..<players)
    random.shuffle(&order)
    return Coalition(order.prefix(size))
  }
}

/// The streams of randomness of coalitions, apart from those of training.
enum CoalitionStream {
  static let design: UInt64 = 16 << 32
  static let redraws: UInt64 = 17 << 32
}
