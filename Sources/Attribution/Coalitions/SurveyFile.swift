// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
package import Signing

/// `books/survey.json`: the coalitions that were retrained and their losses.
///
/// It states the values and intervals that follow, so that shares can be divided again without the
/// estimator; an audit computes them again from the losses.
package struct SurveyFile: Sendable {
  /// The owners, in the order of the books' accounts.
  package let owners: [DIDKey]
  package let survey: Survey
  package let findings: Survey.Findings

  /// Where a model keeps it.
  package static let path = "books/survey.json"

  private static let format = "cadastre-survey/1"

  /// Names the accounts of a survey.
  package init(owners: [DIDKey], survey: Survey, findings: Survey.Findings) {
    precondition(owners.count == survey.playerOfAccount.count, "every account has one owner")
    self.owners = owners
    self.survey = survey
    self.findings = findings
  }

  /// The file form.
  package var json: JSON {
    [
      "format": .string(Self.format), "unit": "piconats per byte",
      "seed": .integer(Int64(bitPattern: survey.seed)),
      "redraws": .integer(Int64(survey.redraws)),
      "players": .array(
        (0..<survey.playerCount).map { player in
          [
            "owners": .array(
              owners.indices.filter { survey.playerOfAccount[$0] == player }.map {
                .string(owners[$0].text)
              }),
            "values": .array(findings.values[player].map { .integer($0) }),
            "low": .integer(findings.intervals[player].lowerBound),
            "high": .integer(findings.intervals[player].upperBound),
          ]
        }),
      "coalitions": .array(
        survey.measurements.map { measurement in
          [
            "players": .array(measurement.coalition.members.map { .integer(Int64($0)) }),
            "losses": .array(measurement.losses.map { .integer($0) }),
          ]
        }),
    ]
  }

  /// Reads the file form.
  ///
  /// - Throws: `JSONFieldError` where anything is missing, doubled or out of range.
  package init(json: JSON) throws(JSONFieldError) {
    let subject = "the survey"
    var fields = try JSONFields(json, of: subject)
    _ = try fields.parsed("format", as: Self.format) { $0 == Self.format ? $0 : nil }
    _ = try fields.string("unit")
    let seed = try fields.integer("seed", in: 0...JSON.largestExactInteger)
    let redraws = try fields.integer("redraws", in: 2...10_000)
    let players = try fields.array("players")
    let coalitions = try fields.array("coalitions")
    try fields.finish()
    var playerOf: [DIDKey: Int] = [:]
    var values: [[Int64]] = []
    var intervals: [ClosedRange<Int64>] = []
    for (player, value) in players.enumerated() {
      var entry = try JSONFields(value, of: "a player of the survey")
      let list = try entry.array("owners")
      let numbers = try entry.array("values")
      values.append(numbers.compactMap(\.integer))
      let low = try entry.integer("low", in: 0...ShareDivision.pot)
      intervals.append(low...(try entry.integer("high", in: low...ShareDivision.pot)))
      try entry.finish()
      guard values[player].count == numbers.count else {
        throw .wrong(name: "values", expected: "integers", subject: subject)
      }
      for value in list {
        guard let owner = value.string.flatMap({ DIDKey($0) }),
          playerOf.updateValue(player, forKey: owner) == nil
        else {
          throw .wrong(name: "players", expected: "each owner's did:key once", subject: subject)
        }
      }
    }
    guard (1...ShapleyValue.maximumPlayers).contains(players.count),
      Set(playerOf.values).count == players.count
    else {
      throw .wrong(
        name: "players", expected: "1 to \(ShapleyValue.maximumPlayers) lists of owners",
        subject: subject)
    }
    owners = playerOf.keys.sorted()
    survey = Survey(
      playerOfAccount: owners.map { playerOf[$0] ?? 0 },
      measurements: try coalitions.map { value throws(JSONFieldError) in
        try Self.measurement(value, players: players.count)
      }, seed: UInt64(seed), redraws: Int(redraws))
    findings = Survey.Findings(values: values, intervals: intervals)
    let seen = survey.measurements.map(\.coalition)
    let widths = Set(survey.measurements.map(\.losses.count) + values.map(\.count))
    guard Set(seen).count == seen.count, seen.contains(.all(players.count)), widths.count == 1
    else {
      throw .wrong(
        name: "coalitions", expected: "different coalitions, the whole among them",
        subject: subject)
    }
  }

  private static func measurement(
    _ value: JSON, players: Int
  ) throws(JSONFieldError) -> Survey.Measurement {
    let subject = "a coalition of the survey"
    var fields = try JSONFields(value, of: subject)
    let list = try fields.array("players")
    let members = list.compactMap(\.integer).filter { (0..<Int64(players)).contains($0) }
    let values = try fields.array("losses")
    let losses = values.compactMap(\.integer).filter { (0...1_000_000_000_000_000).contains($0) }
    try fields.finish()
    guard !members.isEmpty, members.count == list.count, Set(members).count == members.count else {
      throw .wrong(name: "players", expected: "indices of players", subject: subject)
    }
    guard !losses.isEmpty, losses.count == values.count else {
      throw .wrong(name: "losses", expected: "one loss a target", subject: subject)
    }
    return Survey.Measurement(coalition: Coalition(members.map { Int($0) }), losses: losses)
  }
}
