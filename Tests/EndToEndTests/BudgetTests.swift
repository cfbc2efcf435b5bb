// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A budget fixes the steps before the run, commits to them, and they replay.
@Suite struct BudgetTests {
  private let desk: Desk

  init() throws { desk = try Sample.copy() }

  private func train(_ model: String, _ options: String...) throws -> Int {
    let outcome = try desk.run(
      ["train", "manifest.json", "--out", model, "--config", "config.json", "--json"] + options)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try #require((try outcome.json() as? [String: Any])?["steps"] as? Int)
  }

  private func expectReplay(_ model: String, steps: Int) throws {
    let run = try JSONSerialization.jsonObject(
      with: Data(try desk.bytes("models/\(model)/run.json")))
    let configuration = (run as? [String: Any])?["configuration"] as? [String: Any]
    #expect((configuration?["training"] as? [String: Any])?["steps"] as? Int == steps)
    let replayed = try desk.run(["replay", model, "--segment", "all"])
    #expect(replayed.status == 0, "\(replayed.output)\(replayed.errors)")
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `Tokens are divided by what a step reads`() throws {
    // A step reads 16 windows of 32 bytes.
    let steps = try train("read", "--tokens", "\(130 * 512 + 511)")
    #expect(steps == 130)
    try expectReplay("read", steps: steps)
  }

  @Test func `Minutes become steps before the run, and the run repeats`() throws {
    let steps = try train("timed", "--minutes", "0.15")
    #expect(steps >= 1)
    try expectReplay("timed", steps: steps)
    let fewer = try train("both", "--minutes", "100", "--tokens", "\(140 * 512)")
    #expect(fewer == 140)
  }

  @Test func `A timed run that was stopped goes on with the steps it committed to`() throws {
    let command = [
      "train", "manifest.json", "--out", "stopped", "--config", "config.json", "--minutes", "0.2",
    ]
    let before = try desk.size()
    let running = try desk.start(command)
    while running.isRunning, try desk.size() < before + 2 { usleep(2000) }
    running.send(SIGINT)
    try #require(try running.outcome().status == 130)
    let resumed = try desk.run(command)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try desk.size() == before + 9)
    #expect(try desk.run(["replay", "stopped"]).status == 0)
  }
}
