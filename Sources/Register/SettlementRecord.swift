// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Money
package import Primitives

/// `settlement.computed`: the totals of a period, and the digest of its statements.
///
/// Amounts a person are not in the log; they follow from the share register and the revenue, and
/// the statements file is bound by its digest.
package struct SettlementRecord: Sendable {
  /// One model and currency.
  package struct Line: Hashable, Sendable {
    /// The model that earned.
    package let model: ModelName
    /// The currency of all the line's amounts.
    package let currency: Currency
    /// All revenue of the model that this and earlier settlements cover, in minor units.
    package let cumulativeRevenue: Int64
    /// The revenue this settlement adds.
    package let revenue: Int64
    /// What this settlement states to be owed.
    package let owed: Int64
    /// What stays with who reported: revenue − owed.
    package let retained: Int64

    /// Makes a line.
    package init(
      model: ModelName, currency: Currency, cumulativeRevenue: Int64, revenue: Int64, owed: Int64,
      retained: Int64
    ) {
      self.model = model
      self.currency = currency
      self.cumulativeRevenue = cumulativeRevenue
      self.revenue = revenue
      self.owed = owed
      self.retained = retained
    }

    private static let range = -JSON.largestExactInteger...JSON.largestExactInteger

    init(json: JSON) throws(JSONFieldError) {
      var fields = try JSONFields(json, of: "a line of a settlement")
      model = try fields.parsed("model", as: "a model name", ModelName.init)
      currency = try fields.parsed("currency", as: "an ISO 4217 code", Currency.init(code:))
      cumulativeRevenue = try fields.integer("cumulativeRevenue", in: Self.range)
      revenue = try fields.integer("revenue", in: Self.range)
      owed = try fields.integer("owed", in: Self.range)
      retained = try fields.integer("retained", in: Self.range)
      try fields.finish()
    }

    var json: JSON {
      [
        "model": .string(model.text), "currency": .string(currency.code),
        "cumulativeRevenue": .integer(cumulativeRevenue), "revenue": .integer(revenue),
        "owed": .integer(owed), "retained": .integer(retained),
      ]
    }
  }

  /// The period settled.
  package let period: Period
  /// The number of this settlement of the period; the first is 1, late reports make a second.
  package let number: Int64
  /// The SHA-256 of the statements file.
  package let statements: Digest
  /// One line a model and currency.
  package let lines: [Line]

  /// Makes a record.
  package init(period: Period, number: Int64, statements: Digest, lines: [Line]) {
    self.period = period
    self.number = number
    self.statements = statements
    self.lines = lines
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "settlement.computed")
    period = try fields.parsed("period", as: "a period", Period.init)
    number = try fields.integer("number", in: 1...JSON.largestExactInteger)
    statements = try fields.parsed("statements", as: "a SHA-256 digest", Digest.init(hex:))
    var lines: [Line] = []
    for line in try fields.array("lines") { lines.append(try Line(json: line)) }
    self.lines = lines
    try fields.finish()
  }

  var payload: JSON {
    [
      "period": .string(period.description), "number": .integer(number),
      "statements": .string(statements.hex), "lines": .array(lines.map(\.json)),
    ]
  }
}
