// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Signing
import TestSupport
import Testing

/// A run goes on from a released model or from a directory, or is refused in one line.
@Suite struct FineTuningTests {
  private static let configuration = """
    {"training": {"steps": 40, "warmUpSteps": 4, "batch": 16, "peakRate": 0.003},
     "books": {"segments": 2, "maximumChord": 8},
     "valuation": {"heldOutPartsPerMillion": 100000, "windows": 8},
     "targets": [{"name": "first", "weight": 1, "paths": ["*/0.txt"]},
                 {"name": "second", "weight": 3, "paths": ["*/1.txt"]}]}
    """
  private let desk: Desk

  init() throws {
    desk = try Sample.copy()
    try desk.place(Self.configuration, at: "fine.json")
    for author in Desk.authors {
      try desk.json(
        "grant", "--all", "--purpose", "fine-tune", "--purpose", "evaluate", "--rate", "4%",
        "--key", author)
    }
    try desk.json("admit", desk.corpus, "--purpose", "fine-tune", "--out", "fine-manifest.json")
    try FileManager.default.copyItem(
      atPath: desk.register + "/models/tiny", toPath: desk.root + "/base")
  }

  private func train(
    _ model: String, from base: String, manifest: String = "fine-manifest.json",
    configuration: String = "fine.json"
  ) throws -> BuiltProgram.Outcome {
    try desk.run([
      "train", manifest, "--out", model, "--config", configuration, "--from", base,
    ])
  }

  private func object(_ path: String) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(try desk.bytes(path))) as? [String: Any])
  }

  @Test func `A released model and its directory go on to the same weights, below the base`() throws
  {
    for (name, base) in [("finer", "tiny"), ("again", "base")] {
      let outcome = try train(name, from: base)
      try #require(outcome.status == 0, "\(outcome.errors)")
      let run = try object("models/\(name)/run.json")
      let files = try #require(run["base"] as? [String: String])
      let weights = SHA256.digest(try desk.bytes("models/tiny/model.safetensors")).hex
      #expect(files["model.safetensors"] == weights)
      #expect(files["config.json"] != nil && files.count == 2)
      let books = try object("models/\(name)/books/books.json")
      let balances = try #require(books["targets"] as? [[String: Any]])
      let targets = try #require(run["targets"] as? [[String: Any]])
      #expect(
        targets.map { $0["commonsLine"] as? Int } == balances.map { $0["initialLoss"] as? Int })
    }
    #expect(
      try desk.bytes("models/finer/model.safetensors")
        == desk.bytes("models/again/model.safetensors"))
    let replayed = try desk.run(["replay", "finer", "--segment", "all"])
    #expect(replayed.status == 0, "\(replayed.output)\(replayed.errors)")
    let verdict = try desk.run(["verify"])
    #expect(verdict.status == 0, "\(verdict.output)")
  }

  @Test(arguments: [
    ("train-manifest", "--purpose fine-tune"), ("truncated", "model.safetensors"),
    ("gemma", "gemma3"), ("yarn", "yarn"), ("vocabulary", "embed_tokens"),
    ("tokenizer", "lacks 'model'"), ("nowhere", "neither a released model"),
    ("context", "longer than the model's 32"), ("shape", "'hidden'"),
  ])
  func `What cannot be gone on from is refused, and nothing is written`(
    name: String, says: String
  ) throws {
    func edit(_ from: String, _ to: String) throws {
      let url = URL(filePath: desk.root + "/base/config.json")
      let text = try String(contentsOf: url, encoding: .utf8)
      #expect(text.contains(from))
      try Data(text.replacingOccurrences(of: from, with: to).utf8).write(to: url)
    }
    var base = "base"
    var manifest = "fine-manifest.json"
    switch name {
    case "train-manifest": manifest = "manifest.json"
    case "truncated":
      let url = URL(filePath: desk.root + "/base/model.safetensors")
      try Data(contentsOf: url).dropLast(100).write(to: url)
    case "gemma": try edit("\"llama\"", "\"gemma3\"")
    case "yarn":
      try edit("\"vocab_size\"", "\"rope_scaling\": {\"type\": \"yarn\"}, \"vocab_size\"")
    case "vocabulary": try edit("\"vocab_size\": 256", "\"vocab_size\": 300")
    case "tokenizer": try desk.place("{}", at: "base/tokenizer.json")
    case "nowhere": base = "nowhere"
    case "context": try desk.place("{\"model\": {\"context\": 64}}", at: "fine.json")
    default: try desk.place("{\"model\": {\"hidden\": 128}}", at: "fine.json")
    }
    let before = try desk.contents()
    let outcome = try train("other", from: base, manifest: manifest)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(says), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(try desk.contents() == before)
  }
}
