// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Signing
import TestSupport
import Testing

private let withTorch = interpreter(
  importing: "torch, transformers", for: "measuring a model with a tokenizer by transformers")

/// Runs whose tokens are not the bytes.
@Suite struct TokenizerTests {
  private static let tokenizer = #""tokenizer": {"type": "bpe", "vocabulary_size": 320}"#
  private static let configuration = Sample.configuration.replacingOccurrences(
    of: #"{"model""#, with: "{\(tokenizer), \"model\"")

  /// A register with a model that reads tokens of a trained vocabulary.
  private func trained() throws -> Desk {
    let desk = try Sample.founded()
    try desk.place(Self.configuration, at: "config.json")
    try desk.json(
      "train", "manifest.json", "--out", "tokens", "--config", "config.json", "--threads", "2")
    return desk
  }

  @Test func `A run trains its tokenizer, commits to it, and is verified and gone on from`() throws
  {
    let desk = try trained()
    let file = try desk.bytes("models/tokens/tokenizer.json")
    let start = try #require(
      try JSONSerialization.jsonObject(with: Data(try desk.bytes("models/tokens/run.json")))
        as? [String: Any])
    #expect(start["tokenizer"] as? String == SHA256.digest(file).hex)
    try desk.json("verify")
    if let python = withTorch {
      let agrees = try python.run(
        [
          CrossCheckTests.scripts + "/cross_check_export.py", desk.register + "/models/tokens",
          desk.corpus, desk.root + "/manifest.json",
        ], in: desk.root, environment: ["HF_HUB_OFFLINE": "1"])
      #expect(agrees.status == 0, "\(agrees.output)\(agrees.errors)")
    }
    #expect(try desk.run(["replay", "tokens", "--segment", "all"]).status == 0)
    let answer = try #require(
      try desk.json("generate", "tokens", "--prompt", "The ", "--tokens", "8") as? [String: Any])
    #expect((answer["tokens"] as? [Any])?.count == 8)
    #expect((answer["text"] as? String)?.isEmpty == false)
    let trace = ["trace", "tokens", "--text", "The harbour and the hill", "--corpus", desk.corpus]
    let traced = try desk.run(trace)
    #expect(traced.status == 0, "\(traced.errors)")
    // Another tokenizer, even one that reads alike, is noticed.
    try desk.write(file + [0x20], to: "models/tokens/tokenizer.json")
    #expect(try desk.run(["verify"]).status == 1)
    try desk.write(file, to: "models/tokens/tokenizer.json")

    for author in Desk.authors {
      try desk.json(
        "grant", "--all", "--purpose", "fine-tune", "--purpose", "evaluate", "--rate", "5%",
        "--key", author)
    }
    try desk.json("admit", desk.corpus, "--purpose", "fine-tune", "--out", "fine.json")
    try desk.place(Sample.configuration, at: "config.json")
    try refuses(desk)
    let steps = Sample.configuration.replacingOccurrences(
      of: #""steps": 120"#, with: #""steps": 20"#)
    try desk.place(steps, at: "config.json")
    let rest = ["--config", "config.json", "--threads", "2"]
    let fineTuned = try desk.run(
      ["train", "fine.json", "--out", "finer", "--from", "tokens"] + rest)
    // So few steps may leave nothing to divide, which is an answer of its own.
    if fineTuned.status == 0 {
      #expect(try desk.bytes("models/finer/tokenizer.json") == file)
      try desk.json("verify")
    } else {
      #expect(fineTuned.errors.contains("cannot be divided"), "\(fineTuned.errors)")
    }
  }

  /// A tokenizer that does not match the model is refused, and nothing is written.
  private func refuses(_ desk: Desk) throws {
    let base = desk.root + "/base"
    try FileManager.default.copyItem(atPath: desk.register + "/models/tokens", toPath: base)
    let path = URL(filePath: base + "/tokenizer.json")
    let text = String(decoding: try Data(contentsOf: path), as: UTF8.self)
    let (size, files) = (try desk.size(), try desk.files())
    let cases: [(String?, String)] = [
      (nil, "no tokenizer.json"),
      (text.replacingOccurrences(of: "\"!\": 0", with: "\"!\": 5000"), "does not match the model"),
      (text.replacingOccurrences(of: "\"!\": 0", with: "\"!!!!\": 0"), "no token for the byte 33"),
      (text.replacingOccurrences(of: "ByteLevel", with: "Metaspace"), "Metaspace"),
      (String(text.prefix(1000)), "not JSON"),
    ]
    for (altered, reason) in cases {
      if let altered {
        try Data(altered.utf8).write(to: path)
      } else {
        try FileManager.default.removeItem(at: path)
      }
      let outcome = try desk.run(
        ["train", "fine.json", "--out", "finer", "--from", base, "--config", "config.json"])
      #expect(outcome.status == 1, "\(reason)")
      #expect(outcome.errors.contains(reason), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
    #expect(try desk.size() == size)
    #expect(try desk.files() == files)
  }

  @Test(arguments: [
    (#""words""#, "tokenizer"), (#"{"type": "unigram", "vocabulary_size": 300}"#, "'bpe'"),
    (#"{"type": "bpe", "vocabulary_size": 255}"#, "256…65536"),
    (#"{"type": "bpe"}"#, "vocabulary_size"),
  ])
  func `A tokenizer that cannot be is wrong usage`(_ form: String, _ reason: String) throws {
    let desk = try Sample.copy()
    try desk.place("{\"tokenizer\": \(form)}", at: "config.json")
    let outcome = try desk.run(
      ["train", "manifest.json", "--out", "other", "--config", "config.json"])
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(outcome.errors.contains(reason), "\(outcome.errors)")
  }
}
