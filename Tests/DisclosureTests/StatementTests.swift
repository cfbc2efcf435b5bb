// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Disclosure
import Money
import Primitives
import Register
import Signing
import TestSupport
import Testing

@Suite struct StatementTests {
  static let whole: JSON = [
    "provider": ["name": "Town Library", "address": "1 High Street", "contact": "a@b.example"],
    "euRepresentative": ["name": "Agent"], "placedOnMarket": "2026-11-26",
    "languages": ["en", "de-CH"], "licence": ["id": "Apache-2.0"],
    "location": "https://register.example/", "codeOfPractice": true, "intendedUse": "Research.",
    "syntheticData": "None was used.",
  ]

  @Test func `What the operator says is marked as the operator's`() throws {
    let facts = try SampleFacts.facts(statements: OperatorStatements(json: Self.whole))
    let form = try #require(DisclosureDocument(.euSummary, facts).form)
    for key in ["provider", "representative", "placedOnMarket", "languages", "synthetic"] {
      let field = try #require(form.sections.flatMap(\.fields).first { $0.key == key })
      #expect(field.answer.basis == "operator statement", "\(key)")
    }
    let lines = form.markdown.split(separator: "\n").filter { $0.contains("Town Library") }
    #expect(lines.allSatisfy { $0.hasSuffix("*(stated by the operator)*") } && lines.count == 1)
    let card = DisclosureDocument(.card, facts).text
    #expect(card.contains("language: [\"en\",\"de-CH\"]\n"))
    #expect(card.contains("license: \"apache-2.0\"\n"))
    #expect(card.contains("Research. *(stated by the operator)*"))
  }

  @Test func `Nothing is stated where no statement is given`() throws {
    let silent = try SampleFacts.facts()
    for format in DisclosureFormat.allCases {
      #expect(
        !DisclosureDocument(format, silent).text.contains("(stated by the operator)"), "\(format)")
    }
    #expect(DisclosureDocument(.card, silent).text.contains("license: \"unknown\"\n"))
  }

  @Test(
    arguments: [
      ["unknown": "x"], ["provider": [:]], ["provider": ["name": ""]],
      ["provider": ["name": "x", "phone": "1"]], ["placedOnMarket": "2026-02-30"],
      ["placedOnMarket": "2026-11-26T00:00:00Z"], ["languages": []], ["languages": ["english"]],
      ["languages": ["e n"]], ["languages": ["en", 3]], ["licence": [:]],
      ["licence": ["id": "MIT", "name": "MIT"]], ["licence": ["id": "a b"]],
      ["location": "http://register.example"], ["location": "https://a b"],
      ["location": "https://"],
      ["codeOfPractice": "yes"], ["intendedUse": "  \n "], ["intendedUse": 1], [],
    ] as [JSON])
  func `A statement that is unknown or malformed is refused`(_ json: JSON) {
    #expect(throws: JSONFieldError.self) { try OperatorStatements(json: json) }
  }

  @Test func `A text is refused where it is longer than the limit`() throws {
    func statements(_ count: Int) throws -> OperatorStatements {
      try OperatorStatements(json: ["cleaning": .string(String(repeating: "a", count: count))])
    }
    #expect(try statements(OperatorStatements.longestText)[.cleaning]?.utf8.count == 10_000)
    #expect(throws: JSONFieldError.self) { try statements(OperatorStatements.longestText + 1) }
    func languages(_ count: Int) throws -> OperatorStatements {
      try OperatorStatements(json: ["languages": .array(Array(repeating: "en", count: count))])
    }
    #expect(try languages(OperatorStatements.mostLanguages).languages.count == 200)
    #expect(throws: JSONFieldError.self) { try languages(OperatorStatements.mostLanguages + 1) }
  }
}
