// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Concentration
import Primitives
import Testing

@Suite struct LeverTests {
  static let levers: [Lever] = [
    .none, .cap(partsPerMillion: 50_000), .cap(partsPerMillion: 0), .cap(partsPerMillion: 300_000),
    .floor(partsPerMillion: 250_000), .floor(partsPerMillion: 1_000_000),
    .dividend(partsPerMillion: 200_000), .dividend(partsPerMillion: 1_000_000), .squareRoot,
  ]

  /// Skewed holdings with zeros and ties; the largest first.
  private func amounts(_ key: Int) -> [Int64] {
    var random = Philox4x32(key: UInt64(key), stream: 5)
    let amounts = (0..<(1 + random.below(60))).map { _ in
      random.below(4) == 0 ? 0 : Int64(random.next() >> UInt64(22 + random.below(40)))
    }
    return (amounts + [1 + Int64(random.next() >> 30)]).sorted(by: >)
  }

  @Test(arguments: 0..<60)
  func `A lever gives out exactly what there is, to nobody less than nothing`(key: Int) {
    let amounts = amounts(key)
    for lever in Self.levers {
      let divided = lever.divide(amounts)
      #expect(divided.reduce(0, +) == amounts.reduce(0, +), "\(lever)")
      #expect(divided.allSatisfy { $0 >= 0 } && divided.count == amounts.count, "\(lever)")
      // Nobody overtakes: the order of holdings stays, but for a unit of rounding.
      for (left, right) in zip(divided, divided.dropFirst()) {
        #expect(left + 1 >= right, "\(lever)")
      }
    }
  }

  @Test(arguments: 0..<60)
  func `Every lever makes what it is asked of more even, or leaves it`(key: Int) throws {
    let amounts = amounts(key)
    let before = try #require(Distribution(amounts.map { .init(amount: $0) }).measures())
    for lever in Self.levers {
      let divided = lever.divide(amounts)
      let after = try #require(Distribution(divided.map { .init(amount: $0) }).measures())
      let slack = Double(amounts.count) / Double(amounts.reduce(0, +))
      #expect(after.gini <= before.gini + slack + 1e-12, "\(lever)")
    }
  }

  @Test(arguments: 0..<60)
  func `Caps and floors hold`(key: Int) {
    let amounts = amounts(key)
    let (total, count) = (amounts.reduce(0, +), Int64(amounts.count))
    for part in [Int64(0), 10_000, 50_000, 300_000, 1_000_000] {
      let most = max(Int64(Int128(total) * Int128(part) / 1_000_000), (total + count - 1) / count)
      #expect(Lever.cap(partsPerMillion: part).divide(amounts).allSatisfy { $0 <= most })
      let least = Int64(Int128(total) * Int128(part) / 1_000_000) / count
      #expect(Lever.floor(partsPerMillion: part).divide(amounts).allSatisfy { $0 >= least })
    }
    #expect(Lever.cap(partsPerMillion: 1_000_000).divide(amounts) == amounts)
    #expect(Lever.floor(partsPerMillion: 0).divide(amounts) == amounts)
    #expect(Lever.dividend(partsPerMillion: 0).divide(amounts) == amounts)
  }

  @Test(arguments: 0..<60)
  func `Splitting gains under every lever but none, and nothing with aggregation`(key: Int) {
    let amounts = amounts(key)
    var random = Philox4x32(key: UInt64(key), stream: 6)
    let payee = Int(random.below(UInt32(amounts.count)))
    let fakes = 2 + Int(random.below(20))
    for lever in Self.levers {
      let attack = lever.attack(by: payee, fakes: fakes, on: amounts)
      #expect(attack.aggregated == attack.honest, "\(lever)")
      // A unit of rounding for each account can be lost.
      #expect(attack.split + Int64(fakes) + 1 >= attack.honest, "\(lever)")
      if lever == .none { #expect(attack.split == attack.honest) }
      let one = lever.attack(by: payee, fakes: 1, on: amounts)
      #expect(one.split == one.honest, "\(lever)")
    }
  }

  @Test(arguments: [2, 10, 100, 1000])
  func `By square roots m accounts of a small payee get the root of m times as much`(fakes: Int) {
    let amounts = [Int64](repeating: 1_000_000_000, count: 100_000)
    let attack = Lever.squareRoot.attack(by: 7, fakes: fakes, on: amounts)
    let gain = Double(attack.split) / Double(attack.honest)
    #expect(abs(gain / Double(fakes).squareRoot() - 1) < 0.001)
  }

  @Test func `A dividend pays each account, a cap pays the largest for splitting`() {
    let dividend = Lever.dividend(partsPerMillion: 200_000)
      .attack(by: 1, fakes: 10, on: [1_000_000, 0, 0, 0])
    #expect(dividend.honest == 50_000 && dividend.split == 153_845)
    let cap = Lever.cap(partsPerMillion: 500_000).attack(by: 0, fakes: 2, on: [900, 60, 40])
    #expect(cap.honest == 500 && cap.split == 900 && cap.aggregated == 500)
  }
}
