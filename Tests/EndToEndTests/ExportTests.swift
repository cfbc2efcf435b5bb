// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct ExportTests {
  static let formats = [
    "croissant", "spdx", "cyclonedx", "hf-card", "eu-summary", "ab2013", "data-provenance",
  ]

  @Test(arguments: formats)
  func `A document repeats byte for byte and names nobody unless asked to`(
    _ format: String
  ) throws {
    let desk = try Sample.copy()
    for subject in [Sample.model, "manifest.json"] {
      let first = try desk.run(["export", subject, "--format", format])
      #expect(first.status == 0 && first.errors.isEmpty, "\(first.errors)")
      #expect(try desk.run(["export", subject, "--format", format]).output == first.output)
      let words = Set(first.output.split { !$0.isLetter }.map(String.init))
      for name in Desk.authors { #expect(!words.contains(name), "\(name)") }
      try desk.json("export", subject, "--format", format)
    }
    let named = try desk.run(["export", "manifest.json", "--format", format, "--names"])
    let words = Set(named.output.split { !$0.isLetter }.map(String.init))
    if format != "eu-summary" { #expect(words.isSuperset(of: Desk.authors)) }
  }

  @Test func `A revocation after the release shows in the documents`() throws {
    let desk = try Sample.copy()
    let listed = try #require(try desk.json("grants", "list") as? [String: Any])
    let grants = try #require(listed["grants"] as? [[String: Any]])
    let grant = try #require(grants.first?["grant"] as? String)
    let before = try desk.run(["export", Sample.model, "--format", "eu-summary"]).output
    #expect(before.contains("**Revoked or suspended since the admission:** None"))
    let keys = Desk.authors.filter {
      (try? desk.run(["revoke", grant, "--key", $0]))?.status == 0
    }
    #expect(keys.count == 1)
    let after = try desk.run(["export", Sample.model, "--format", "eu-summary"]).output
    #expect(after.contains("**Revoked or suspended since the admission:** 1 of 3 grants"))
  }

  @Test func `A work of several owners is attributed to all, under the grants of all who agreed`()
    throws
  {
    let desk = try Desk()
    try desk.json("init", desk.register, "--name", "Owners")
    for author in ["ada", "ben", "cleo"] { try desk.json("key", "new", author) }
    try desk.place(Prose.text(author: 7, work: 1, byteCount: 3_000), at: "corpus/song.txt")
    try desk.json(
      "work", "add", "corpus/song.txt", "--key", "ada", "--owner", "ada=2", "--owner", "ben=1",
      "--owner", "cleo=1", "--quorum", "3")
    let terms = ["--all", "--purpose", "train", "--territory", "FR", "--minimum-fee", "5.00 EUR"]
    for author in ["ada", "ben"] {
      let outcome = try desk.run(["grant", "--key", author, "--rate", "5%"] + terms)
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
    try desk.json("grant", "--all", "--purpose", "train", "--rate", "9%", "--key", "cleo")
    try desk.json("admit", desk.corpus, "--territory", "FR", "--out", "manifest.json")
    let croissant = try desk.json("export", "manifest.json", "--format", "croissant")
    let sets = try #require((croissant as? [String: Any])?["recordSet"] as? [[String: Any]])
    let consents = try #require(sets.last?["data"] as? [[String: Any]])
    #expect(consents.compactMap { $0["consents/weight"] as? Int }.sorted() == [1, 2])
    #expect(Set(consents.compactMap { $0["consents/owner"] as? String }).count == 2)
    let bill = try desk.run(["export", "manifest.json", "--format", "cyclonedx"]).output
    #expect(bill.contains("5.00 EUR") && bill.contains("\"value\": \"FR\""))
    let record = try desk.json("export", "manifest.json", "--format", "data-provenance")
    let use = try #require((record as? [String: Any])?["use"] as? [String: Any])
    #expect((use["processing-included"] as? [[String: String]]) == [["country": "FR"]])
    let owners = try desk.run(["export", "manifest.json", "--format", "ab2013"]).output
    #expect(owners.contains("3 owners: "))
  }

  @Test(arguments: [
    (["export", "nobody", "--format", "spdx"], 1, "neither a released model nor a manifest"),
    (["export", "tiny", "--format", "pdf"], 2, "pdf"),
    (["export", "tiny"], 2, "--format"),
    (["export", "tiny", "--format", "all"], 2, "--out"),
    (["export", "config.json", "--format", "spdx"], 1, "is no manifest"),
    (["export", "foreign.json", "--format", "spdx"], 1, "no admission in this register"),
    (["export", "tiny", "--format", "spdx", "--statements", "config.json"], 2, "unknown member"),
    (["export", "tiny", "--format", "spdx", "--statements", "missing.json"], 1, "missing.json"),
  ])
  func `Bad input gets one line that says what is wrong`(
    _ arguments: [String], _ status: Int32, _ words: String
  ) throws {
    let desk = try Sample.copy()
    let manifest = try String(
      contentsOf: URL(filePath: desk.root + "/manifest.json"), encoding: .utf8)
    try desk.place(
      manifest.replacingOccurrences(of: #""treeSize":"#, with: #""treeSize":1"#),
      at: "foreign.json")
    let outcome = try desk.run(arguments)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.output.isEmpty)
  }
}
