// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The same work under another number of threads, or stopped in the middle, gives the same bytes.
@Suite struct RepetitionTests {
  private static let files = [
    "model.safetensors", "books/books.json", "books/course.json", "config.json",
  ]

  private func command(_ model: String, threads: Int) -> [String] {
    [
      "train", "manifest.json", "--out", model, "--config", "config.json", "--threads",
      "\(threads)",
    ]
  }

  private func expectSame(_ model: String, as other: String, in desk: Desk) throws {
    for file in Self.files {
      #expect(
        try desk.bytes("models/\(model)/\(file)") == desk.bytes("models/\(other)/\(file)"),
        "\(file)")
    }
    #expect(try units(of: model, in: desk) == units(of: other, in: desk))
    let verdict = try desk.run(["verify"])
    #expect(verdict.status == 0, "\(verdict.output)")
  }

  private func units(of model: String, in desk: Desk) throws -> [Int] {
    let shares = try desk.json("shares", model, "--by", "work") as? [String: Any]
    let rows = try #require(shares?["rows"] as? [[String: Any]])
    return rows.compactMap { $0["units"] as? Int }
  }

  @Test func `One thread and two give the same weights, books and shares`() throws {
    let desk = try Sample.copy()
    let outcome = try desk.run(command("again", threads: 1))
    #expect(outcome.status == 0, "\(outcome.errors)")
    try expectSame("again", as: Sample.model, in: desk)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
  func `A run that was stopped goes on to the same bytes`(_ signal: Int32) throws {
    let desk = try Sample.copy()
    let before = try desk.size()
    let running = try desk.start(command("stopped", threads: Desk.threads))
    // The start and the first two of six checkpoints are logged: the middle.
    while running.isRunning, try desk.size() < before + 3 { usleep(2000) }
    running.send(signal)
    let stopped = try running.outcome()
    if signal == SIGKILL {
      #expect(stopped.status == 128 + SIGKILL)
    } else {
      #expect(stopped.status == 130)
      #expect(stopped.errors.hasPrefix("cadastre: stopped at step "))
      #expect(stopped.errors.split(separator: "\n").count == 1)
    }
    #expect(!(try desk.bytes("models/stopped/.state").isEmpty))
    try expectSound(desk, after: signal)
    let resumed = try desk.run(command("stopped", threads: Desk.threads))
    #expect(resumed.status == 0, "\(resumed.errors)")
    // The start, six checkpoints, the end and the release: nothing twice.
    #expect(try desk.size() == before + 9)
    try expectSame("stopped", as: Sample.model, in: desk)
  }

  /// An unfinished run is no damage; a kill may leave the projection an entry behind the log.
  private func expectSound(_ desk: Desk, after signal: Int32) throws {
    let verdict = try desk.run(["verify", "--json"]).json() as? [String: Any]
    let findings = try #require(verdict?["findings"] as? [[String: String]])
    let others = findings.filter { signal != SIGKILL || $0["subject"] != "register.sqlite" }
    #expect(others.isEmpty)
  }

  @Test func `What a killed process left unfinished is removed by the next writer`() throws {
    let desk = try Sample.copy()
    let folders = ["", "models/\(Sample.model)/", "settlements/", "keys/", "fingerprints/"]
    let strays = folders.map { "\(desk.register)/\($0).cadastre-999999-1.tmp" }
    for stray in strays { try Data([1, 2, 3]).write(to: URL(filePath: stray)) }
    #expect(try desk.run(["verify"]).status == 0)
    #expect(strays.allSatisfy { FileManager.default.fileExists(atPath: $0) })
    try desk.json("rebuild")
    #expect(!strays.contains { FileManager.default.fileExists(atPath: $0) })
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `An unfinished run is taken up only by the same command`() throws {
    let desk = try Sample.copy()
    let before = try desk.size()
    let running = try desk.start(command("stopped", threads: Desk.threads))
    while running.isRunning, try desk.size() < before + 2 { usleep(2000) }
    running.send(SIGINT)
    #expect(try running.outcome().status == 130)
    let size = try desk.size()
    let other = try desk.run(command("stopped", threads: Desk.threads) + ["--seed", "2"])
    #expect(other.status == 1)
    #expect(other.errors.contains("started with another"))
    #expect(try desk.size() == size)
  }
}
