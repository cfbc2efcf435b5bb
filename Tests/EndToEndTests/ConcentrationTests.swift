// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

private let python = interpreter(importing: "json", for: "the measures of concentration in Python")

/// `concentration`, by the program as it was built, on the sample register.
@Suite struct ConcentrationCommandTests {
  private let desk: Desk

  init() throws { desk = try Sample.copy() }

  private func check(_ text: String) throws -> BuiltProgram.Outcome {
    try desk.place(text, at: "concentration.json")
    return try #require(python).run(
      [CrossCheckTests.scripts + "/check_concentration.py", "concentration.json"], in: desk.root)
  }

  @Test(
    .enabled(if: python != nil),
    arguments: [
      ["--model", Sample.model], ["--period", "2026-Q4"], [],
      ["--model", Sample.model, "--period", "2026-Q4", "--cap", "40%", "--accounts", "3"],
      ["--model", Sample.model, "--floor", "80%", "--dividend", "35.5%", "--seed", "9"],
    ])
  func `A program without our code finds the same measures, or what is altered`(
    arguments: [String]
  ) throws {
    let call = ["concentration"] + arguments + ["--replicates", "50", "--json"]
    let outcome = try desk.run(call)
    try #require(outcome.status == 0, "\(outcome.errors)")
    #expect(try desk.run(call).output == outcome.output)
    let holds = try check(outcome.output)
    #expect(
      holds.status == 0 && holds.output.hasSuffix(" checks, 0 differences\n"),
      "\(holds.output)\(holds.errors)")
    let amount = try #require(outcome.output.range(of: "\"amount\": "))
    var altered = outcome.output
    let digit = altered[amount.upperBound]
    altered.replaceSubrange(amount.upperBound...amount.upperBound, with: digit == "9" ? "8" : "9")
    #expect(try check(altered).status == 1)
  }

  @Test func `It reads on a terminal and as a page without anything from outside`() throws {
    let outcome = try desk.run([
      "concentration", "--model", Sample.model, "--html", desk.root + "/page.html",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.output.contains("all contributors") && outcome.output.contains("by square roots"))
    let page = try String(contentsOfFile: desk.root + "/page.html", encoding: .utf8)
    #expect(page.contains("Lorenz curves") && !page.contains("https://"))
  }

  @Test(
    arguments: [
      (["--period", "2019"], 1), (["--period", "soon"], 2), (["--cap", "0.05"], 2),
      (["--currency", "EURO"], 2), (["--accounts", "1"], 2), (["--model", "nobody"], 1),
      (["--replicates", "1"], 2), (["--currency", "JPY"], 1),
    ] as [([String], Int32)])
  func `What means nothing is refused in one line`(arguments: [String], status: Int32) throws {
    let outcome = try desk.run(["concentration"] + arguments)
    #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
    #expect(outcome.errors.hasPrefix("cadastre: ") && outcome.errors.count { $0 == "\n" } == 1)
  }
}
