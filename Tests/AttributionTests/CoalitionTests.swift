// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Kernels
import Primitives
import Testing
import Transformer

@Suite struct CoalitionTests {
  @Test func `Shapley values are the mean of what players add in all orders`() {
    var random = Philox4x32(key: 31, stream: 0)
    for players in 1...5 {
      let value = (0..<1 << players).map { mask in
        mask == 0 ? 0 : Double(random.below(1000)) / 100
      }
      var sums = [Double](repeating: 0, count: players)
      var orders = 0.0
      func visit(_ mask: Int, _ gains: [Double]) {
        if mask == 1 << players - 1 {
          orders += 1
          for player in 0..<players { sums[player] += gains[player] }
        }
        for player in 0..<players where mask >> player & 1 == 0 {
          var next = gains
          next[player] = value[mask | 1 << player] - value[mask]
          visit(mask | 1 << player, next)
        }
      }
      visit(0, [Double](repeating: 0, count: players))
      let exact = ShapleyValue.exact(players: players, games: 1, value: value)
      for player in 0..<players {
        #expect(abs(exact[player][0] - sums[player] / orders) < 1e-9)
      }
    }
  }

  @Test(arguments: [1, 2, 3, 4, 6, 8, 12, 16, 30])
  func `A design holds the whole, every player alone and every one left out, each once`(
    players: Int
  ) {
    for count in [1, 5, 2 * players + 1, 48, 300] {
      let design = CoalitionDesign.coalitions(players: players, count: count, seed: 3)
      #expect(design == CoalitionDesign.coalitions(players: players, count: count, seed: 3))
      #expect(Set(design).count == design.count)
      #expect(design.count == min(count, players < 20 ? 1 << players - 1 : count))
      #expect(design.allSatisfy { $0.mask > 0 && $0.mask < 1 << UInt64(players) })
      let whole = Coalition.all(players)
      #expect(design.contains(whole))
      guard count > 2 * players else { continue }
      for player in 0..<players {
        #expect(design.contains(Coalition([player])))
        #expect(players == 1 || design.contains(whole.without(player)))
      }
    }
  }

  /// Losses by a law with exchange rates and costs, and noise of a given size.
  private func game(
    players: Int, noise: Double, _ random: inout Philox4x32
  ) -> (losses: [Double], commons: Double) {
    func uniform() -> Double { Double(random.next32()) / 4_294_967_296 }
    let rates = (0..<players).map { _ in 0.05 + uniform() }
    let costs = (0..<players).map { _ in 0.02 * (uniform() - 0.3) }
    let losses = (0..<1 << players).map { mask in
      guard mask > 0 else { return 5.5 }
      var (sum, cost) = (0.0, 0.0)
      for player in 0..<players where mask >> player & 1 == 1 {
        sum += rates[player]
        cost += costs[player]
      }
      let error = noise * (uniform() + uniform() + uniform() + uniform() - 2) * 1.7
      return 1.9 + 0.5 / ExactMath.power(sum, 0.4) + cost + error
    }
    return (losses, 2.5)
  }

  @Test func `Estimated values add up to the whole, are exact where all is known and covered else`()
    throws
  {
    var random = Philox4x32(key: 32, stream: 0)
    var covered = 0
    var all = 0
    for round in 0..<12 {
      let players = 5 + round % 3
      let games = (0..<3).map { _ in game(players: players, noise: 0.02, &random) }
      let commons = games.map(\.commons)
      func estimate(_ count: Int) -> ShareEstimate {
        let design = CoalitionDesign.coalitions(players: players, count: count, seed: 5)
        return ShareEstimate(
          players: players, coalitions: design,
          losses: design.map { coalition in games.map { $0.losses[Int(coalition.mask)] } },
          commons: commons)
      }
      let exact = estimate(1 << players)
      let part = estimate(4 * players + 4)
      for target in games.indices {
        let whole = max(0, commons[target] - games[target].losses[1 << players - 1])
        for values in [exact.values, part.values] {
          #expect(abs(values.reduce(0) { $0 + $1[target] } - whole) < 1e-9)
        }
      }
      let weights = [1.0, 2.0, 0.5]
      let truth = exact.shares(weights: weights)
      for (share, exact) in zip(part.shares(weights: weights), truth) {
        #expect(exact.low == exact.share && exact.high == exact.share)
        all += 1
        if share.low <= exact.share, exact.share <= share.high { covered += 1 }
      }
      let distance = zip(part.shares(weights: weights), truth).reduce(0) {
        $0 + abs($1.0.share - $1.1.share)
      }
      #expect(distance < 0.15)
    }
    #expect(Double(covered) >= 0.9 * Double(all), "\(covered) of \(all)")
  }

  @Test func `Absent accounts leave no trace, and threads change nothing`() throws {
    let run = TinyRun()
    func losses(_ lines: [TrainingLine], threads: Int) throws -> [[Double]] {
      try CoalitionTrainer(
        model: LlamaModel(run.model, blas: BLAS.load()), training: run.training, lines: lines,
        targets: run.targets
      ).losses(
        of: [Coalition([0, 2]), Coalition.all(4), Coalition([1])], threads: threads)
    }
    var changed = run.lines
    changed[4] = TrainingLine(
      owner: changed[4].owner, bytes: changed[4].bytes.map { $0 ^ 1 })
    let plain = try losses(run.lines, threads: 1)
    let other = try losses(changed, threads: 2)
    #expect(plain[0] == other[0] && plain[2] == other[2])
    #expect(plain[1] != other[1])
    let trained = try run.make()
    try trained.finish()
    for (loss, final) in zip(plain[1], trained.closedBooks().finalLoss) {
      #expect(abs(loss - Double(final) * 1e-12) < 1e-4)
    }
  }
}
