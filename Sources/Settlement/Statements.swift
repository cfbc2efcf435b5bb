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

    init(
      owner: DIDKey, work: Digest, model: ModelName, currency: Currency, units: Int64, rate: Rate,
      entitlement: Int64, stated: Int64
    ) {
      self.owner = owner
      self.work = work
      self.model = model
      self.currency = currency
      self.units = units
      self.rate = rate
      self.entitlement = entitlement
      self.stated = stated
    }

    init(json: JSON) throws(JSONFieldError) {
      let limit = JSON.largestExactInteger
      var fields = try JSONFields(json, of: "a line of the statements")
      owner = try fields.parsed("owner", as: "a did:key") { DIDKey($0) }
      work = try fields.parsed("work", as: "a SHA-256 digest", Digest.init(hex:))
      model = try fields.parsed("model", as: "a model name", ModelName.init)
      currency = try fields.parsed("currency", as: "an ISO 4217 code", Currency.init(code:))
      units = try fields.integer("units", in: 0...Share.whole)
      let parts = try fields.integer("ratePartsPerMillion", in: 0...1_000_000)
      rate = Rate(partsPerMillion: parts) ?? .whole
      entitlement = try fields.integer("entitlement", in: -limit...limit)
      stated = try fields.integer("stated", in: -limit...limit)
      _ = try fields.integer("amount", in: -limit...limit)
      try fields.finish()
    }

    /// The line for programs.
    package var json: JSON {
      [
        "owner": .string(owner.text), "work": .string(work.hex), "model": .string(model.text),
        "currency": .string(currency.code), "units": .integer(units),
        "ratePartsPerMillion": .integer(rate.partsPerMillion),
        "entitlement": .integer(entitlement), "stated": .integer(stated),
        "amount": .integer(amount),
      ]
    }
  }

  /// The period settled.
  package let period: Period
  /// The number of this settlement of the period.
  package let number: Int64
  /// All lines, by model, currency, and the share register's rows; owners of one work side by side.
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
        lines.map(\.json)),
    ]
  }

  /// Reads the lines of a statements file.
  ///
  /// - Throws: `JSONFieldError` for another form.
  package static func lines(json: JSON) throws(JSONFieldError) -> [Line] {
    var fields = try JSONFields(json, of: "the statements")
    _ = try fields.parsed("format", as: Self.format) { $0 == Self.format ? $0 : nil }
    var lines: [Line] = []
    for value in try fields.array("lines") { lines.append(try Line(json: value)) }
    return lines
  }

  /// The event that binds these statements.
  package var record: SettlementRecord {
    SettlementRecord(
      period: period, number: number, statements: SHA256.digest(Array(json.prettyText.utf8)),
      lines: totals)
  }
}
