// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
package import Register

/// Reports what a model earned.
package enum ReportRevenue {
  /// Logs a report.
  ///
  /// - Parameters:
  ///   - report: The model, the amount and the period.
  ///   - isLate: Whether the caller knows that the period is settled already.
  ///   - writer: The register.
  /// - Returns: Where the report stands in the log.
  /// - Throws: `ServiceError.refused` for a model that is not released, an amount of nothing, or a
  ///   settled period where the report is not marked as late.
  package static func run(
    _ report: RevenueReport, isLate: Bool, in writer: RegisterWriter
  ) throws -> Int {
    let model = try Lookup.model(report.model.text, in: writer.state)
    precondition(model == report.model, "a name looks up itself")
    guard report.amount.minorUnits != 0 else {
      throw ServiceError.refused("the amount is zero: there is nothing to report")
    }
    let settled = writer.state.settlements.last { $0.record.period == report.period }
    if let settled, !isLate {
      throw ServiceError.refused(
        "the period \(report.period) is already settled, at entry \(settled.position):"
          + " add --late to report into a supplementary settlement")
    }
    return try writer.append([.revenueReported(report)]).lowerBound
  }
}
