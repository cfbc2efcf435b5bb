// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Signing
import TestSupport
import Testing

private let withCredentials = interpreter(
  importing: "c2pa, cryptography", for: "reading assertions signed with c2pa")

/// What sources say, through the program: recorded, held, lifted, published.
@Suite struct SignalTests {
  private static let robots = """
    User-agent: *
    Content-Usage: train-ai=n
    Content-Usage: /open/ train-ai=y
    """

  /// The reasons of the decisions on one author's files, and on all others.
  private func reasons(_ desk: Desk, of author: String) throws -> (
    own: Set<String>, others: Set<String>
  ) {
    let output = try #require(
      try desk.json("admit", desk.corpus, "--out", "manifest.json") as? [String: Any])
    let decisions = try #require(output["decisions"] as? [[String: Any]])
    var (own, others): (Set<String>, Set<String>) = ([], [])
    for decision in decisions {
      let path = try #require(decision["path"] as? String)
      let reason = try #require(decision["reason"] as? String)
      if path.hasPrefix(author + "/") { own.insert(reason) } else { others.insert(reason) }
    }
    return (own, others)
  }

  private func grantAgain(_ desk: Desk) throws {
    try desk.json(
      "grant", "--all", "--purpose", "train", "--purpose", "evaluate", "--rate", "5%", "--key",
      "ada")
  }

  @Test func `A newer prohibition holds, training too, and a newer grant lifts it`() throws {
    let desk = try Sample.founded()
    try desk.place(Self.robots, at: "robots.txt")
    let read = ["signals", "read", "robots.txt", "--party", "ada", "--all"]
    // What the site says of its open part is no prohibition, and no grant.
    _ = try desk.run(read + ["--url", "/open/a"])
    #expect(try reasons(desk, of: "ada") == (["admitted"], ["admitted"]))
    #expect(try desk.run(read).status == 0)
    try desk.place(Sample.configuration, at: "config.json")
    let training = try desk.run([
      "train", "manifest.json", "--out", "held", "--config", "config.json",
    ])
    #expect(training.status == 1)
    #expect(training.errors.contains("does not hold any more"), "\(training.errors)")
    #expect(try reasons(desk, of: "ada") == (["contrary-signal"], ["admitted"]))
    let size = try desk.size()
    #expect(try desk.run(read).output.contains("said before"))
    #expect(try desk.size() == size)
    #expect(try desk.run(["verify"]).status == 0)
    try grantAgain(desk)
    #expect(try reasons(desk, of: "ada") == (["admitted"], ["admitted"]))
    // What was said before the grant is not newer for being read again.
    #expect(try desk.run(read).status == 0)
    #expect(try reasons(desk, of: "ada") == (["admitted"], ["admitted"]))
    #expect(try desk.run(["rebuild"]).status == 0)
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `A silent server holds, and one without the file does not`() throws {
    let desk = try Sample.founded()
    let read = ["signals", "read", "robots.txt", "--party", "ada", "--all", "--status"]
    #expect(try desk.run(read + ["404"]).output.contains("say nothing"))
    #expect(try reasons(desk, of: "ada").own == ["admitted"])
    #expect(try desk.run(read + ["0"]).status == 0)
    #expect(try reasons(desk, of: "ada").own == ["contrary-signal"])
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `A document of a signal that is altered, gone or a stray is found`() throws {
    let desk = try Sample.founded()
    try desk.place(Self.robots, at: "robots.txt")
    try desk.json("signals", "read", "robots.txt", "--party", "ada", "--all")
    #expect(try desk.run(["verify"]).status == 0)
    let path = try #require(try desk.files().first { $0.hasPrefix("signals/") })
    let whole = try desk.bytes(path)
    #expect(whole == Array(Self.robots.utf8))
    for bytes in [whole.dropLast(), whole + [0x0a], []] {
      try desk.write(Array(bytes), to: path)
      let verdict = try desk.run(["verify"])
      #expect(verdict.status == 1 && verdict.output.contains("signals/"))
    }
    try FileManager.default.removeItem(atPath: desk.register + "/" + path)
    #expect(try desk.run(["verify"]).status == 1)
    try desk.write(whole, to: path)
    try desk.write([1], to: "signals/stray")
    #expect(try desk.run(["verify"]).status == 1)
    try FileManager.default.removeItem(atPath: desk.register + "/signals/stray")
    #expect(try desk.run(["verify"]).status == 0)
  }

  /// What documents say of a purpose, by format.
  private func stances(
    _ desk: Desk, _ arguments: [String], of purpose: String
  ) throws -> [String: String] {
    let outcome = try desk.run(["signals", "check"] + arguments + ["--json"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    let readings = try #require(try outcome.json() as? [[String: Any]])
    var stances: [String: String] = [:]
    for reading in readings {
      let format = try #require(reading["format"] as? String)
      stances[format] = try #require((reading["purposes"] as? [String: String])?[purpose])
    }
    return stances
  }

  @Test func `Published terms are read back from their files`() throws {
    let desk = try Sample.founded()
    try desk.json(
      "grant", "--all", "--purpose", "ground", "--rate", "0%", "--anyone", "--key", "ada")
    try desk.json(
      "export-terms", "--key", "ada", "--out", "site", "--base-url", "https://ada.example")
    let files =
      [
        "robots.txt", "license.xml", ".well-known/tdmrep.json", "ai.txt",
      ].map { "site/" + $0 } + ["--headers", "site/headers.txt"]
    #expect(
      try stances(desk, files, of: "train") == [
        "rsl": "prohibited", "aipref": "prohibited", "content-signal": "prohibited",
        "robots": "prohibited", "robots-tag": "prohibited", "tdmrep": "prohibited",
        "ai-txt": "prohibited",
      ])
    let grounding = try stances(desk, files, of: "ground")
    #expect(grounding["rsl"] == "allowed" && grounding["content-signal"] == "allowed")
    let robots = try String(contentsOfFile: desk.root + "/site/robots.txt", encoding: .utf8)
    #expect(robots.contains("License: https://ada.example/license.xml"))
    // The credential that the licence names is the one in the register.
    let licence = try String(contentsOfFile: desk.root + "/site/license.xml", encoding: .utf8)
    let proof = try #require(
      licence.firstMatch(of: /<legal type="proof">https:\/\/ada.example\/(.+)<\/legal>/))
    let bytes = try Data(contentsOf: URL(filePath: desk.root + "/site/\(proof.output.1)"))
    #expect(proof.output.1.contains(SHA256.digest([UInt8](bytes)).hex))
    let again = try desk.run(["export-terms", "--key", "ada", "--out", "site"])
    #expect(again.status == 1 && again.errors.contains("not empty"))
  }

  @Test(.enabled(if: withCredentials != nil))
  func `Assertions that c2pa signs into pictures are read as they were written`() throws {
    let python = try #require(withCredentials)
    let desk = try Sample.founded()
    try desk.json(
      "grant", "--all", "--purpose", "ground", "--rate", "0%", "--anyone", "--key", "ada")
    try desk.json("export-terms", "--key", "ada", "--out", "site")
    let signed = try python.run(
      [
        CrossCheckTests.scripts + "/cross_check_rights.py", "sign", "site/training-mining.json",
        desk.root,
      ], in: desk.root)
    #expect(signed.status == 0, "\(signed.output)\(signed.errors)")
    #expect(signed.output == "3 signed assertions agree\n")
    for file in ["signed.png", "signed.jpg", "signed-old.png"] {
      #expect(try stances(desk, [file], of: "train") == ["training-mining": "prohibited"])
      #expect(try stances(desk, [file], of: "ground") == ["training-mining": "allowed"])
    }
  }

  @Test func `Bad requests are refused in one line and change nothing`() throws {
    let desk = try Sample.founded()
    try desk.place(Self.robots, at: "robots.txt")
    try desk.place("nothing known", at: "notes.txt")
    let listed = try #require(try desk.json("work", "list") as? [String: Any])
    let works = try #require(listed["works"] as? [[String: Any]])
    let work = try #require(works.compactMap { $0["work"] as? String }.first)
    let read = ["signals", "read", "robots.txt", "--party"]
    let cases: [(Int32, String, [String])] = [
      (2, "--work", read + ["ada"]), (2, "--work", read + ["ada", "--all", "--work", work]),
      (1, "no work", read + ["ada", "--work", "ffff0000"]),
      (1, "no key", read + ["nobody", "--all"]),
      (2, "--party", ["signals", "read", "robots.txt", "--all"]),
      (2, "status", read + ["ada", "--all", "--status", "99"]),
      (2, "status", read + ["ada", "--all", "--status", "soon"]),
      (1, "missing.txt", ["signals", "check", "missing.txt"]),
      (1, "--format", ["signals", "check", "notes.txt"]),
      (2, "--format", ["signals", "check", "notes.txt", "--format", "rss"]),
      (1, "corpus", ["signals", "check", "corpus", "--format", "robots"]),
      (
        2, "URL", ["signals", "check", "robots.txt", "--url", String(repeating: "u", count: 2_049)]
      ),
      (2, "--out", ["export-terms", "--key", "ada"]),
      (2, "address", ["export-terms", "--key", "ada", "--out", "x", "--base-url", "ftp://x"]),
      (2, "WORK=/PATH", ["export-terms", "--key", "ada", "--out", "x", "--at", "a"]),
      (2, "path", ["export-terms", "--key", "ada", "--out", "x", "--at", work + "=a*b"]),
    ]
    let before = try desk.contents()
    for (status, word, arguments) in cases {
      let outcome = try desk.run(arguments)
      #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(arguments)")
      #expect(outcome.output.isEmpty)
    }
    #expect(try desk.contents() == before)
  }
}
