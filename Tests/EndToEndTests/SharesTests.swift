// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `cadastre shares` by contributor, work and territory, and by the weights of one user.
@Suite struct SharesTests {
  private let desk: Desk

  init() throws { desk = try Sample.copy() }

  private func rows(_ arguments: String...) throws -> [[String: Any]] {
    let outcome = try desk.run(["shares", Sample.model, "--json"] + arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let object = try #require(try outcome.json() as? [String: Any])
    return try #require(object["rows"] as? [[String: Any]])
  }

  private func units(_ rows: [[String: Any]]) -> [Int] { rows.compactMap { $0["units"] as? Int } }

  @Test func `Rows by contributor, work and territory add up to the same whole`() throws {
    let whole = 1_000_000_000_000
    for kind in ["contributor", "work", "territory"] {
      #expect(units(try rows("--by", kind)).reduce(0, +) == whole, "\(kind)")
    }
    let parties = try rows()
    let territories = try rows("--by", "territory")
    // One author states GB, one FR, one nothing.
    #expect(territories.count == 3)
    for code in ["GB", "FR"] {
      let names = Desk.territories.filter { $0.value == code }.map(\.key)
      let row = try #require(territories.first { $0["territory"] as? String == code })
      let members = parties.filter { names.contains($0["name"] as? String ?? "") }
      #expect(row["contributors"] as? Int == names.count)
      #expect(row["units"] as? Int == units(members).reduce(0, +))
      #expect(
        row["movedPiconats"] as? Int
          == members.compactMap { $0["movedPiconats"] as? Int }.reduce(0, +))
    }
  }

  @Test func `A territory is in no file but the openings`() throws {
    let needle = Data("\"territory\":\"GB\"".utf8)
    for file in try desk.files() where file != "openings.sqlite" {
      #expect(Data(try desk.bytes(file)).range(of: needle) == nil, "\(file)")
    }
    let log = try desk.files().filter { $0.hasPrefix("log/tile/entries/") }
    #expect(
      try log.contains { file in
        String(decoding: try desk.bytes(file), as: UTF8.self).contains("\"territory\":")
      }, "the log commits to it")
  }

  @Test func `The run's own weights divide as the share register does, others otherwise`() throws {
    let own = try rows("--weights", "first=1,second=3")
    let register = try rows()
    func key(_ rows: [[String: Any]]) -> [String: Int] {
      Dictionary(
        uniqueKeysWithValues: rows.map { ($0["party"] as? String ?? "", $0["units"] as? Int ?? -1) }
      )
    }
    #expect(key(own) == key(register))
    #expect(key(try rows("--weights", "first=2,second=6")) == key(register))
    let first = try rows("--weights", "first=1")
    #expect(key(first) != key(register))
    #expect(units(first).reduce(0, +) == 1_000_000_000_000)
    // Nothing was written: the register is as it was.
    #expect(key(try rows()) == key(register))
  }

  @Test(arguments: [
    ("third=1", 2, "third"), ("first", 2, "first"), ("first=-1", 2, "first=-1"),
    ("first=1,first=2", 2, "two weights"), ("first=0", 1, "divided"), ("", 2, "weight"),
  ])
  func `Weights that make no sense are refused in one line`(
    _ list: String, _ status: Int32, _ word: String
  ) throws {
    let outcome = try desk.run(["shares", Sample.model, "--weights", list])
    #expect(outcome.status == status, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.errors.contains(word), "\(outcome.errors)")
  }

  @Test(arguments: ["gb", "GBR", "G1", "", "ÄÖ"])
  func `A territory that is no code is refused, and nothing is registered`(_ code: String) throws {
    let before = try desk.bytes("log/checkpoint")
    let outcome = try desk.run(["key", "new", "zoe", "--territory", code])
    #expect(outcome.status == 2, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(try desk.bytes("log/checkpoint") == before)
    #expect(try desk.run(["key", "new", "zoe", "--territory", "NZ"]).status == 0)
    #expect(try desk.run(["verify"]).status == 0)
  }
}
