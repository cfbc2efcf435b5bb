// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Attribution
package import Canonical
import Money
package import Register
package import Signing

/// A share register added up for each contributor, beside what the books say of it.
package struct SharesByParty: Sendable {
  /// One contributor.
  package struct Row: Sendable {
    package let party: DIDKey
    /// How many works.
    package let works: Int
    /// Units of 10⁻¹² of the model.
    package let units: Int64
    /// The path-integral credit over all targets by weight, in piconats a byte.
    package let moved: Int64
    /// The left-end credit, likewise.
    package let leftEnd: Int64
  }

  /// The model divided.
  package let model: ModelName
  /// How the units were found.
  package let method: String
  /// One row a contributor, the largest share first.
  package let rows: [Row]

  /// Adds up rows and credits.
  package init(_ shares: ShareRegister, credits file: BooksFile) {
    model = shares.model
    method = shares.method
    let weights = file.targets.map(\.weight)
    let total = max(1, weights.reduce(0, +))
    func mean(_ credit: [Int64]) -> Int64 {
      let sum = zip(credit, weights).reduce(Int128(0)) { $0 + Int128($1.0) * Int128($1.1) }
      return Int64(sum / Int128(total))
    }
    var moved: [DIDKey: Int64] = [:]
    var leftEnd: [DIDKey: Int64] = [:]
    for (index, line) in file.lines.enumerated() {
      moved[line.owner, default: 0] += mean(file.books.credit[index])
      leftEnd[line.owner, default: 0] += mean(file.books.leftEnd[index])
    }
    let byParty = Dictionary(grouping: shares.rows, by: \.owner)
    rows = byParty.map { party, rows in
      Row(
        party: party, works: rows.count, units: rows.reduce(0) { $0 + $1.units },
        moved: moved[party] ?? 0, leftEnd: leftEnd[party] ?? 0)
    }.sorted { $0.units != $1.units ? $0.units > $1.units : $0.party < $1.party }
  }

  /// The rows for programs.
  package func json(names: NameBook, state: RegisterState) -> JSON {
    [
      "model": .string(model.text), "method": .string(method), "whole": .integer(Share.whole),
      "rows": .array(
        rows.map { row in
          [
            "party": .string(row.party.text),
            "name": .string(names.name(of: row.party, in: state)),
            "works": .integer(Int64(row.works)), "units": .integer(row.units),
            "movedPiconats": .integer(row.moved), "leftEndPiconats": .integer(row.leftEnd),
          ]
        }),
    ]
  }
}
