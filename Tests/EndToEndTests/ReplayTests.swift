// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Register
import Service
import Storage
import TestSupport
import Testing

/// A run recomputes bit for bit, and whatever was altered is named.
@Suite struct ReplayTests {
  private static let segments = 6

  private func replay(
    _ desk: Desk, _ options: [String], of model: String = Sample.model
  ) throws -> (status: Int32, report: [String: Any]) {
    let outcome = try desk.run(["replay", model, "--json"] + options)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    return (outcome.status, try #require(try outcome.json() as? [String: Any]))
  }

  private func findings(_ report: [String: Any]) -> String {
    (report["findings"] as? [String] ?? []).joined(separator: "\n")
  }

  private func expectFailure(
    _ desk: Desk, _ options: [String], _ status: Int32, says text: String,
    of model: String = Sample.model
  ) throws {
    let outcome = try desk.run(["replay", model] + options)
    #expect(outcome.status == status, "\(outcome.errors)\(outcome.output)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.errors.contains(text), "\(outcome.errors)")
  }

  private func alter(_ desk: Desk, _ path: String, at fraction: Double) throws {
    var bytes = try desk.bytes(path)
    bytes[Int(Double(bytes.count) * fraction)] ^= 1
    try desk.write(bytes, to: path)
  }

  @Test(arguments: [1, Desk.threads])
  func `Every segment gives the committed hashes again`(_ threads: Int) throws {
    let desk = try Sample.copy()
    let before = try desk.contents()
    for segment in 0..<Self.segments {
      let (status, report) = try replay(
        desk, ["--segment", "\(segment)", "--threads", "\(threads)"])
      #expect(status == 0, "\(report)")
      #expect(report["same"] as? Bool == true)
      #expect((report["begin"] as? [String: Any])?["checkpoint"] as? Int == segment)
      #expect((report["replayed"] as? [Any])?.count == 1)
    }
    let (status, report) = try replay(
      desk, ["--segment", "all", "--from-start", "--threads", "\(threads)"])
    #expect(status == 0, "\(report)")
    #expect((report["replayed"] as? [Any])?.count == Self.segments)
    #expect(try desk.contents() == before, "a replay writes nothing")
  }

  @Test func `A replay without kept states begins at the start, and says what it is worth`() throws
  {
    let desk = try Sample.copy()
    try FileManager.default.removeItem(atPath: desk.register + "/models/tiny/checkpoints")
    let (status, report) = try replay(desk, ["--segment", "2"])
    #expect(status == 0, "\(report)")
    #expect((report["begin"] as? [String: Any])?["step"] as? Int == 0)
    #expect((report["replayed"] as? [Any])?.count == 3)
    let drawn = try desk.run(["replay", Sample.model])
    #expect(drawn.status == 0, "\(drawn.errors)")
    #expect(drawn.output.contains("a random segment out of 6"))
    #expect(drawn.output.contains("probability k/6"))
    #expect(try desk.run(["verify"]).status == 0, "kept states may go")
  }

  @Test func `As many states are kept as fit`() throws {
    let desk = try Sample.copy()
    let folder = desk.register + "/models/tiny/checkpoints"
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(kept == (1..<Self.segments).map { "\($0).state" })
    let size = try desk.bytes("models/tiny/checkpoints/1.state").count
    try #require(size > 1 << 20 && size < 3 << 20)
    let few = ["--keep-states", "6", "--config", "config.json", "--out"]
    try #require(try desk.run(["train", "manifest.json"] + few + ["few"]).status == 0)
    let states = try FileManager.default.contentsOfDirectory(
      atPath: desk.register + "/models/few/checkpoints")
    #expect(states.count == (6 << 20) / size)
    #expect(try replay(desk, ["--segment", "5"], of: "few").status == 0)
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `A portable run gives the same bits here`() throws {
    let desk = try Sample.copy()
    let command = ["train", "manifest.json", "--out", "everywhere", "--config", "config.json"]
    let trained = try desk.run(command + ["--portable", "--json"])
    try #require(trained.status == 0, "\(trained.errors)")
    #expect((try trained.json() as? [String: Any])?["kernels"] as? String == "Haswell")
    let note = String(decoding: try desk.bytes("models/everywhere/run.json"), as: UTF8.self)
    #expect(note.contains(#""kernels": "Haswell""#) && note.contains(#""library": "OpenBLAS "#))
    let (status, report) = try replay(desk, ["--segment", "all"], of: "everywhere")
    #expect(status == 0, "\(report)")
    #expect(report["kernels"] as? String == "Haswell")
  }

  @Test func `An altered or a missing work is named`() throws {
    let desk = try Sample.copy()
    let path = desk.corpus + "/ben/1.txt"
    let whole = try Data(contentsOf: URL(filePath: path))
    var altered = whole
    altered[100] ^= 1
    try altered.write(to: URL(filePath: path))
    try expectFailure(desk, ["--corpus", desk.corpus], 1, says: "ben/1.txt")
    try FileManager.default.removeItem(atPath: path)
    try expectFailure(desk, ["--corpus", desk.corpus], 1, says: "ben/1.txt' is missing")
    try FileManager.default.removeItem(atPath: desk.corpus + "/cleo/0.txt")
    try expectFailure(desk, ["--corpus", desk.corpus], 1, says: "1 more of the admitted works")
    try FileManager.default.removeItem(atPath: desk.register + "/models/tiny/.corpus")
    try expectFailure(desk, [], 2, says: "--corpus DIR")
  }

  @Test func `An altered kept state is named, and an earlier one is taken`() throws {
    let desk = try Sample.copy()
    try alter(desk, "models/tiny/checkpoints/3.state", at: 0.7)
    let (status, report) = try replay(desk, ["--segment", "3"])
    #expect(status == 1)
    #expect(findings(report).contains("checkpoints/3.state"), "\(report)")
    #expect((report["begin"] as? [String: Any])?["checkpoint"] as? Int == 2)
    #expect(try replay(desk, ["--segment", "4"]).status == 0)
    let verdict = try desk.run(["verify"])
    #expect(verdict.status == 1 && verdict.output.contains("checkpoints/3.state"))
  }

  @Test func `A damaged log and an altered manifest are named`() throws {
    let desk = try Sample.copy()
    let manifest = try #require(try desk.files().first { $0.hasSuffix("/manifest.json") })
    let whole = try desk.bytes(manifest)
    try alter(desk, manifest, at: 0.5)
    try expectFailure(desk, [], 1, says: manifest)
    try desk.write(whole, to: manifest)
    let entries = try #require(try desk.files().first { $0.hasPrefix("log/tile/entries/") })
    try alter(desk, entries, at: 0.9)
    try expectFailure(desk, [], 1, says: "log")
  }

  @Test func `Weights altered between two chords are found in their segment and in no other`()
    throws
  {
    let desk = try Sample.copy()
    let before = try desk.size()
    let command = ["train", "manifest.json", "--out", "cheat", "--config", "config.json"]
    let running = try desk.start(command)
    // The start and two checkpoints are logged: the third segment is under way, or ends just now.
    while running.isRunning, try desk.size() < before + 3 { usleep(500) }
    running.send(SIGINT)
    try #require(try running.outcome().status == 130)
    let logged = try desk.size() - before - 1
    // A first moment, whether an interval of displacements is open or not: it moves the weights, and is
    // small enough not to break the run.
    try alter(desk, "models/cheat/.state", at: 0.13)
    let resumed = try desk.run(command)
    try #require(resumed.status == 0, "\(resumed.errors)")
    #expect(
      try desk.run(["verify"]).status == 0, "every commitment holds, so only a replay can tell")
    for segment in 0..<Self.segments {
      let (status, report) = try replay(desk, ["--segment", "\(segment)"], of: "cheat")
      #expect((status == 1) == (segment == logged), "segment \(segment) of \(logged)")
      guard segment == logged else { continue }
      #expect(findings(report).contains("segment \(segment), steps"), "\(report)")
      #expect(findings(report).contains("weights"), "\(report)")
    }
  }

  @Test func `A checkpoint that states another hash is named`() throws {
    let desk = try Sample.copy()
    let model = try #require(ModelName("forged"))
    try forge(desk, model, kernels: nil) { checkpoint in
      guard checkpoint.segment == 3 else { return checkpoint }
      return RunCheckpoint(
        model: model, segment: 3, step: checkpoint.step, weights: checkpoint.weights,
        books: testDigest("other books"), state: checkpoint.state)
    }
    let corpus = ["--corpus", desk.corpus]
    #expect(try replay(desk, ["--segment", "1"] + corpus, of: "forged").status == 0)
    let (status, report) = try replay(desk, ["--segment", "2"] + corpus, of: "forged")
    #expect(status == 1)
    #expect(findings(report).contains("the books differ from checkpoint 3"), "\(report)")
  }

  @Test func `A kernel family that cannot be had is the system's failure`() throws {
    let desk = try Sample.copy()
    let model = try #require(ModelName("forged"))
    try forge(desk, model, kernels: "Nonesuch") { $0 }
    try expectFailure(desk, ["--corpus", desk.corpus], 3, says: "Nonesuch", of: "forged")
  }

  @Test func `A grant revoked after the run changes no replay`() throws {
    let desk = try Sample.copy()
    let page = try desk.json("grants", "list") as? [String: Any]
    let grants = try #require(page?["grants"] as? [[String: Any]])
    for author in Desk.authors {
      for grant in grants {
        _ = try desk.run(["revoke", try #require(grant["grant"] as? String), "--key", author])
      }
    }
    let (status, report) = try replay(desk, ["--segment", "1"])
    #expect(status == 0, "\(report)")
  }

  @Test(arguments: [
    (["--segment", "6"], "segments 0 to 5"), (["--segment", "-1"], "--segment"),
    (["--segment", "first"], "first"),
  ])
  func `A segment that is none is wrong usage`(_ options: [String], says text: String) throws {
    try expectFailure(try Sample.copy(), options, 2, says: text)
  }

  @Test func `A model that is none cannot be replayed`() throws {
    try expectFailure(try Sample.copy(), [], 1, says: "nobody", of: "nobody")
  }

  /// Logs the sample's run under another name, as a dishonest operator could: with other kernels, or
  /// with checkpoints of their own making.
  private func forge(
    _ desk: Desk, _ name: ModelName, kernels: String?,
    _ alter: (RunCheckpoint) -> RunCheckpoint
  ) throws {
    let writer = try RegisterWriter(
      RegisterLayout(root: desk.register), clock: { Timestamp(secondsSinceEpoch: 1_800_000_000) })
    let trained = try #require(ModelName(Sample.model))
    let run = try #require(writer.state.runs[trained])
    let start = run.start
    try writer.append(
      [
        .runStarted(
          RunStart(
            model: name, manifest: start.manifest, configuration: start.configuration,
            seed: start.seed, software: start.software, kernels: kernels ?? start.kernels,
            library: start.library, initialWeights: start.initialWeights, targets: start.targets))
      ]
        + run.checkpoints.map { checkpoint in
          .runCheckpointed(
            alter(
              RunCheckpoint(
                model: name, segment: checkpoint.segment, step: checkpoint.step,
                weights: checkpoint.weights, books: checkpoint.books, state: checkpoint.state)))
        })
  }
}
