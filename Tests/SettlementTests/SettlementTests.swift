// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
import Primitives
import Register
import Settlement
import Signing
import TestSupport
import Testing

/// A report of one model, before it is logged.
private struct Report: Hashable {
  var minorUnits: Int64
  var currency: String
  var model: ModelName
  var period: String
}

/// What a work is owed in all, over any number of settlements.
private struct Claim: Hashable {
  let model: ModelName
  let currency: Currency
  let work: Digest
}

@Suite struct SettlementTests {
  private static let models = [testModel("first"), testModel("second")]
  private static let periods = ["2025", "2026-Q1", "2026-03", "2026-Q2", "2026-05", "2026"]

  /// Shares with zero rows, dust, and owners of several works, at rates from nothing to all.
  private static func shares(
    _ random: inout Philox4x32, of model: ModelName
  ) throws -> ShareRegister {
    let count = Int(random.below(9)) + 1
    var weights = (0..<count).map { _ in
      random.below(4) == 0 ? 0 : UInt64(random.next32()) >> UInt64(random.below(32))
    }
    weights[0] += 1
    let units = LargestRemainder.divide(Share.whole, weights: weights)
    let rows = units.enumerated().map { number, units in
      ShareRegister.Row(
        work: testDigest("\(model) \(number)"), owner: testParty(Int(random.below(4)) + 1),
        units: units,
        rate: testRate([0, 1, 50_000, 333_333, 1_000_000][Int(random.below(5))]),
        minimumFee: random.below(3) > 0
          ? nil
          : Amount(
            minorUnits: Int64(random.next() >> UInt64(25 + random.below(39))) + 1,
            currency: testCurrency(["EUR", "JPY"][Int(random.below(2))])))
    }
    return try ShareRegister(model: model, method: "random", rows: rows)
  }

  private static func reports(_ random: inout Philox4x32) -> [Report] {
    (0...random.below(10)).map { _ in
      Report(
        minorUnits: Int64(random.next() >> UInt64(15 + random.below(49))) % 100_000_000_000_000,
        currency: ["EUR", "JPY", "KWD"][Int(random.below(3))],
        model: models[Int(random.below(2))], period: periods[Int(random.below(6))])
    }
  }

  private static func ledger() throws -> SampleLedger {
    var ledger = try SampleLedger()
    for model in models { try ledger.release(model) }
    return ledger
  }

