// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Money

extension Amount {
  /// The amount as a member of a signed document.
  var json: JSON { ["minorUnits": .integer(minorUnits), "currency": .string(currency.code)] }

  /// Reads an amount of more than nothing.
  ///
  /// - Throws: `JSONFieldError` for anything else.
  init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "an amount")
    let units = try fields.integer("minorUnits", in: 1...Self.largestMinorUnits)
    let currency = try fields.parsed("currency", as: "an ISO 4217 code", Currency.init(code:))
    try fields.finish()
    self.init(minorUnits: units, currency: currency)
  }
}
