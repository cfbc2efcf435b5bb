// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Money
import Register
package import Settlement
import Signing
import Storage

/// Settles a period and keeps its statements.
package enum SettlePeriod {
  /// Computes the statements, puts their file in place and logs their digest.
  ///
  /// - Returns: The statements.
  /// - Throws: `ServiceError.refused` where the period is settled or nothing was reported.
  package static func run(_ period: Period, in writer: RegisterWriter) throws -> Statements {
    var shares: [ModelName: ShareRegister] = [:]
    for revenue in writer.state.revenues where shares[revenue.report.model] == nil {
      shares[revenue.report.model] = try ModelFile.shares(
        of: revenue.report.model, layout: writer.layout, state: writer.state)
    }
    let statements: Statements
    do throws(SettlementError) {
      statements = try SettlementComputation.settle(period, state: writer.state, shares: shares)
    } catch {
      throw ServiceError.refused("\(error)")
    }
    let record = statements.record
    try writer.append([.settlementComputed(record)]) {
      try DurableFile.write(
        Array(statements.json.prettyText.utf8), to: writer.layout.statements(record))
    }
    return statements
  }
}
