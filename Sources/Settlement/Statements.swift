// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Money
package import Primitives
package import Register
package import Signing

/// The statements of one settlement: what each work earned, and what that adds to earlier periods.
///
/// Every line is *cumulative entitlement minus what was already stated*, so late reports and
/// repeated settlements never pay twice, and fractions of a minor unit are never lost.
package struct Statements: Hashable, Sendable {
  /// One work of one model in one currency.
  package struct Line: Hashable, Sendable {
    package let owner: DIDKey
    package let work: Digest
    package let model: ModelName
    package let currency: Currency
    /// The work's share of the model.
    package let units: Int64
    /// The royalty rate.
    package let rate: Rate
    /// What the work is entitled to of all revenue covered so far, in minor units.
    package let entitlement: Int64
    /// What earlier settlements stated.
    package let stated: Int64
    /// What this settlement adds: entitlement − stated.
    package var amount: Int64 { entitlement - stated }
  }

  /// The period settled.
  package let period: Period
  /// The number of this settlement of the period.
  package let number: Int64
  /// All lines, by model, currency, owner and work.
  package let lines: [Line]
  /// The totals, one a model and currency.
  package let totals: [SettlementRecord.Line]

  private static let format = "cadastre-statements/1"

  /// The file form; no moment in it, so equal books and revenue give equal bytes.
  package var json: JSON {
    [
      "format": .string(Self.format), "period": .string(period.description),
      "number": .integer(number),
      "totals": .array(
        totals.map { total in
          [
            "model": .string(total.model.text), "currency": .string(total.currency.code),
            "cumulativeRevenue": .integer(total.cumulativeRevenue),
            "revenue": .integer(total.revenue), "owed": .integer(total.owed),
            "retained": .integer(total.retained),
          ]
        }),
      "lines": .array(
        lines.map { line in
          [
            "owner": .string(line.owner.text), "work": .string(line.work.hex),
            "model": .string(line.model.text), "currency": .string(line.currency.code),
            "units": .integer(line.units),
            "ratePartsPerMillion": .integer(line.rate.partsPerMillion),
            "entitlement": .integer(line.entitlement), "stated": .integer(line.stated),
            "amount": .integer(line.amount),
          ]
        }),
    ]
  }

  /// The event that binds these statements.
  package var record: SettlementRecord {
    SettlementRecord(
      period: period, number: number, statements: SHA256.digest(Array(json.prettyText.utf8)),
      lines: totals)
  }
}
