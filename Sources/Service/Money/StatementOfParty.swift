// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Money
import Register
package import Settlement
package import Signing

/// What one contributor earned in a period.
package struct StatementOfParty: Sendable {
  /// The contributor.
  package let party: DIDKey
  /// The period.
  package let period: Period
  /// The contributor's lines, of all settlements of the period.
  package let lines: [Statements.Line]

  /// Computes the statement again from the log, as `verify` does, rather than trust a file.
  ///
  /// - Throws: `ServiceError.refused` where the period is not settled, or the party has no share.
  package init(
    party: DIDKey, period: Period, snapshot: RegisterSnapshot
  ) throws {
    self.party = party
    self.period = period
    let settlements = snapshot.state.settlements.filter { $0.record.period == period }
    guard !settlements.isEmpty else {
      throw ServiceError.refused(
        "the period \(period) is not settled: run 'cadastre settle --period \(period)'")
    }
    var shares: [ModelName: ShareRegister] = [:]
    for line in settlements.flatMap(\.record.lines) where shares[line.model] == nil {
      shares[line.model] = try ModelFile.shares(
        of: line.model, layout: snapshot.layout, state: snapshot.state)
    }
    var state = RegisterState()
    var lines: [Statements.Line] = []
    for event in snapshot.events {
      if case .settlementComputed(let record) = event.body, record.period == period {
        let statements = try SettlementComputation.settle(period, state: state, shares: shares)
        lines += statements.lines.filter { $0.owner == party }
      }
      try state.apply(event)
    }
    guard !lines.isEmpty else {
      throw ServiceError.refused("\(party) has no share in any model settled in \(period)")
    }
    self.lines = lines
  }
}
