// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Money
package import Register

/// Computes what a period owes, from the register and the closed share registers alone.
package enum SettlementComputation {
  /// Settles a period as of a state: all revenue of periods that end no later, not yet covered.
  ///
  /// - Parameters:
  ///   - period: The period to settle.
  ///   - state: The register before the settlement.
  ///   - shares: The share register of every model with revenue.
  /// - Returns: The statements, whose sums equal the revenue covered.
  /// - Throws: `SettlementError`.
  /// - Complexity: O(reports × settlements + rows log rows).
  package static func settle(
    _ period: Period, state: RegisterState, shares: [ModelName: ShareRegister]
  ) throws(SettlementError) -> Statements {
    let earlier = state.settlements.map { Cut(position: $0.position, period: $0.record.period) }
    let now = Cut(position: state.size, period: period)
    let covered = state.revenues.filter { now.covers($0) }
    let fresh = covered.filter { revenue in !earlier.contains { $0.covers(revenue) } }
    guard !fresh.isEmpty else {
      // A settlement of another period may have covered everything that this one would.
      if let last = earlier.last(where: { covered.contains(where: $0.covers) }) {
        throw .alreadySettled(period, position: last.position)
      }
      throw .nothingReported(period)
    }
    var lines: [Statements.Line] = []
    var totals: [SettlementRecord.Line] = []
    let accounts = Set(
      fresh.map { Account(model: $0.report.model, currency: $0.report.amount.currency) })
    for account in accounts.sorted() {
      guard let register = shares[account.model] else { throw .noShares(account.model) }
      let before = state.revenues.filter { revenue in earlier.contains { $0.covers(revenue) } }
      let added = account.sum(fresh)
      guard account.sum(before) + added >= 0 else { throw .negative(account.model, period) }
      let stated = RoyaltyFlow.divide(
        account.sum(before), in: account.currency, over: register)
      let entitled = RoyaltyFlow.divide(
        account.sum(before) + added, in: account.currency, over: register)
      for (index, row) in register.rows.enumerated() {
        let owners =
          state.works[row.work]?.owners ?? [Ownership.Owner(party: row.owner, weight: 1)]
        lines += account.lines(
          of: row, owners: owners, entitled: entitled.owed[index], stated: stated.owed[index])
      }
      let owed = entitled.owed.reduce(0, +) - stated.owed.reduce(0, +)
      let retained = entitled.retained - stated.retained
      precondition(owed + retained == added, "a settlement gives out exactly what came in")
      totals.append(
        SettlementRecord.Line(
          model: account.model, currency: account.currency,
          cumulativeRevenue: account.sum(before) + added, revenue: added, owed: owed,
          retained: retained))
    }
    let number = state.settlements.filter { $0.record.period == period }.count + 1
    return Statements(period: period, number: Int64(number), lines: lines, totals: totals)
  }

  /// What a settlement at a position of the log covers.
  private struct Cut {
    let position: Int
    let period: Period

    func covers(_ revenue: RegisterState.Revenue) -> Bool {
      revenue.position < position && revenue.report.period.endMonth <= period.endMonth
    }
  }

  private struct Account: Hashable, Comparable {
    let model: ModelName
    let currency: Currency

    static func < (left: Account, right: Account) -> Bool {
      (left.model.text, left.currency.code) < (right.model.text, right.currency.code)
    }

    /// One line for each owner of a work, each amount divided by their weights to the last unit.
    func lines(
      of row: ShareRegister.Row, owners: [Ownership.Owner], entitled: Int64, stated: Int64
    ) -> [Statements.Line] {
      let weights = owners.map { UInt64($0.weight) }
      let units = LargestRemainder.divide(row.units, weights: weights)
      let now = LargestRemainder.divide(entitled, weights: weights)
      let then = LargestRemainder.divide(stated, weights: weights)
      return owners.indices.map { place in
        Statements.Line(
          owner: owners[place].party, work: row.work, model: model, currency: currency,
          units: units[place], rate: row.rate, entitlement: now[place], stated: then[place])
      }
    }

    func sum(_ revenues: [RegisterState.Revenue]) -> Int64 {
      revenues.reduce(0) { sum, revenue in
        revenue.report.model == model && revenue.report.amount.currency == currency
          ? sum + revenue.report.amount.minorUnits : sum
      }
    }
  }
}

/// Why a period cannot be settled.
package enum SettlementError: Error, Hashable, Sendable {
  case alreadySettled(Period, position: Int)
  case nothingReported(Period)
  case noShares(ModelName)
  case negative(ModelName, Period)
}

extension SettlementError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .alreadySettled(let period, let position):
      "everything reported up to \(period) is settled already, at entry \(position)"
    case .nothingReported(let period):
      "no revenue was reported up to \(period): report it with 'cadastre revenue'"
    case .noShares(let model): "the share register of '\(model)' is missing"
    case .negative(let model, let period):
      "corrections make the revenue of '\(model)' up to \(period) negative: settle a later period"
    }
  }
}