  /// Settles and logs; adds the amounts stated to the running sums.
  private static func settle(
    _ period: String, _ ledger: inout SampleLedger, _ shares: [ModelName: ShareRegister],
    into sums: inout [Claim: Int64]
  ) throws {
    let statements = try SettlementComputation.settle(
      testPeriod(period), state: ledger.state, shares: shares)
    for total in statements.totals {
      let lines = statements.lines.filter {
        $0.model == total.model && $0.currency == total.currency
      }
      #expect(lines.reduce(0) { $0 + $1.amount } == total.owed)
      #expect(total.owed + total.retained == total.revenue)
      #expect(lines.reduce(0) { $0 + $1.entitlement } <= total.cumulativeRevenue)
      #expect(lines.allSatisfy { $0.entitlement >= 0 })
      #expect(lines.count == shares[total.model]?.rows.count)
    }
    #expect(
      Set(statements.lines.map { "\($0.model) \($0.currency)" })
        == Set(statements.totals.map { "\($0.model) \($0.currency)" }))
    for line in statements.lines {
      let claim = Claim(model: line.model, currency: line.currency, work: line.work)
      #expect(sums[claim, default: 0] == line.stated, "what was stated is what was summed")
      sums[claim, default: 0] += line.amount
    }
    try ledger.append(.settlementComputed(statements.record))
    #expect(
      throws: SettlementError.alreadySettled(
        testPeriod(period), position: ledger.state.size - 1)
    ) {
      try SettlementComputation.settle(testPeriod(period), state: ledger.state, shares: shares)
    }
  }

  @Test func `Nothing is lost, and neither order nor number of settlements changes an income`()
    throws
  {
    for key in 0..<30 {
      var random = Philox4x32(key: UInt64(key), stream: 5)
      var shares: [ModelName: ShareRegister] = [:]
      for model in Self.models { shares[model] = try Self.shares(&random, of: model) }
      var reports = Self.reports(&random)
      let corrections = reports.filter { _ in random.below(3) == 0 }.map { report in
        var correction = report
        correction.minorUnits = -Int64(random.below(1000)) * report.minorUnits / 1000
        return correction
      }
      var outcomes: [[Claim: Int64]] = []
      for round in 0..<3 {
        if round > 0 { random.shuffle(&reports) }
        var ledger = try Self.ledger()
        var sums: [Claim: Int64] = [:]
        // Corrections come after what they correct, each at a random place behind all reports.
        for (number, report) in (reports + corrections).enumerated() {
          try ledger.report(
            report.minorUnits, report.currency, of: report.model, in: report.period)
          // Some settle after every report, some only at the end.
          let period = Self.periods[Int(random.below(6))]
          guard round > 0, number.isMultiple(of: 3 - round) else { continue }
          do {
            try Self.settle(period, &ledger, shares, into: &sums)
          } catch SettlementError.alreadySettled, SettlementError.nothingReported,
            SettlementError.negative
          {
            continue
          }
        }
        do { try Self.settle("2026", &ledger, shares, into: &sums) } catch SettlementError
          .alreadySettled
        { #expect(round > 0) }
        #expect(Self.isConserved(sums, ledger.state, shares))
        outcomes.append(sums)
      }
      #expect(outcomes[1] == outcomes[0] && outcomes[2] == outcomes[0], "key \(key)")
    }
  }

  /// Whether everything stated over all settlements is what the total of all revenue entitles to,
  /// and owed and retained parts of the log add up to the revenue.
  private static func isConserved(
    _ sums: [Claim: Int64], _ state: RegisterState, _ shares: [ModelName: ShareRegister]
  ) -> Bool {
    var revenue: [ModelName: [Currency: Int64]] = [:]
    for report in state.revenues.map(\.report) {
      revenue[report.model, default: [:]][report.amount.currency, default: 0] +=
        report.amount.minorUnits
    }
    for (model, accounts) in revenue {
      guard let register = shares[model] else { return false }
      for (currency, total) in accounts {
        let whole = RoyaltyFlow.divide(total, in: currency, over: register)
        for (row, owed) in zip(register.rows, whole.owed)
        where sums[Claim(model: model, currency: currency, work: row.work), default: 0] != owed {
          return false
        }
        let lines = state.settlements.flatMap(\.record.lines)
          .filter { $0.model == model && $0.currency == currency }
        let retained = lines.reduce(0) { $0 + $1.retained }
        guard whole.owed.reduce(retained, +) == total, lines.last?.cumulativeRevenue == total
        else { return false }
      }
    }
    return true
  }

  @Test func `A part is within one unit of revenue times share times rate`() throws {
    var random = Philox4x32(key: 4, stream: 4)
    for _ in 0..<300 {
      let shares = try Self.shares(&random, of: Self.models[0])
      let revenue = Int64(random.next() >> UInt64(14 + random.below(50))) % Amount.largestMinorUnits
      // No fee is in this currency.
      let parts = RoyaltyFlow.divide(revenue, in: testCurrency("KWD"), over: shares)
      #expect(parts.owed.reduce(parts.retained, +) == revenue && parts.retained >= 0)
      Self.expectFees(revenue, shares, without: parts.owed)
      let whole = Int128(Share.whole) * 1_000_000
      for (row, part) in zip(shares.rows, parts.owed) {
        let exact = Int128(revenue) * Int128(row.units) * Int128(row.rate.partsPerMillion)
        #expect((Int128(part) * whole - exact).magnitude < whole.magnitude)
        if exact == 0 { #expect(part == 0) }
      }
    }
  }

  /// A fee lifts its row to the fee, or all rows short of theirs share what there is.
  private static func expectFees(
    _ revenue: Int64, _ shares: ShareRegister, without royalties: [Int64]
  ) {
    let euro = testCurrency("EUR")
    let parts = RoyaltyFlow.divide(revenue, in: euro, over: shares)
    #expect(parts.owed.reduce(parts.retained, +) == revenue && parts.retained >= 0)
    for (index, row) in shares.rows.enumerated() {
      let fee = row.minimumFee.flatMap { $0.currency == euro ? $0.minorUnits : nil } ?? 0
      #expect(parts.owed[index] >= royalties[index])
      #expect(parts.owed[index] <= max(royalties[index], fee))
      if parts.retained > 0 { #expect(parts.owed[index] >= fee) }
    }
  }

  @Test func `Owners of one work share what it earned by their weights, to the cent`() throws {
    let model = Self.models[0]
    let (song, poem) = (testDigest("song"), testDigest("poem"))
    var ledger = try Self.ledger()
    for party in 1...2 { try ledger.join(party) }
    try ledger.add(
      song, of: 1,
      ownership: try Ownership(
        owners: [.init(party: testParty(1), weight: 2), .init(party: testParty(2), weight: 1)]))
    try ledger.add(poem, of: 2)
    let shares = try ShareRegister(
      model: model, method: "by hand",
      rows: [
        .init(
          work: song, owner: testParty(1), units: Share.whole / 2, rate: testRate(100_000)),
        .init(
          work: poem, owner: testParty(2), units: Share.whole / 2, rate: testRate(0),
          minimumFee: Amount(minorUnits: 250, currency: testCurrency("EUR"))),
      ])
    try ledger.report(10_000, "EUR", of: model, in: "2026-Q1")
    let statements = try SettlementComputation.settle(
      testPeriod("2026-Q1"), state: ledger.state, shares: [model: shares])
    let amounts = Dictionary(
      grouping: statements.lines, by: \.work
    ).mapValues { Dictionary(uniqueKeysWithValues: $0.map { ($0.owner, $0.amount) }) }
    // A half of 100.00 EUR at 10 % is 5.00, in thirds 3.33 and 1.67; the poem has its fee.
    #expect(amounts[song] == [testParty(1): 333, testParty(2): 167])
    #expect(amounts[poem] == [testParty(2): 250])
    #expect(statements.totals.first?.owed == 750 && statements.totals.first?.retained == 9_250)
    #expect(
      statements.lines.filter { $0.work == song }.reduce(0) { $0 + $1.units } == Share.whole / 2)
  }

  /// 1000.01 EUR, by hand.
  ///
  /// Ada holds 2/3 at 5 %: 33.33366… EUR; Bob 1/3 at 12.5 %: 41.66708… EUR; the
  /// operator keeps 925.00925… EUR. Rounded down 33.33 + 41.66 + 925.00 = 999.99, and the two cents
  /// left go to the largest fractions: the operator's 0.925 and Bob's 0.708.
  @Test func `A settlement worked out by hand`() throws {
    let model = Self.models[0]
    let (ada, bob) = (Share.whole * 2 / 3 + 1, Share.whole / 3)
    let rows = [
      ShareRegister.Row(
        work: testDigest("a"), owner: testParty(1), units: ada, rate: testRate(50_000)),
      ShareRegister.Row(
        work: testDigest("b"), owner: testParty(2), units: bob, rate: testRate(125_000)),
    ]
    let shares = [model: try ShareRegister(model: model, method: "by hand", rows: rows)]
    var ledger = try Self.ledger()
    try ledger.report(60_001, "EUR", of: model, in: "2026-03")
    try ledger.report(40_000, "EUR", of: model, in: "2026-Q1")
    try ledger.report(999, "EUR", of: model, in: "2026-04")
    let first = try SettlementComputation.settle(
      testPeriod("2026-Q1"), state: ledger.state, shares: shares)
    func amount(_ party: Int, _ statements: Statements) -> Int64? {
      statements.lines.first { $0.owner == testParty(party) }?.amount
    }
    #expect(amount(1, first) == 3_333 && amount(2, first) == 4_167)
    #expect(first.number == 1)
    #expect(
      first.totals == [
        SettlementRecord.Line(
          model: model, currency: testCurrency("EUR"), cumulativeRevenue: 100_001,
          revenue: 100_001, owed: 7_500, retained: 92_501)
      ])
    try ledger.append(.settlementComputed(first.record))
    // A correction takes the cent back: 1000.00 EUR give 33.33, 41.67 and 925.00.
    try ledger.report(-1, "EUR", of: model, in: "2026-01")
    let second = try SettlementComputation.settle(
      testPeriod("2026-Q1"), state: ledger.state, shares: shares)
    #expect(second.number == 2 && amount(1, second) == 0 && amount(2, second) == 0)
    #expect(second.totals.first?.retained == -1)
    #expect(second.record.statements != first.record.statements)
  }

  @Test func `What cannot be settled says why`() throws {
    let model = Self.models[0]
    let register = try ShareRegister(
      model: model, method: "one",
      rows: [
        .init(work: testDigest("a"), owner: testParty(1), units: Share.whole, rate: .whole)
      ])
    var ledger = try Self.ledger()
    func settle(_ period: String, _ shares: [ModelName: ShareRegister]) throws -> Statements {
      try SettlementComputation.settle(testPeriod(period), state: ledger.state, shares: shares)
    }
    try ledger.report(100, "EUR", of: model, in: "2026")
    #expect(throws: SettlementError.nothingReported(testPeriod("2026-Q3"))) {
      try settle("2026-Q3", [model: register])
    }
    #expect(throws: SettlementError.noShares(model)) { try settle("2026", [:]) }
    try ledger.report(-1, "EUR", of: model, in: "2025")
    #expect(throws: SettlementError.negative(model, testPeriod("2025"))) {
      try settle("2025", [model: register])
    }
    #expect(try settle("2026", [model: register]).totals.first?.owed == 99)
  }
}
