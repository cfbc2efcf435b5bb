// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Concentration
import Money
import Primitives
package import Restitution
import Signing

extension Restitute.Answer {
  /// The measures of one way of dividing, with intervals.
  package struct Spread: Sendable {
    package let column: RestitutionResult.Column
    package let distribution: Distribution
    package let measures: Measures?
    /// In the order of `Measures.named`.
    package let intervals: [ClosedRange<Double>]?
    /// How many people live where nothing goes.
    package let peopleWithout: UInt64
  }

  /// The measures of the three ways side by side.
  package var spreads: [Spread] {
    RestitutionResult.columns.map { column in
      let distribution = result.distribution(column)
      return Spread(
        column: column, distribution: distribution, measures: distribution.measures(),
        intervals: result.policy.bootstrap.intervals(of: distribution),
        peopleWithout: distribution.groups.reduce(0) { $0 + ($1.amount == 0 ? $1.members : 0) })
    }
  }

  /// The result for programs.
  ///
  /// Of the format `cadastre-restitution/1`; amounts are minor units.
  package func json(_ spreads: [Spread]) -> JSON {
    [
      "format": "cadastre-restitution/1",
      "proceeds": [
        "minorUnits": .integer(result.proceeds.minorUnits),
        "currency": .string(result.proceeds.currency.code),
      ],
      "policy": result.policy.json, "policyDigest": .string(result.policy.digest.hex),
      "signer": signer.map { .string($0.text) } ?? .null, "profile": profile.json,
      "sources": .array(
        sources.map {
          [
            "title": .string($0.title), "version": .string($0.version),
            "sha256": .string($0.digest.hex),
          ]
        }),
      "perHead": .integer(result.perHead), "describedUnits": .integer(result.described),
      "notKnown": .array(
        result.gaps.map { ["subject": .string($0.subject), "figure": .string($0.figure)] }),
      "territories": .array(result.territories.map(Self.json)),
      "cells": .array(result.cells.map(Self.json)),
      "measures": .object(JSONObject(spreads.map { ($0.column.key, Self.json($0)) })),
    ]
  }

  private static func json(_ territory: RestitutionResult.Territory) -> JSON {
    [
      "territory": .string(territory.code), "population": .integer(Int64(territory.population)),
      "part": .string(String(territory.part)),
      "byContribution": .integer(territory.byContribution),
      "unweighed": .integer(territory.unweighed), "amount": .integer(territory.amount),
      "dividend": .integer(territory.dividend),
      "perMillionPeople": .integer(territory.perMillion(territory.amount)),
    ]
  }

  private static func json(_ cell: RestitutionResult.Cell) -> JSON {
    [
      "territory": .string(cell.territory), "row": .string(cell.row),
      "people": .integer(Int64(cell.people)), "part": .string(String(cell.part)),
      "weight": .integer(Int64(cell.weight)),
    ]
  }

  private static func json(_ spread: Spread) -> JSON {
    guard let measures = spread.measures else { return .null }
    var object: JSONObject = [
      "people": .integer(Int64(spread.distribution.members)),
      "peopleWithout": .integer(Int64(spread.peopleWithout)),
    ]
    for (index, measure) in Measures.named.enumerated() where Self.isOfPeople(measure.name) {
      var value: JSONObject = ["value": .double(measure.value(measures))]
      if let intervals = spread.intervals {
        value["interval"] = [
          .double(intervals[index].lowerBound), .double(intervals[index].upperBound),
        ]
      }
      object[measure.name] = .object(value)
    }
    return .object(object)
  }

  /// Whether a measure says something about people in groups; counts of equal holders do not.
  package static func isOfPeople(_ name: String) -> Bool {
    !["herfindahl", "effectiveBySquares", "effectiveByEntropy"].contains(name)
  }

  /// The amounts as CSV (RFC 4180), one row a territory.
  package var csv: String {
    var text = "territory,population,byContribution,unweighed,amount,dividend,currency\r\n"
    for each in result.territories {
      let amounts = [each.byContribution, each.unweighed, each.amount, each.dividend].map {
        Amount(minorUnits: $0, currency: result.proceeds.currency).decimalText
      }
      text +=
        "\(each.code),\(each.population),\(amounts.joined(separator: ","))"
        + ",\(result.proceeds.currency.code)\r\n"
    }
    return text
  }
}
