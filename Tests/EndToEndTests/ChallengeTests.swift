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
import TransparencyLog

/// Segments that a later checkpoint picks, so that nobody chooses them.
@Suite struct ChallengeTests {
  private static let segments = 6

  private func challenge(
    _ desk: Desk, _ drawn: Int, _ options: [String] = [], of model: String = Sample.model
  ) throws -> (status: Int32, report: [String: Any]) {
    let outcome = try desk.run(["replay", model, "--random", "\(drawn)", "--json"] + options)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    return (outcome.status, try #require(try outcome.json() as? [String: Any]))
  }

  private func expectFailure(
    _ desk: Desk, _ options: [String], _ status: Int32, says text: String,
    of model: String = Sample.model
  ) throws {
    let outcome = try desk.run(["replay", model] + options)
    #expect(outcome.status == status, "\(outcome.errors)\(outcome.output)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.errors.contains(text), "\(outcome.errors)")
  }

  private func drawn(_ report: [String: Any]) throws -> [Int] {
    try #require(report["drawn"] as? [Int])
  }

  @Test func `A draw is the same for everybody and later, and its segments give the same hashes`()
    throws
  {
    let desk = try Sample.copy()
    let (status, report) = try challenge(desk, 3)
    #expect(status == 0, "\(report)")
    let first = try drawn(report)
    #expect(Set(first).count == 3)
    #expect((report["replayed"] as? [Any])?.count == 3)
    let missed = try #require(report["missed"] as? [[String: Int]])
    // Of 6 segments 3 are drawn: one altered is missed in half of all draws, two in 4·3·2 of 6·5·4.
    #expect(missed.first == ["altered": 1, "partsPerBillion": 500_000_000])
    #expect(missed[1] == ["altered": 2, "partsPerBillion": 200_000_000])
    // The log goes on, and the draw stays.
    try desk.json("key", "new", "dora")
    #expect(try drawn(challenge(desk, 3).report) == first)
    let human = try desk.run(["replay", Sample.model, "--random", "2"])
    #expect(human.status == 0 && human.errors.isEmpty)
    #expect(human.output.contains("the first state of the log after the run's end"))
    #expect(human.output.contains("missed with"))
    #expect(human.output.contains("66.67 %"))
    #expect(human.output.contains("could have tried entries"))
    // It is what the documented formula gives.
    let layout = RegisterLayout(root: desk.register)
    let configuration = try RegisterConfiguration.read(layout)
    let reader = try LogReader(path: layout.log, verifier: try #require(configuration.verifier))
    let size = try #require((report["checkpoint"] as? [String: Any])?["size"] as? Int)
    let root = Base64.encode(try reader.root(at: UInt64(size)).bytes)
    let text = "\(configuration.origin)\n\(size)\n\(root)\n"
    #expect(SegmentDraw(3, of: Self.segments, from: text).segments == first)
  }

  @Test func `Without kept states no segment is run twice`() throws {
    let desk = try Sample.copy()
    try FileManager.default.removeItem(atPath: desk.register + "/models/tiny/checkpoints")
    let (status, report) = try challenge(desk, 3)
    #expect(status == 0, "\(report)")
    let last = try #require(try drawn(report).max())
    #expect((report["replayed"] as? [Any])?.count == last + 1)
  }

  @Test func `A checkpoint that somebody kept picks, if it is of this log and late enough`() throws
  {
    let desk = try Sample.copy()
    try desk.json("key", "new", "dora")
    let kept = desk.root + "/kept.checkpoint"
    try Data(try desk.bytes("log/checkpoint")).write(to: URL(filePath: kept))
    let (_, report) = try challenge(desk, 2, ["--checkpoint", kept])
    try desk.json("key", "new", "emil")
    let again = try challenge(desk, 2, ["--checkpoint", kept]).report
    #expect(try drawn(again) == drawn(report))
    #expect((report["checkpoint"] as? [String: Any])?["size"] as? Int == (try desk.size()) - 1)
    // One that met the quorum is preferred to the log's own.
    let note = String(decoding: try Data(contentsOf: URL(filePath: kept)), as: UTF8.self)
    let witness = try TestWitness()
    try desk.write(Array(witness.policy().utf8), to: "policy")
    try desk.write(try witness.cosigned(Array(note.utf8)), to: "witnessed/checkpoint")
    let cosigned = try challenge(desk, 2).report
    #expect(try drawn(cosigned) == drawn(report))
    let names = (cosigned["checkpoint"] as? [String: Any])?["witnesses"] as? [String]
    #expect(names == [TestWitness.name])

    let other = try Sample.copy()
    try other.json("key", "new", "fay")
    let options = ["--random", "2", "--checkpoint", kept]
    try expectFailure(other, options, 1, says: "contradicts the log")
    let shorter = try Sample.copy()
    try expectFailure(shorter, options, 1, says: "fetch the newer log")
    let stranger = try Desk()
    try stranger.json("init", stranger.register, "--name", "End to End")
    let foreign = stranger.register + "/log/checkpoint"
    try expectFailure(
      desk, ["--random", "2", "--checkpoint", foreign], 1, says: "no checkpoint of this log")
    try Data(note.utf8.dropLast(9)).write(to: URL(filePath: kept))
    try expectFailure(desk, options, 1, says: "no checkpoint of this log")
  }

  @Test func `Before there is a later checkpoint nothing is drawn`() throws {
    let desk = try Sample.copy()
    let early = desk.root + "/early.checkpoint"
    try desk.expect(["train", "manifest.json", "--out", "fresh", "--config", "config.json"])
    try Data(try desk.bytes("log/checkpoint")).write(to: URL(filePath: early))
    try expectFailure(desk, ["--random", "2"], 1, says: "log something after it", of: "fresh")
    try desk.json(
      "revenue", "fresh", "--amount", "1.00", "--currency", "EUR", "--period", "2027-Q1")
    #expect(try challenge(desk, 2, of: "fresh").status == 0)
    try expectFailure(
      desk, ["--random", "2", "--checkpoint", early], 1, says: "name a later one", of: "fresh")
  }

  @Test func `Any draw that holds an altered segment names it, and the others pass`() throws {
    let desk = try Sample.copy()
    let before = try desk.size()
    let command = ["train", "manifest.json", "--out", "cheat", "--config", "config.json"]
    let running = try desk.start(command)
    while running.isRunning, try desk.size() < before + 3 { usleep(500) }
    running.send(SIGINT)
    try #require(try running.outcome().status == 130)
    let altered = try desk.size() - before - 1
    var state = try desk.bytes("models/cheat/.state")
    state[Int(Double(state.count) * 0.13)] ^= 1
    try desk.write(state, to: "models/cheat/.state")
    try desk.expect(command)
    var caught = 0
    var kept: [String] = []
    for party in 0..<6 {
      try desk.json("key", "new", "party-\(party)")
      let file = desk.root + "/\(party).checkpoint"
      try Data(try desk.bytes("log/checkpoint")).write(to: URL(filePath: file))
      kept.append(file)
    }
    for file in kept {
      let (status, report) = try challenge(desk, 3, ["--checkpoint", file], of: "cheat")
      let isHit = try drawn(report).contains(altered)
      #expect((status == 1) == isHit, "\(report)")
      caught += isHit ? 1 : 0
      guard isHit else { continue }
      let findings = (report["findings"] as? [String] ?? []).joined()
      #expect(findings.contains("segment \(altered), steps"), "\(report)")
    }
    let all = try challenge(desk, Self.segments, of: "cheat")
    #expect(all.status == 1)
    let missed = try #require(all.report["missed"] as? [[String: Int]])
    #expect(missed.allSatisfy { $0["partsPerBillion"] == 0 })
    print("NOTICE: \(caught) of 6 draws of 3 among 6 segments caught one altered segment")
  }

  @Test(arguments: [
    (["--random", "7"], "--random 6"), (["--random", "0"], "random"),
    (["--random", "2", "--segment", "1"], "not both"), (["--checkpoint", "x"], "--random K"),
  ])
  func `A draw that is none is wrong usage`(_ options: [String], says text: String) throws {
    try expectFailure(try Sample.copy(), options, 2, says: text)
  }
}
