// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Concentration
import Money
import Presentation
import Signing

extension ConcentrationAnswer {
  /// The answer for programs.
  ///
  /// Of the format `cadastre-concentration/1`; amounts are minor units, or units of 10⁻¹² of a model.
  package var json: JSON {
    [
      "format": "cadastre-concentration/1", "subject": .string(subject),
      "currency": currency.map { .string($0.code) } ?? .null,
      "bootstrap": [
        "seed": .integer(Int64(clamping: bootstrap.seed)),
        "replicates": .integer(Int64(bootstrap.replicates)),
      ],
      "negative": .integer(Int64(negative)),
      "holdings": .array(
        holdings.map { ["party": .string($0.party.text), "amount": .integer($0.amount)] }),
      "allContributors": Self.json(all), "holders": Self.json(holders),
      "periods": .array(
        steps.map { step in
          [
            "period": .string(step.period.description), "holders": .integer(Int64(step.holders)),
            "total": .integer(step.total), "measures": Self.json(step.measures),
          ]
        }),
      "levers": .array(levers.map(Self.json)),
    ]
  }

  private static func json(_ measures: Measures) -> JSON {
    .object(JSONObject(Measures.named.map { ($0.name, .double($0.value(measures))) }))
  }

  private static func json(_ spread: Spread) -> JSON {
    var object = JSONObject()
    object["count"] = .integer(Int64(spread.distribution.groups.count))
    for (index, measure) in Measures.named.enumerated() {
      var value: JSONObject = ["value": .double(measure.value(spread.measures))]
      if let interval = spread.intervals?[index] {
        value["interval"] = [.double(interval.lowerBound), .double(interval.upperBound)]
      }
      object[measure.name] = .object(value)
    }
    return .object(object)
  }

  private static func json(_ outcome: LeverOutcome) -> JSON {
    var object = outcome.lever.json
    object["measures"] = json(outcome.measures)
    object["attacks"] = .array(
      outcome.attacks.map { attack in
        [
          "payee": .string(attack.payee), "accounts": .integer(Int64(attack.fakes)),
          "honest": .integer(attack.honest), "split": .integer(attack.split),
          "aggregated": .integer(attack.aggregated),
        ]
      })
    return .object(object)
  }
}

extension Lever {
  /// The lever for programs: its kind, and its part where it has one.
  fileprivate var json: JSONObject {
    switch self {
    case .none: ["lever": "none"]
    case .cap(let part): ["lever": "cap", "partPPM": .integer(part)]
    case .floor(let part): ["lever": "floor", "partPPM": .integer(part)]
    case .dividend(let part): ["lever": "dividend", "partPPM": .integer(part)]
    case .squareRoot: ["lever": "squareRoot"]
    }
  }

  /// The lever in a few words.
  package var words: String {
    func percent(_ part: Int64) -> String {
      Human.percent(Double(part) / 1_000_000, decimals: part % 10_000 == 0 ? 0 : 2)
    }
    return switch self {
    case .none: "as it is"
    case .cap(let part): "at most \(percent(part)) each, the rest to others"
    case .floor(let part): "at least \(percent(part)) of the mean"
    case .dividend(let part): "\(percent(part)) per head"
    case .squareRoot: "by square roots"
    }
  }
}

/// Words that the page and the terminal share.
package enum ConcentrationWords {
  /// A measure's name for people.
  package static func measure(_ name: String) -> String {
    switch name {
    case "herfindahl": "Herfindahl–Hirschman, of 10,000"
    case "effectiveBySquares": "effective number, 1/Σs²"
    case "effectiveByEntropy": "effective number, exp H"
    default: RestitutionWords.measure(name)
    }
  }

  /// A measure with as many decimals as it needs.
  package static func number(_ name: String, _ value: Double) -> String {
    let isCount = ["herfindahl", "effectiveBySquares", "effectiveByEntropy"].contains(name)
    return Human.fixed(value, decimals: isCount ? 1 : 3)
  }

  /// A measure with its interval.
  package static func value(
    _ name: String, _ value: Double, _ interval: ClosedRange<Double>?
  ) -> String {
    guard let interval else { return number(name, value) }
    return number(name, value)
      + " (\(number(name, interval.lowerBound))–\(number(name, interval.upperBound)))"
  }

  /// By which factor an attack multiplies what the payee gets, as text.
  package static func gain(_ attack: ConcentrationAnswer.Attack) -> String {
    guard attack.honest > 0 else { return attack.split > 0 ? "from nothing" : "–" }
    return "× " + Human.fixed(Double(attack.split) / Double(attack.honest), decimals: 2)
  }
}
