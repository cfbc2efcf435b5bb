// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
import Primitives
import Testing

@Suite struct MoneyTests {
  @Test func `Parts add up, stay within one unit of their quota, and respect order of ties`() {
    var random = Philox4x32(key: 21, stream: 0)
    for _ in 0..<3000 {
      let count = Int(random.below(12)) + 1
      let shift = UInt64(random.below(60))
      var weights = (0..<count).map { _ in random.below(4) == 0 ? 0 : random.next() >> (shift + 1) }
      weights[Int(random.below(UInt32(count)))] += 1
      let total = Int64(truncatingIfNeeded: random.next()) >> Int64(random.below(63))
      let parts = LargestRemainder.divide(total, weights: weights)
      #expect(parts.reduce(0, +) == total)
      let sum = weights.reduce(UInt128(0)) { $0 + UInt128($1) }
      for (part, weight) in zip(parts, weights) {
        let quota = UInt128(total.magnitude) * UInt128(weight)
        #expect(UInt128(part.magnitude) >= quota / sum)
        #expect(UInt128(part.magnitude) <= (quota + sum - 1) / sum)
      }
    }
    #expect(LargestRemainder.divide(2, weights: [1, 1, 1]) == [1, 1, 0])
    #expect(LargestRemainder.divide(-2, weights: [1, 1, 1]) == [-1, -1, 0])
    #expect(LargestRemainder.divide(0, weights: [3]) == [0])
  }

  @Test func `Weights that are all zero trap`() async {
    await #expect(processExitsWith: .failure) {
      _ = LargestRemainder.divide(1, weights: [0, 0])
    }
  }

  @Test(arguments: [
    ("EUR", "1000.00", 100_000), ("EUR", "0.5", 50), ("EUR", "-12.34", -1234),
    ("JPY", "1000", 1000), ("KWD", "1.001", 1001), ("CLF", "0.0001", 1), ("EUR", "007", 700),
  ])
  func `Amounts are read to the minor unit`(code: String, text: String, units: Int64) throws {
    let currency = try #require(Currency(code: code))
    let amount = try Amount(text, currency: currency)
    #expect(amount.minorUnits == units)
    #expect(try Amount(amount.decimalText, currency: currency) == amount)
  }

  @Test(arguments: [
    ("EUR", "1.001"), ("JPY", "1.0"), ("EUR", ""), ("EUR", "-"), ("EUR", "1."), ("EUR", ".5"),
    ("EUR", "1,000"), ("EUR", "1e3"), ("EUR", "+1"), ("EUR", " 1"), ("EUR", "1.2.3"),
    ("EUR", "99999999999999999999"), ("EUR", "10000000000000.01"), ("EUR", "١"),
  ])
  func `Texts that are no amount are refused`(code: String, text: String) throws {
    let currency = try #require(Currency(code: code))
    #expect(throws: AmountError.self) { try Amount(text, currency: currency) }
  }

  @Test func `ISO 4217 decides the decimals, and precious metals have none`() {
    for (code, decimals) in [("EUR", 2), ("JPY", 0), ("IQD", 3), ("UYW", 4), ("AFN", 2)] {
      #expect(Currency(code: code)?.decimals == decimals)
    }
    for code in ["XAU", "eur", "EURO", ""] { #expect(Currency(code: code) == nil) }
  }

  @Test func `Rates round-trip and refuse what is ambiguous`() {
    for text in ["5%", "12.5%", "0%", "100%", "0.0001%", "99.9999%", "10.01%"] {
      #expect(Rate(text)?.description == text)
    }
    #expect(Rate("12.50%")?.partsPerMillion == 125_000)
    for text in ["5", "0.05", "-1%", "100.0001%", "1.00001%", ".5%", "5.%", "%", "five%", "1%%"] {
      #expect(Rate(text) == nil, "\(text)")
    }
  }

  @Test func `Periods round-trip and refuse what is no period`() {
    for text in ["2026", "2026-Q1", "2026-Q4", "2026-01", "2026-12"] {
      #expect(Period(text)?.description == text)
    }
    for text in [
      "", "26", "2026-Q5", "2026-Q0", "2026-13", "2026-1", "2026-q4", "2026-Q4 ", "-2026",
    ] {
      #expect(Period(text) == nil, "\(text)")
    }
  }

  @Test func `Shares are shown to the decimals asked for`() {
    #expect(Share.percentText(Share.whole) == "100.000%")
    #expect(Share.percentText(12_345_678_901, decimals: 2) == "1.23%")
    #expect(Share.percentText(5_000_000, decimals: 3) == "0.001%")
    #expect(Share.percentText(-1) == "0.000%")
  }
}
