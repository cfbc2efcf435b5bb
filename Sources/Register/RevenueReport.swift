// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Money

/// `revenue.reported`: what a model earned in a period.
///
/// Signed by the operator.
package struct RevenueReport: Sendable {
  /// The model that earned.
  package let model: ModelName
  /// What it earned; negative corrects an earlier report.
  package let amount: Amount
  /// When it earned.
  package let period: Period

  /// Makes a report.
  package init(model: ModelName, amount: Amount, period: Period) {
    self.model = model
    self.amount = amount
    self.period = period
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "revenue.reported")
    model = try fields.parsed("model", as: "a model name", ModelName.init)
    let currency = try fields.parsed("currency", as: "an ISO 4217 code", Currency.init(code:))
    let limit = Amount.largestMinorUnits
    amount = Amount(
      minorUnits: try fields.integer("minorUnits", in: -limit...limit), currency: currency)
    period = try fields.parsed("period", as: "a period", Period.init)
    try fields.finish()
  }

  var payload: JSON {
    [
      "model": .string(model.text), "minorUnits": .integer(amount.minorUnits),
      "currency": .string(amount.currency.code), "period": .string(period.description),
    ]
  }
}
