// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Concentration
import Glibc
import Primitives
import Testing

@Suite struct LogarithmTests {
  @Test(arguments: 0..<60)
  func `The logarithm of a power of two is exact, and so is the way back`(exponent: Int) {
    let ratio = BinaryLogarithm(of: UInt128(1) << UInt128(exponent), over: 1)
    #expect(ratio.bits == Int128(exponent) << 90)
    let inverse = BinaryLogarithm(of: 1, over: UInt128(1) << UInt128(exponent))
    #expect(inverse.bits == Int128(-exponent) << 90)
    if exponent < 20 { #expect(ratio.power == 1 << UInt64(40 + exponent)) }
    if exponent <= 40 { #expect(inverse.power == 1 << UInt64(40 - exponent)) }
  }

  @Test(arguments: 0..<200)
  func `Power undoes logarithm, to the nearest unit`(key: Int) {
    var random = Philox4x32(key: UInt64(key), stream: 1)
    let denominator = UInt128(random.next() >> UInt64(random.below(60)) | 1)
    let numerator = UInt128(random.next() >> UInt64(random.below(60)) | 1)
    let exact = numerator << 40
    let logarithm = BinaryLogarithm(of: numerator, over: denominator)
    guard numerator / denominator < 1 << 20 else {
      #expect(logarithm.power == .max)
      return
    }
    let (quotient, remainder) = exact.quotientAndRemainder(dividingBy: denominator)
    let rounded = quotient + (remainder >= denominator - remainder ? 1 : 0)
    #expect(UInt128(logarithm.power) == rounded)
  }

  @Test(arguments: 0..<200)
  func `The logarithm is that of libm, and of a product the sum`(key: Int) {
    var random = Philox4x32(key: UInt64(key), stream: 2)
    let first = UInt128(random.next() >> 4 | 1)
    let second = UInt128(random.next() >> 4 | 1)
    let third = UInt128(random.next() | 1)
    let left = BinaryLogarithm(of: first, over: third)
    #expect(abs(left.asDouble - log2(Double(first) / Double(third))) < 1e-12)
    let sum = left + BinaryLogarithm(of: second, over: third)
    let product = BinaryLogarithm(of: first * second, over: 1)
    let whole = product.asDouble - 2 * BinaryLogarithm(of: third, over: 1).asDouble
    #expect(abs(sum.asDouble - whole) < 1e-12)
    let exponent = Double(random.below(900)) / 10 - 45 + Double(random.below(1000)) / 7000
    let power = BinaryLogarithm(nearest: exponent).powerAsDouble
    #expect(abs(power / exp2(exponent) - 1) < 1e-14)
  }

  @Test func `An exponent scales the logarithm, and none makes the weight one`() {
    let two = BinaryLogarithm(of: 2, over: 1)
    #expect(two.scaled(partsPerMillion: 3_000_000).power == 8 << 40)
    #expect(two.scaled(partsPerMillion: 0) == .zero)
    #expect(BinaryLogarithm.zero.power == 1 << 40)
    // The square root of two, from 200 decimals elsewhere: 1.41421356237309504880 · 2⁴⁰.
    #expect(two.scaled(partsPerMillion: 500_000).power == 1_554_944_255_988)
  }
}

@Suite struct DistributionTests {
  /// Random holdings: some nothing, some equal, some very large.
  private func amounts(_ key: Int) -> [Int64] {
    var random = Philox4x32(key: UInt64(key), stream: 3)
    return (0..<(2 + random.below(40))).map { _ in
      random.below(4) == 0 ? 0 : Int64(random.next() >> UInt64(24 + random.below(36)))
    } + [1]
  }

  private func measures(_ amounts: [Int64]) throws -> Measures {
    try #require(Distribution(amounts.map { .init(amount: $0) }).measures())
  }

  @Test(arguments: 0..<100)
  func `Measures are those of their definitions`(key: Int) throws {
    let amounts = amounts(key)
    let found = try measures(amounts)
    let values = amounts.map(Double.init)
    let (count, total) = (Double(values.count), values.reduce(0, +))
    let mean = total / count
    var differences = 0.0
    for left in values { for right in values { differences += abs(left - right) } }
    #expect(abs(found.gini - differences / (2 * count * count * mean)) < 1e-9)
    let theil = values.reduce(0) { $0 + ($1 > 0 ? $1 / mean * log($1 / mean) : 0) } / count
    #expect(abs(found.theil - theil) < 1e-9)
    let squares = values.reduce(0) { $0 + ($1 / total) * ($1 / total) }
    #expect(abs(found.herfindahl / 10_000 - squares) < 1e-9)
    #expect(abs(found.effectiveBySquares * squares - 1) < 1e-9)
    let entropy = values.reduce(0) { $0 - ($1 > 0 ? $1 / total * log($1 / total) : 0) }
    #expect(abs(found.effectiveByEntropy / exp(entropy) - 1) < 1e-9)
    let sorted = values.sorted()
    let half = sorted.prefix(sorted.count / 2).reduce(0, +) / total
    if sorted.count.isMultiple(of: 2) { #expect(abs(found.lowerHalf - half) < 1e-9) }
  }

  @Test(arguments: 0..<50)
  func `Members in groups, each for itself, or twice: the same evenness`(key: Int) throws {
    let amounts = amounts(key)
    let alone = try measures(amounts)
    let twice = try measures(amounts + amounts)
    let grouped = try #require(
      Distribution(amounts.map { .init(amount: 3 * $0, members: 3) }).measures())
    let counted = try #require(
      Distribution(amounts.map { .init(amount: $0) }).measures(
        counts: amounts.map { _ in 5 }))
    for other in [twice, grouped, counted] {
      #expect(abs(alone.gini - other.gini) < 1e-12)
      #expect(abs(alone.theil - other.theil) < 1e-12)
      #expect(abs(alone.topTenth - other.topTenth) < 1e-12)
    }
    #expect(abs(grouped.herfindahl * 3 / alone.herfindahl - 1) < 1e-12)
    #expect(abs(counted.effectiveByEntropy / alone.effectiveByEntropy - 5) < 1e-9)
  }

  @Test(arguments: 0..<100)
  func `Giving from one who has more to one who has less makes it more even`(key: Int) throws {
    var amounts = amounts(key)
    let before = try measures(amounts)
    var random = Philox4x32(key: UInt64(key), stream: 4)
    let first = Int(random.below(UInt32(amounts.count)))
    let second = Int(random.below(UInt32(amounts.count)))
    let (rich, poor) = amounts[first] > amounts[second] ? (first, second) : (second, first)
    let gift = (amounts[rich] - amounts[poor]) / 2
    guard gift > 0 else { return }
    amounts[rich] -= gift
    amounts[poor] += gift
    let after = try measures(amounts)
    #expect(after.gini < before.gini)
    #expect(after.theil < before.theil + 1e-12)
  }

  @Test func `One who holds all, all who hold the same, nobody who holds anything`() throws {
    let one = try measures([0, 0, 0, 7])
    #expect(one.gini == 0.75 && one.herfindahl == 10_000 && one.effectiveBySquares == 1)
    #expect(abs(one.theil - log(4)) < 1e-12)
    let same = try measures([7, 7, 7, 7])
    #expect(same.gini == 0 && same.theil == 0 && same.effectiveBySquares == 4)
    #expect(abs(same.effectiveByEntropy - 4) < 1e-9 && abs(same.topTenth - 0.1) < 1e-12)
    #expect(Distribution([.init(amount: 0)]).measures() == nil)
    #expect(Distribution([]).measures() == nil)
  }

  @Test func `Intervals repeat with their seed, and hold the value of what is drawn from`() throws {
    let distribution = Distribution(amounts(1).map { .init(amount: $0) })
    let plan = Bootstrap(seed: 5, replicates: 200)
    let first = try #require(plan.intervals(of: distribution))
    #expect(plan.intervals(of: distribution) == first)
    #expect(Bootstrap(seed: 6, replicates: 200).intervals(of: distribution) != first)
    let gini = try #require(distribution.measures()).gini
    #expect(first[0].lowerBound < gini && gini < first[0].upperBound + 0.1)
    let same = Distribution((0..<9).map { _ in .init(amount: 4) })
    #expect(try #require(plan.intervals(of: same))[0] == 0...0)
    for replicate in 0..<20 { #expect(plan.draw(replicate, of: 9).reduce(0, +) == 9) }
  }
}
