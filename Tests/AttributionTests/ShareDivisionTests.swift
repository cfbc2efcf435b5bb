// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Primitives
import Testing

@Suite struct ShareDivisionTests {
  /// Books whose final losses and credits are drawn at random, some negative.
  private func randomBooks(
    lines: Int, targets: Int, _ random: inout Philox4x32
  ) -> ClosedBooks {
    func number(_ bound: Int64) -> Int64 { Int64(random.next() % UInt64(2 * bound)) - bound }
    return ClosedBooks(
      initialLoss: Array(repeating: 5_500_000_000_000, count: targets),
      finalLoss: (0..<targets).map { _ in 2_000_000_000_000 + number(900_000_000_000) },
      credit: (0..<lines).map { _ in (0..<targets).map { _ in number(300_000_000_000) } },
      decay: Array(repeating: 0, count: targets),
      absoluteResidual: Array(repeating: 0, count: targets))
  }

  @Test func `Shares add up to the pot, and follow excess and credit`() throws {
    var random = Philox4x32(key: 21, stream: 0)
    for round in 0..<300 {
      let lines = 1 + Int(random.below(20))
      let targets = 1 + Int(random.below(6))
      let books = randomBooks(lines: lines, targets: targets, &random)
      let owners = (0..<lines).map { _ in Int(random.below(7)) }
      let weights = (0..<targets).map { _ in UInt64(1 + random.below(1000)) }
      let commons = [Int64](repeating: 2_300_000_000_000, count: targets)
      let result: ShareDivision
      do {
        result = try ShareDivision(books, owners: owners, weights: weights, commons: commons)
      } catch {
        #expect(round > 0 || lines < 20, "\(error)")
        continue
      }
      #expect(result.shares.reduce(0, +) == ShareDivision.pot)
      #expect(result.targetParts.reduce(0, +) == ShareDivision.pot)
      for target in 0..<targets {
        #expect(result.lineParts.reduce(0) { $0 + $1[target] } == result.targetParts[target])
        if books.finalLoss[target] >= commons[target] { #expect(result.targetParts[target] == 0) }
        for line in 0..<lines {
          let account = (0..<lines).filter { owners[$0] == owners[line] }
            .reduce(0) { $0 + books.credit[$1][target] }
          let part = result.lineParts[line][target]
          #expect(part >= 0)
          if account <= 0 || books.credit[line][target] <= 0 { #expect(part == 0) }
        }
      }
    }
  }

  @Test func `Doubling all weights changes nothing`() throws {
    var random = Philox4x32(key: 22, stream: 0)
    let books = randomBooks(lines: 12, targets: 4, &random)
    let owners = (0..<12).map { $0 / 2 }
    let commons = [Int64](repeating: 3_000_000_000_000, count: 4)
    let once = try ShareDivision(books, owners: owners, weights: [1, 2, 3, 4], commons: commons)
    let twice = try ShareDivision(books, owners: owners, weights: [2, 4, 6, 8], commons: commons)
    #expect(once == twice)
  }

  @Test func `Books with nothing to divide are refused`() {
    let books = ClosedBooks(
      initialLoss: [5], finalLoss: [2], credit: [[-1], [0]], decay: [0],
      absoluteResidual: [0])
    #expect(throws: ShareDivisionError.noExcess) {
      try ShareDivision(books, owners: [0, 1], weights: [1], commons: [2])
    }
    #expect(throws: ShareDivisionError.noCredit) {
      try ShareDivision(books, owners: [0, 1], weights: [1], commons: [3])
    }
    #expect(throws: ShareDivisionError.sizesDiffer) {
      try ShareDivision(books, owners: [0], weights: [1], commons: [3])
    }
    #expect(throws: ShareDivisionError.weightTooLarge(target: 0)) {
      try ShareDivision(books, owners: [0, 1], weights: [.max], commons: [9])
    }
  }
}

@Suite struct BigramBaselineTests {
  @Test func `Probabilities are positive and add up to one`() {
    let baseline = BigramBaseline(texts: [Array("in the beginning".utf8), [], [7]])
    for previous in 0...UInt8.max {
      let sum = (0...UInt8.max).reduce(0.0) {
        let probability = baseline.probability(of: $1, after: previous)
        #expect(probability > 0)
        return $0 + probability
      }
      #expect((sum - 1).magnitude < 1e-12)
    }
  }

  @Test
  func `A text seen in training costs less than a strange one, and nothing known costs ln 256`() {
    let text = Array("and god said let there be light and there was light".utf8)
    let seen = ValuationTarget(name: "seen", passages: [text])
    let strange = ValuationTarget(name: "strange", passages: [Array("ZQXJ 0123".utf8)])
    let baseline = BigramBaseline(texts: [text])
    #expect(baseline.loss(seen) < 2_000_000_000_000)
    #expect(baseline.loss(strange) > 5_000_000_000_000)
    let empty = BigramBaseline(texts: [])
    #expect(empty.loss(seen) == 5_545_177_444_480)
  }
}
