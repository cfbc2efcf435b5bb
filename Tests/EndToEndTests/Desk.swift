// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Signing
import TestSupport
import Testing

/// A register with its corpus on disk, and the program that works on it.
struct Desk: Sendable {
  static let program = BuiltProgram(named: "cadastre")
  static let authors = ["ada", "ben", "cleo"]
  /// What some of them state; the others state nothing.
  static let territories = ["ada": "GB", "cleo": "FR"]
  /// Two threads, or one where the machine has no more cores.
  static let threads = min(2, ProcessInfo.processInfo.activeProcessorCount)

  let directory: TemporaryDirectory

  var root: String { directory.path }
  var register: String { root + "/register" }
  var corpus: String { root + "/corpus" }

  /// An empty place.
  init() throws { directory = try TemporaryDirectory() }

  /// A copy of the sample register, with its corpus, manifest and configuration.
  init(copying sample: Desk) throws {
    try self.init()
    for item in try FileManager.default.contentsOfDirectory(atPath: sample.root) {
      try FileManager.default.copyItem(atPath: sample.root + "/" + item, toPath: root + "/" + item)
    }
    try manifestFile(corpus: corpus)
  }

  /// Points the manifest file to a corpus.
  private func manifestFile(corpus: String) throws {
    let path = root + "/manifest.json"
    guard FileManager.default.fileExists(atPath: path) else { return }
    var object = try #require(
      try JSONSerialization.jsonObject(with: try Data(contentsOf: URL(filePath: path)))
        as? [String: Any])
    object["corpus"] = corpus
    try JSONSerialization.data(withJSONObject: object).write(to: URL(filePath: path))
  }

  /// Every desk remembers its own audits: copies of a register that go their own ways are what an
  /// auditor calls a split view.
  private var environment: [String: String] {
    ["CADASTRE_REGISTER": register, "XDG_STATE_HOME": directory.path + ".state"]
  }

  /// Runs a command line.
  func run(_ arguments: [String]) throws -> BuiltProgram.Outcome {
    try Self.program.run(arguments, in: root, environment: environment)
  }

  /// Starts a command line.
  func start(_ arguments: [String]) throws -> BuiltProgram.Running {
    try Self.program.start(arguments, in: root, environment: environment)
  }

  /// Runs a command line that must succeed, and reads what it prints as JSON.
  @discardableResult
  func json(_ arguments: String...) throws -> Any { try json(arguments) }

  /// Runs a command line that must succeed, and reads what it prints as JSON.
  @discardableResult
  func json(_ arguments: [String]) throws -> Any {
    let outcome = try run(arguments + ["--json"])
    try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
    #expect(outcome.errors.isEmpty, "\(arguments)")
    return try outcome.json()
  }

  /// Runs a command line that must succeed.
  func expect(_ arguments: [String]) throws {
    let outcome = try run(arguments)
    try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
  }

  /// Runs a command line in a directory that knows of no register.
  func elsewhere(_ arguments: [String], in directory: String) throws -> BuiltProgram.Outcome {
    try Self.program.run(
      arguments, in: directory,
      environment: ["CADASTRE_REGISTER": "", "XDG_STATE_HOME": self.directory.path + ".state"])
  }

  /// The register's operator.
  func operatorDID() throws -> String {
    let configuration = try JSONSerialization.jsonObject(with: Data(try bytes("cadastre.json")))
    return try #require((configuration as? [String: Any])?["operator"] as? String)
  }

  func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: register + "/" + path)))
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    let url = URL(filePath: register + "/" + path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Writes a file beside the register.
  func place(_ text: String, at path: String) throws {
    let url = URL(filePath: root + "/" + path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// How many entries the log has.
  func size() throws -> Int {
    let lines = String(decoding: try bytes("log/checkpoint"), as: UTF8.self).split(separator: "\n")
    return try #require(lines.count > 1 ? Int(lines[1]) : nil)
  }

  /// The digest of every file in the register, the corpus and beside them, but for locks.
  func contents() throws -> [String: Digest] {
    var digests: [String: Digest] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: root)
    where !path.hasSuffix(".lock") {
      let url = URL(filePath: root + "/" + path)
      guard let bytes = try? Data(contentsOf: url) else { continue }
      digests[path] = SHA256.digest([UInt8](bytes))
    }
    return digests
  }

  /// Every file below the register, by its path, but for keys, locks, the log's journal, and tiles that
  /// only older checkpoints imply.
  func files() throws -> [String] {
    let older = Set(try olderTiles())
    let paths = try FileManager.default.subpathsOfDirectory(atPath: register)
    return paths.filter { path in
      var isDirectory: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: register + "/" + path, isDirectory: &isDirectory)
      return !isDirectory.boolValue && !path.hasPrefix("keys/") && !path.hasSuffix(".lock")
        && !path.hasPrefix("log.journal/") && !older.contains(path)
    }.sorted()
  }

  /// The partial tiles of the log that have a wider one beside them.
  func olderTiles() throws -> [String] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: register)
    let partial = paths.filter { $0.hasPrefix("log/tile/") && $0.contains(".p/") }
    return Dictionary(grouping: partial) { ($0 as NSString).deletingLastPathComponent }
      .values.flatMap { siblings in
        siblings.sorted {
          Int(($0 as NSString).lastPathComponent) ?? 0 < Int(($1 as NSString).lastPathComponent)
            ?? 0
        }
        .dropLast()
      }
  }
}

