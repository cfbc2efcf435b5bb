// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct WholeJobTests {
  private let desk: Desk

  init() throws { desk = try Sample.copy() }

  private func object(_ arguments: String...) throws -> [String: Any] { try object(arguments) }

  private func object(_ arguments: [String]) throws -> [String: Any] {
    let outcome = try desk.run(arguments + ["--json"])
    try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
    return try #require(try outcome.json() as? [String: Any])
  }

  @Test func `From own files to a verified settlement`() throws {
    let verdict = try object("verify")
    #expect(verdict["holds"] as? Bool == true)
    let checks = try #require(verdict["checks"] as? [[String: Any]])
    // No source has said anything of these works.
    let idle = checks.filter { $0["count"] as? Int == 0 }.compactMap { $0["part"] as? String }
    #expect(Set(idle) == ["signals"], "\(checks)")

    let shares = try object("shares", Sample.model)
    let rows = try #require(shares["rows"] as? [[String: Any]])
    #expect(Set(rows.compactMap { $0["name"] as? String }) == Set(Desk.authors))
    #expect(rows.compactMap { $0["units"] as? Int }.reduce(0, +) == 1_000_000_000_000)

    let settled = try JSONSerialization.jsonObject(
      with: Data(try desk.bytes("settlements/2026-Q4-1.json")))
    let totals = try #require((settled as? [String: Any])?["totals"] as? [[String: Any]])
    #expect(totals.count == 1)
    #expect(totals[0]["revenue"] as? Int == 100_001)
    var stated = 0
    for author in Desk.authors {
      let statement = try object("statement", author, "--period", "2026-Q4")
      let lines = try #require(statement["lines"] as? [[String: Any]])
      #expect(lines.count == 2, "one line a work")
      stated += lines.compactMap { $0["amount"] as? Int }.reduce(0, +)
    }
    #expect(stated == totals[0]["owed"] as? Int)
    #expect(stated + (totals[0]["retained"] as? Int ?? -1) == 100_001)

    try desk.json("report", "--out", "report.html")
    let page = try String(contentsOf: URL(filePath: desk.root + "/report.html"), encoding: .utf8)
    #expect(Desk.authors.allSatisfy(page.contains))
    #expect(!page.contains("http://") && !page.contains("https://"), "nothing from outside")
  }

  @Test(arguments: [
    ["key", "list"], ["key", "show", "ada"], ["work", "list"], ["grants", "list"],
    ["shares", Sample.model, "--by", "work"], ["rebuild"], ["completions", "bash"],
  ])
  func `Every command that shows something speaks JSON and text`(_ command: [String]) throws {
    let machine = try desk.run(command + ["--json"])
    #expect(machine.status == 0 && machine.errors.isEmpty)
    #expect(throws: Never.self) { try machine.json() }
    let human = try desk.run(command)
    #expect(human.status == 0 && human.errors.isEmpty)
    #expect(!human.output.isEmpty && human.output.last == "\n")
    #expect(!human.output.contains("\u{1b}"), "no colours in a pipe")
  }

  @Test func `A model goes on from a prompt, alike in text and JSON, and as often as it is asked`()
    throws
  {
    let command = ["generate", Sample.model, "--prompt", "the ", "--tokens", "90"]
    let human = try desk.run(command + ["--seed", "5"])
    #expect(human.status == 0 && human.errors.isEmpty)
    let machine = try object(command + ["--seed", "5"])
    let text = try #require(machine["text"] as? String)
    #expect(human.output == text + "\n")
    func tokens(_ more: String..., of model: String = Sample.model) throws -> [Int] {
      let words = ["generate", model] + command.dropFirst(2) + more
      return try #require(try object(words)["tokens"] as? [Int])
    }
    let drawn = try tokens("--seed", "5")
    #expect(drawn.count == 90)
    #expect(String(decoding: drawn.map { UInt8($0) }, as: UTF8.self) == text)
    #expect(try tokens("--seed", "6") != drawn)
    let likeliest = try tokens("--temperature", "0")
    #expect(try tokens("--temperature", "0", "--seed", "6") == likeliest)
    #expect(try tokens("--seed", "5", of: desk.register + "/models/" + Sample.model) == drawn)
  }
}
