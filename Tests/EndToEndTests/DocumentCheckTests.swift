// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

private let checker = interpreter(
  importing: "mlcroissant, cyclonedx, spdx3_validate, spdx_python_model, huggingface_hub, yaml",
  for: "checking exported documents with the software of their formats")

/// What the software of each format says of the documents of a real small model.
@Suite(.enabled(if: checker != nil))
struct DocumentCheckTests {
  /// One kind of document, and a change that makes it none.
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    var ofCorpus = false
    let original: String
    let broken: String

    var testDescription: String { name + (ofCorpus ? " of a corpus" : " of a model") }
  }

  static let kinds = [
    Kind(
      name: "croissant", file: "croissant.json", original: #""dataType": "sc:Text""#,
      broken: #""dataType": "sc:Txt""#),
    Kind(
      name: "croissant", file: "croissant.json", ofCorpus: true,
      original: #""equivalentProperty": "prov:wasAttributedTo""#,
      broken: #""equivalentProperty": "prov:wasDerivedFrom""#),
    Kind(
      name: "spdx", file: "spdx3.json", original: #""relationshipType": "trainedOn""#,
      broken: #""relationshipType": "eatenBy""#),
    Kind(
      name: "spdx", file: "spdx3.json", ofCorpus: true,
      original: #""dataset_datasetType": ["#, broken: #""dataset_dataset": ["#),
    Kind(
      name: "cyclonedx", file: "bom.cdx.json", original: #""modelCard": {"#,
      broken: #""modelCart": {"#),
    Kind(
      name: "cyclonedx", file: "bom.cdx.json", ofCorpus: true, original: #""licensor": {"#,
      broken: #""licenser": {"#),
    Kind(
      name: "model-card", file: "README.md", original: "model-index: [{\"name\"",
      broken: "model-index: [{\"title\""),
    Kind(
      name: "dataset-card", file: "README.md", ofCorpus: true, original: "license: \"other\"",
      broken: "license: \"other"),
  ]

  @Test(arguments: kinds)
  func `Each document is accepted by its own software, and not when it is broken`(
    _ kind: Kind
  ) throws {
    let python = try #require(checker)
    let desk = try Sample.copy()
    let subject = kind.ofCorpus ? "manifest.json" : Sample.model
    let outcome = try desk.run(["export", subject, "--format", "all", "--out", "documents"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    let path = desk.root + "/documents/" + kind.file
    let command = [CrossCheckTests.scripts + "/check_disclosure.py", kind.name, path]
    let environment = ["HF_HUB_OFFLINE": "1"]
    let accepted = try python.run(command, in: desk.root, environment: environment)
    #expect(accepted.status == 0, "\(accepted.output)\(accepted.errors)")
    let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    let broken = text.replacingOccurrences(of: kind.original, with: kind.broken)
    #expect(text != broken, "the change changes something")
    try desk.place(broken, at: "documents/" + kind.file)
    let refused = try python.run(command, in: desk.root, environment: environment)
    #expect(refused.status == 1, "\(refused.output)\(refused.errors)")
    #expect(refused.output.hasPrefix(kind.name + ": "), "\(refused.errors)")
  }

  @Test func `A document with all the operator's statements and names is accepted as well`() throws
  {
    let python = try #require(checker)
    let desk = try Sample.copy()
    try desk.place(
      """
      {"provider": {"name": "Town: \\"Library\\"", "address": "1 # High"}, "languages": ["en"],
       "licence": {"name": "House licence", "url": "https://a.example/l"},
       "location": "https://a.example/register", "limitations": "|: - none\\n---\\n",
       "intendedUse": "Tests", "personalInformation": "None", "cleaning": "None"}
      """, at: "statements.json")
    let outcome = try desk.run([
      "export", Sample.model, "--format", "all", "--out", "documents", "--statements",
      "statements.json", "--names",
    ])
    try #require(outcome.status == 0, "\(outcome.errors)")
    for kind in Self.kinds where !kind.ofCorpus {
      let accepted = try python.run(
        [
          CrossCheckTests.scripts + "/check_disclosure.py", kind.name,
          desk.root + "/documents/" + kind.file,
        ], in: desk.root, environment: ["HF_HUB_OFFLINE": "1"])
      #expect(accepted.status == 0, "\(accepted.output)\(accepted.errors)")
    }
  }
}
