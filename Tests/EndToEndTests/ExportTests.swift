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
      for name in Desk.authors + ["territory"] { #expect(!words.contains(name), "\(name)") }
      try desk.json("export", subject, "--format", format)
    }
    let named = try desk.run(["export", "manifest.json", "--format", format, "--names"])
    let words = Set(named.output.split { !$0.isLetter }.map(String.init))
    if format != "eu-summary" { #expect(words.isSuperset(of: Desk.authors)) }
  }

  @Test func `A revocation after the release shows in the documents`() throws {
    let desk = try Sample.copy()
    let grants = try #require(try desk.json("grants", "list") as? [[String: Any]])
    let grant = try #require(grants.first?["grant"] as? String)
    let before = try desk.run(["export", Sample.model, "--format", "eu-summary"]).output
    #expect(before.contains("**Revoked since the admission:** None"))
    let keys = Desk.authors.filter {
      (try? desk.run(["revoke", grant, "--key", $0]))?.status == 0
    }
    #expect(keys.count == 1)
    let after = try desk.run(["export", Sample.model, "--format", "eu-summary"]).output
    #expect(after.contains("**Revoked since the admission:** 1 of 3 grants"))
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
