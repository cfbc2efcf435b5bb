// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Canonical
import Primitives
import Signing
import TestSupport
import Testing

@Suite struct SurveyTests {
  private func number(_ bound: Int64, _ random: inout Philox4x32) -> Int64 {
    Int64(random.next() % UInt64(2 * bound)) - bound
  }

  @Test func `Groups are few, whole, and hold together what is alike`() {
    var random = Philox4x32(key: 41, stream: 0)
    for round in 0..<60 {
      let credits = (0..<1 + Int(random.below(40))).map { _ in
        (0..<3).map { _ in number(1_000_000_000, &random) }
      }
      let limit = 1 + round % 12
      let player = PlayerGroups.players(credits: credits, players: limit)
      let count = min(limit, credits.count)
      #expect(Set(player) == Set(0..<count))
      if credits.count <= limit { #expect(player == Array(credits.indices)) }
      // Twenty accounts that share one direction and are small play together.
      let shells = (0..<20).map { _ in [Int64(500_000), 20_000, 3_000] }
      let more = PlayerGroups.players(
        credits: shells + [[0, 90_000_000, 0], [0, 0, 80_000_000], [40_000_000, 0, 0]],
        players: 4)
      #expect(Set(more[..<20]).count == 1)
    }
  }

  private struct Case {
    var credits: ShareDivision
    var owners: [Int]
    var players: [Int]
    var values: [[Int64]]
  }

  private func randomCase(_ random: inout Philox4x32) -> Case? {
    let lines = 1 + Int(random.below(20))
    let targets = 1 + Int(random.below(4))
    let owners = (0..<lines).map { _ in Int(random.below(7)) }
    let books = ClosedBooks(
      initialLoss: Array(repeating: 5_500_000_000_000, count: targets),
      finalLoss: (0..<targets).map { _ in 2_000_000_000_000 + number(900_000_000_000, &random) },
      credit: (0..<lines).map { _ in (0..<targets).map { _ in number(300_000_000_000, &random) } },
      decay: Array(repeating: 0, count: targets),
      absoluteResidual: Array(repeating: 0, count: targets))
    let players = (0..<7).map { $0 % 4 }
    let values = (0..<4).map { _ in (0..<targets).map { _ in number(200_000_000_000, &random) } }
    guard
      let credits = try? ShareDivision(
        books, owners: owners, weights: Array(repeating: 3, count: targets),
        commons: Array(repeating: 2_300_000_000_000, count: targets))
    else { return nil }
    return Case(credits: credits, owners: owners, players: players, values: values)
  }

  @Test func `A surveyed division adds up, and pays no player without value`() throws {
    var random = Philox4x32(key: 42, stream: 0)
    var divided = 0
    for _ in 0..<400 {
      guard let test = randomCase(&random),
        let division = try? SurveyedDivision(
          test.credits, owners: test.owners, playerOfAccount: test.players, values: test.values)
      else { continue }
      divided += 1
      #expect(division.playerUnits.reduce(0, +) == ShareDivision.pot)
      for player in 0..<4 {
        let own = test.owners.indices.filter { test.players[test.owners[$0]] == player }
        let units = own.reduce(0) { $0 + division.shares[$1] }
        #expect(units == division.playerUnits[player])
        if test.values[player].allSatisfy({ $0 <= 0 }),
          test.credits.targetParts.indices.allSatisfy({ target in
            test.values.reduce(0) { $0 + $1[target] } > 0
          })
        {
          #expect(division.playerUnits[player] == 0)
        }
      }
    }
    #expect(divided > 100)
  }

  @Test func `A survey file says the same when read, and refuses what is damaged`() throws {
    var random = Philox4x32(key: 43, stream: 0)
    let owners = (1...5).map(testParty).sorted()
    let design = CoalitionDesign.coalitions(players: 3, count: 7, seed: 9)
    let survey = Survey(
      playerOfAccount: [0, 1, 2, 1, 0],
      measurements: design.map {
        .init(coalition: $0, losses: [2_000_000_000_000 + number(9, &random), 1_900_000_000_000])
      }, seed: 9, redraws: 16)
    let file = SurveyFile(
      owners: owners, survey: survey,
      findings: survey.findings(
        commons: [2_400_000_000_000, 2_300_000_000_000],
        targetParts: [ShareDivision.pot / 2, ShareDivision.pot / 2]))
    let text = file.json.canonicalText
    let again = try SurveyFile(json: try JSON.parse(text))
    #expect(again.owners == owners && again.survey == survey && again.findings == file.findings)
    for (old, new) in [
      ("cadastre-survey/1", "cadastre-survey/2"), ("\"seed\":9", "\"seed\":-9"),
      ("\"players\":[0,1,2]", "\"players\":[0,1]"), ("\"players\":[0,1]", "\"players\":[0,1,2]"),
      ("\"players\":[2]", "\"players\":[3]"), ("\"players\":[2]", "\"players\":[]"),
      (owners[0].text, owners[1].text), ("1900000000000", "-1"),
      ("\"low\":", "\"low\":1e13,\"x\":"),
      ("\"unit\"", "\"units\""),
    ] {
      let damaged = text.replacing(old, with: new, maxReplacements: 1)
      #expect(damaged != text, "\(old)")
      #expect(throws: (any Error).self, "\(old)") {
        try SurveyFile(json: try JSON.parse(damaged))
      }
    }
  }
}

extension String {
  /// Replaces the first occurrences of a text.
  fileprivate func replacing(_ old: String, with new: String, maxReplacements: Int) -> String {
    var rest = self[...]
    var result = ""
    for _ in 0..<maxReplacements {
      guard let range = rest.firstRange(of: old) else { break }
      result += rest[..<range.lowerBound] + new
      rest = rest[range.upperBound...]
    }
    return result + rest
  }
}