/// The register that the tests copy: three authors, six works, a trained model, a settled quarter.
enum Sample {
  static let model = "tiny"
  static let configuration = """
    {"model": {"hidden": 64, "layers": 1, "heads": 2, "feedForward": 128, "context": 32},
     "training": {"steps": 120, "warmUpSteps": 10, "batch": 16, "peakRate": 0.01},
     "books": {"segments": 6, "maximumChord": 8},
     "survey": {"coalitions": 7, "hidden": 32, "layers": 1, "heads": 2, "feedForward": 64,
                "context": 32, "steps": 100, "warmUpSteps": 10, "batch": 16, "peakRate": 0.01},
     "valuation": {"heldOutPartsPerMillion": 100000, "windows": 8},
     "targets": [{"name": "first", "weight": 1, "paths": ["*/0.txt"]},
                 {"name": "second", "weight": 3, "paths": ["*/1.txt"]}]}
    """

  /// Made once; removed when the tests end.
  static let desk: Result<Desk, any Error> = Result {
    let desk = try make()
    atexit { Sample.remove() }
    return desk
  }

  private static func remove() {
    if case .success(let desk) = desk { try? FileManager.default.removeItem(atPath: desk.root) }
  }

  /// A copy of it.
  static func copy() throws -> Desk { try Desk(copying: try desk.get()) }

  /// Registers authors and works, has them granted, and admits the corpus.
  static func founded() throws -> Desk {
    let desk = try Desk()
    try desk.place(configuration, at: "config.json")
    try desk.json("init", desk.register, "--name", "End to End")
    for (number, author) in Desk.authors.enumerated() {
      for work in 0..<2 {
        let text = Prose.text(author: UInt64(number), work: UInt64(work), byteCount: 12_000)
        try desk.place(text, at: "corpus/\(author)/\(work).txt")
      }
      if let territory = Desk.territories[author] {
        try desk.json("key", "new", author, "--territory", territory)
      } else {
        try desk.json("key", "new", author)
      }
      try desk.json("work", "add", "corpus/\(author)", "--key", author)
      try desk.json(
        "grant", "--all", "--purpose", "train", "--purpose", "evaluate", "--rate",
        "\(5 + number).5%", "--key", author)
    }
    try desk.json("admit", desk.corpus, "--out", "manifest.json")
    return desk
  }

  private static func make() throws -> Desk {
    let desk = try founded()
    try desk.json(
      "train", "manifest.json", "--out", model, "--config", "config.json", "--threads",
      "\(Desk.threads)")
    try desk.json(
      "revenue", model, "--amount", "1000.01", "--currency", "EUR", "--period", "2026-Q4")
    try desk.json("settle", "--period", "2026-Q4")
    return desk
  }
}
