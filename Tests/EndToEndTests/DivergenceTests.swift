// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Register
import Service
import Signing
import Storage
import TestSupport
import Testing

/// A run whose numbers stop being finite says at which step and on which work, and keeps what was good.
@Suite struct DivergenceTests {
  /// Weights that are multiplied by −3 in every step.
  private static let configuration = Sample.configuration
    .replacingOccurrences(
      of: #""steps": 120, "warmUpSteps": 10, "batch": 16, "peakRate": 0.01"#,
      with: #""steps": 120, "warmUpSteps": 0, "batch": 16, "peakRate": 1, "weightDecay": 4"#
    )
    .replacingOccurrences(of: #""segments": 6"#, with: #""segments": 60"#)

  @Test func `A run that diverges stops at its last good checkpoint`() throws {
    let desk = try Sample.copy()
    try desk.place(Self.configuration, at: "wild.json")
    let command = ["train", "manifest.json", "--out", "wild", "--config", "wild.json"]
    let others = try desk.contents().filter { $0.key.contains("models/tiny") }
    let outcome = try desk.run(command)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.errors.hasPrefix("cadastre: step "), "\(outcome.errors)")
    #expect(outcome.errors.contains("not finite") || outcome.errors.contains("beyond what books"))
    #expect(Desk.authors.contains { outcome.errors.contains("'\($0)/") }, "\(outcome.errors)")

    let snapshot = try RegisterSnapshot.read(RegisterLayout(root: desk.register))
    let name = try #require(ModelName("wild"))
    let run = try #require(snapshot.state.runs[name])
    let last = try #require(run.checkpoints.last)
    #expect(outcome.errors.contains("the state of step \(last.step) is"))
    #expect(SHA256.digest(try desk.bytes("models/wild/.state")) == last.state)
    #expect(run.finish == nil)
    #expect(try desk.contents().filter { $0.key.contains("models/tiny") } == others)
    #expect(try desk.run(["verify"]).status == 0)
    let replayed = try desk.run(["replay", "wild", "--segment", "all"])
    #expect(replayed.status == 0, "\(replayed.output)\(replayed.errors)")

    let before = try desk.contents()
    let again = try desk.run(command)
    #expect(again.errors == outcome.errors, "the same command ends in the same line")
    #expect(try desk.contents() == before, "and changes nothing")
  }
}
