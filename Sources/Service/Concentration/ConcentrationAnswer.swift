// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Concentration
package import Money
package import Register
import Settlement
package import Signing

/// How concentrated a model's shares, or the money of settled statements, are.
package struct ConcentrationAnswer: Sendable {
  /// What one party holds.
  package struct Holding: Sendable, Equatable {
    package let party: DIDKey
    package let amount: Int64
  }

  /// Measures of a population with their intervals.
  package struct Spread: Sendable {
    package let distribution: Distribution
    package let measures: Measures
    /// In the order of `Measures.named`.
    package let intervals: [ClosedRange<Double>]?

    init?(_ amounts: [Int64], _ bootstrap: Bootstrap) {
      distribution = Distribution(amounts.map { .init(amount: $0) })
      guard let measures = distribution.measures() else { return nil }
      self.measures = measures
      intervals = bootstrap.intervals(of: distribution)
    }
  }

  /// What a lever would change, and what an attack on it would gain.
  package struct LeverOutcome: Sendable {
    package let lever: Lever
    package let measures: Measures
    /// The attack of the payee in the middle of those who hold something, and of the largest.
    package let attacks: [Attack]
  }

  /// What a payee gains by splitting.
  package struct Attack: Sendable {
    package let payee: String
    package let fakes: Int
    package let honest: Int64
    package let split: Int64
    package let aggregated: Int64
  }

  /// One settled period.
  package struct Step: Sendable {
    package let period: Period
    package let holders: Int
    package let total: Int64
    package let measures: Measures
  }

  /// What is asked for.
  package struct Request: Sendable {
    package var model: ModelName?
    package var period: Period?
    package var currency: Currency?
    package var bootstrap: Bootstrap
    package var fakes: Int
    package var levers: [Lever]

    /// Asks for everything.
    package init(
      model: ModelName?, period: Period?, currency: Currency?, bootstrap: Bootstrap, fakes: Int,
      levers: [Lever]
    ) {
      self.model = model
      self.period = period
      self.currency = currency
      self.bootstrap = bootstrap
      self.fakes = fakes
      self.levers = levers
    }
  }

  /// What is measured, in words.
  package let subject: String
  /// The currency; nil for shares.
  package let currency: Currency?
  /// Every registered contributor, the largest first; of equals the lower identifier.
  package let holdings: [Holding]
  /// How many sums were below zero by corrections, and count as zero.
  package let negative: Int
  /// All registered contributors.
  package let all: Spread
  /// Those who hold something.
  package let holders: Spread
  /// How it moved, where money was settled in several periods.
  package let steps: [Step]
  package let levers: [LeverOutcome]
  package let bootstrap: Bootstrap

  /// Measures.
  ///
  /// - Throws: `ServiceError.refused` where there is nothing to measure, or several currencies.
  package init(_ request: Request, in snapshot: RegisterSnapshot) throws {
    let contributors = snapshot.state.parties.filter { $0.value.role == .contributor }.map(\.key)
    var sums: [DIDKey: Int64] = Dictionary(contributors.map { ($0, 0) }) { first, _ in first }
    if let model = request.model, request.period == nil, request.currency == nil {
      subject = "the shares of \(model), in units of 10⁻¹²"
      currency = nil
      steps = []
      for (party, units) in try RegisterProfile.shares(of: model, in: snapshot) {
        sums[party, default: 0] += units
      }
    } else {
      let money = try SettledMoney(snapshot, model: request.model)
      let chosen = try money.currency(request.currency, period: request.period)
      currency = chosen
      subject =
        "what statements" + (request.model.map { " of \($0)" } ?? "") + " owe in \(chosen)"
        + (request.period.map { " for \($0)" } ?? ", all periods")
      for entry in money.lines(in: chosen, period: request.period) {
        sums[entry.party, default: 0] += entry.amount
      }
      steps = money.steps(in: chosen)
    }
    negative = sums.values.count { $0 < 0 }
    holdings = sums.map { Holding(party: $0.key, amount: max(0, $0.value)) }
      .sorted { ($1.amount, $0.party) < ($0.amount, $1.party) }
    let amounts = holdings.map(\.amount)
    guard let all = Spread(amounts, request.bootstrap),
      let holders = Spread(amounts.filter { $0 > 0 }, request.bootstrap)
    else { throw ServiceError.refused("nobody holds anything there: there is nothing to measure") }
    (self.all, self.holders, bootstrap) = (all, holders, request.bootstrap)
    levers = request.levers.compactMap { Self.outcome(of: $0, on: amounts, fakes: request.fakes) }
  }

  private static func outcome(of lever: Lever, on amounts: [Int64], fakes: Int) -> LeverOutcome? {
    guard
      let measures = Distribution(lever.divide(amounts).map { .init(amount: $0) }).measures()
    else { return nil }
    let holders = amounts.count { $0 > 0 }
    let attacks = [("the largest", 0), ("the one in the middle", holders / 2)].map { name, payee in
      let result = lever.attack(by: payee, fakes: fakes, on: amounts)
      return Attack(
        payee: name, fakes: fakes, honest: result.honest, split: result.split,
        aggregated: result.aggregated)
    }
    return LeverOutcome(lever: lever, measures: measures, attacks: attacks)
  }
}
