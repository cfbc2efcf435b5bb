// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Concentration
import Money
import Register
import Settlement
import Signing

/// The money of every settled statement, by party, period and currency; computed from the log.
struct SettledMoney {
  /// What a party is owed by one settlement.
  struct Entry {
    let period: Period
    let currency: Currency
    let party: DIDKey
    let amount: Int64
  }

  private let entries: [Entry]

  /// Computes all settlements again, as `verify` does.
  ///
  /// - Parameters:
  ///   - snapshot: The register.
  ///   - model: The only model that counts; nil for all.
  /// - Throws: `ServiceError` where a file is not the one that the log binds.
  init(_ snapshot: RegisterSnapshot, model: ModelName?) throws {
    var shares: [ModelName: ShareRegister] = [:]
    for line in snapshot.state.settlements.flatMap(\.record.lines) where shares[line.model] == nil {
      shares[line.model] = try ModelFile.shares(
        of: line.model, layout: snapshot.layout, state: snapshot.state)
    }
    var state = RegisterState()
    var entries: [Entry] = []
    for event in snapshot.events {
      if case .settlementComputed(let record) = event.body {
        let statements = try SettlementComputation.settle(
          record.period, state: state, shares: shares)
        for line in statements.lines where model == nil || line.model == model {
          entries.append(
            Entry(
              period: record.period, currency: line.currency, party: line.owner,
              amount: line.amount))
        }
      }
      try state.apply(event)
    }
    self.entries = entries
  }

  /// The currency asked for, or the only one.
  func currency(_ asked: Currency?, period: Period?) throws -> Currency {
    let found = Set(entries.filter { period == nil || $0.period == period }.map(\.currency))
    if let asked { return asked }
    guard let only = found.first else {
      throw ServiceError.refused(
        "nothing is settled there: run 'cadastre settle', or name a model alone for its shares")
    }
    guard found.count == 1 else {
      throw ServiceError.usage(
        "several currencies are settled: name one with --currency "
          + found.map(\.code).sorted().joined(separator: "|"))
    }
    return only
  }

  /// What parties are owed in a currency.
  func lines(in currency: Currency, period: Period?) -> [Entry] {
    entries.filter { $0.currency == currency && (period == nil || $0.period == period) }
  }

  /// The measures of each settled period, over those who got something in it.
  func steps(in currency: Currency) -> [ConcentrationAnswer.Step] {
    let periods = Set(entries.filter { $0.currency == currency }.map(\.period))
    return periods.sorted { ($0.endMonth, $0.firstMonth) < ($1.endMonth, $1.firstMonth) }
      .compactMap { period in
        var sums: [DIDKey: Int64] = [:]
        for entry in lines(in: currency, period: period) {
          sums[entry.party, default: 0] += entry.amount
        }
        let amounts = sums.values.filter { $0 > 0 }.sorted()
        guard let measures = Distribution(amounts.map { .init(amount: $0) }).measures() else {
          return nil
        }
        return ConcentrationAnswer.Step(
          period: period, holders: amounts.count, total: amounts.reduce(0, +), measures: measures)
      }
  }
}
