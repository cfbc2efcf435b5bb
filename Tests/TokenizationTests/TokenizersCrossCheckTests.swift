// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Foundation
import TestSupport
import Testing
import Tokenization

/// The interpreter with tokenizers and transformers, or nil after saying that the check is skipped.
private let python: BuiltProgram? = {
  guard let path = ProcessInfo.processInfo.environment["CADASTRE_PYTHON"] else {
    print("SKIPPED: tokenizers cross-check; set CADASTRE_PYTHON to a python with transformers")
    return nil
  }
  return BuiltProgram(path: path)
}()

/// The same tokens as other people's software, in both directions.
@Suite(.enabled(if: python != nil, "CADASTRE_PYTHON is not set")) struct TokenizersCrossCheckTests {
  private static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Files to train on: this package's own, and works of many languages where they are here.
  private static let files: [String] = {
    let own = ["README.md", "Documentation/formats.md", "Python/cross_check_tokenizer.py"]
    let corpora =
      ProcessInfo.processInfo.environment["CADASTRE_CORPORA"].map { URL(filePath: $0) }
      ?? package.deletingLastPathComponent().appending(path: "shared/corpora")
    let library = corpora.appending(path: "library/texts").path
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: library)) ?? []
    if names.isEmpty { print("NOTICE: tokenizers cross-check: without the library of real texts") }
    return own.map { package.appending(path: $0).path }
      + names.filter { $0.hasSuffix(".txt") }.sorted().prefix(6).map { library + "/" + $0 }
  }()

  private func run(_ arguments: [String], in directory: String) throws {
    let script = Self.package.appending(path: "Python/cross_check_tokenizer.py").path
    let outcome = try #require(python).run(
      [script] + arguments, in: directory, environment: ["HF_HUB_OFFLINE": "1"])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  private func read(_ path: String) throws -> JSON {
    try JSON.parse([UInt8](try Data(contentsOf: URL(filePath: path))))
  }

  private func texts(_ json: JSON?) throws -> [[UInt8]] {
    try #require(json?.array).map { Array(try #require($0.string).utf8) }
  }

  @Test func `Our tokens are those of the tokenizers package`() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    try run(["make", path] + Self.files, in: path)
    let names = try #require(try read(path + "/names.json").array).compactMap(\.string)
    #expect(names.count > 20)
    for name in names {
      let tokenizer = try Tokenizer(
        json: [UInt8](Data(contentsOf: URL(filePath: "\(path)/\(name).json"))))
      let expected = try read("\(path)/\(name).ids.json")
      let given = try texts(expected["texts"])
      for (mode, specials) in [
        ("plain", Tokenizer.SpecialTokens.recognized), ("asText", .readAsText),
      ] {
        let ids = try #require(expected[mode]?.array)
        var wrong: [String] = []
        for (text, expected) in zip(given, ids) {
          let ours = try tokenizer.encode(text, specials: specials).map(Int64.init)
          if ours != expected.array?.compactMap(\.integer) {
            wrong.append(
              "\(String(decoding: text.prefix(80), as: UTF8.self).debugDescription): \(ours.prefix(20))"
                + " and not \(expected.canonicalText.prefix(80))")
          }
        }
        let count = wrong.count
        let first = wrong.first ?? ""
        #expect(count == 0, "\(name), \(mode), of \(given.count) texts; \(first)")
      }
      let templated = try #require(expected["templated"]?.array?.first?.array).compactMap(\.integer)
      #expect(tokenizer.prefix.map(Int64.init) == templated)
    }
    try trainsAlike(path)
    try isLoadedThere(path)
  }

  /// What we train is what the package trains on the same texts.
  private func trainsAlike(_ path: String) throws {
    let corpus = try texts(try read(path + "/corpus.json"))
    let specials = ["<|begin|>", "<|end|>"]
    let ours = try BytePairTrainer(size: 2000, specialTokens: specials).train(on: corpus)
    let theirs = try read(path + "/trainer.json")
    let merges = try #require(theirs["model"]?["merges"]?.array).map { pair in
      (pair.array ?? []).compactMap(\.string).joined(separator: " ")
    }
    let own = ours.tokenizerJSON
    #expect(try #require(own["model"]?["merges"]?.array).compactMap(\.string) == merges)
    #expect(own["model"]?["vocab"] == theirs["model"]?["vocab"])
  }

  /// A tokenizer of ours is loaded by the package and gives the same tokens there.
  private func isLoadedThere(_ path: String) throws {
    let corpus = try texts(try read(path + "/corpus.json"))
    let vocabulary = try BytePairTrainer(size: 3000, specialTokens: ["<|end|>"]).train(on: corpus)
    let file = vocabulary.tokenizerJSON.prettyText
    let tokenizer = try Tokenizer(json: Array(file.utf8))
    var encoder = TextEncoder(tokenizer)
    let ids = try texts(try read(path + "/texts.json")).map { text in
      JSON.array(try encoder.encode(text).map { .integer(Int64($0)) })
    }
    let directory = URL(filePath: path + "/ours")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let configuration = TrainedVocabulary.configurationJSON(contextLength: 128).prettyText
    for (name, text) in [
      ("tokenizer.json", file), ("tokenizer_config.json", configuration),
      ("ids.json", JSON.array(ids).canonicalText),
    ] {
      try Data(text.utf8).write(to: directory.appending(path: name))
    }
    try run(["check", path], in: path)
  }
}
