// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Money
package import Register

/// What the contributors of each territory are to a model, as far as their openings are kept here.
package struct SharesByTerritory: Sendable {
  /// One territory; `territory` is nil for those who stated none, or whose opening was erased.
  package struct Row: Sendable {
    package let territory: String?
    package let contributors: Int
    package let works: Int
    package let moved: Int64
    package let credit: Int64
    package let units: Int64
  }

  /// The model divided.
  package let model: ModelName
  /// The largest share first.
  package let rows: [Row]

  /// Adds up the contributors of each territory.
  package init(_ shares: SharesByParty, names: NameBook, state: RegisterState) {
    model = shares.model
    rows = Dictionary(grouping: shares.rows) { names.territory(of: $0.party, in: state) }
      .map { territory, rows in
        Row(
          territory: territory, contributors: rows.count,
          works: rows.reduce(0) { $0 + $1.works }, moved: rows.reduce(0) { $0 + $1.moved },
          credit: rows.reduce(0) { $0 + $1.credit }, units: rows.reduce(0) { $0 + $1.units })
      }.sorted { ($1.units, $0.territory ?? "~") < ($0.units, $1.territory ?? "~") }
  }

  /// The rows for programs.
  package var json: JSON {
    [
      "model": .string(model.text), "whole": .integer(Share.whole),
      "rows": .array(
        rows.map { row in
          var object: JSONObject = [
            "contributors": .integer(Int64(row.contributors)), "works": .integer(Int64(row.works)),
            "units": .integer(row.units), "movedPiconats": .integer(row.moved),
            "creditUnits": .integer(row.credit),
          ]
          if let territory = row.territory { object["territory"] = .string(territory) }
          return .object(object)
        }),
    ]
  }
}
