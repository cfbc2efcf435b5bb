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

@Suite struct DocumentTests {
  private func form(_ format: DisclosureFormat, _ facts: DisclosureFacts) throws -> DisclosureForm {
    try #require(DisclosureDocument(format, facts).form)
  }

  private func answer(_ key: String, _ form: DisclosureForm) throws -> Answer {
    try #require(form.sections.flatMap(\.fields).first { $0.key == key }, "\(key)").answer
  }

  @Test(arguments: DisclosureFormat.allCases)
  func `The same facts give the same bytes, and other facts other bytes`(
    _ format: DisclosureFormat
  ) throws {
    let facts = try SampleFacts.facts()
    #expect(DisclosureDocument(format, facts).text == DisclosureDocument(format, facts).text)
    let other = try SampleFacts.facts(corpus: SampleFacts.corpus(bytes: 1_001))
    #expect(DisclosureDocument(format, facts).text != DisclosureDocument(format, other).text)
  }

  @Test(arguments: DisclosureFormat.allCases)
  func `Names come in only where they are asked for, and never with control characters`(
    _ format: DisclosureFormat
  ) throws {
    let bare = DisclosureDocument(format, try SampleFacts.facts()).text
    #expect(!bare.contains("Lovelace"))
    let named = DisclosureDocument(
      format, try SampleFacts.facts(corpus: SampleFacts.corpus(named: true), model: nil)
    ).text
    // The European summary names nobody but the provider.
    #expect(named.contains("Lovelace") == (format != .euSummary), "\(format)")
    #expect(!named.contains("\u{1B}"))
    let isMarkdown = [.card, .california].contains(format)
    #expect(!isMarkdown || named.contains(#"Ada \| Lovelace"#))
  }

  @Test(arguments: DisclosureFormat.allCases)
  func `A corpus without works and a model without statements make documents too`(
    _ format: DisclosureFormat
  ) throws {
    let corpus = CorpusFacts(
      manifest: testDigest("none"), decisionsRoot: testDigest("decisions"), purpose: .evaluate,
      grantee: SampleFacts.party(0, named: false),
      admission: LogEntry(position: 1, at: testMoment()), refused: 1, works: [], grants: [])
    let text = DisclosureDocument(format, try SampleFacts.facts(corpus: corpus, model: nil)).text
    #expect(text.last == "\n")
  }

  @Test func `The works' consents stand in every format that has a place for them`() throws {
    let facts = try SampleFacts.facts()
    for grant in facts.corpus.grants {
      for format in [DisclosureFormat.croissant, .spdx, .cyclonedx, .dataProvenance] {
        #expect(DisclosureDocument(format, facts).text.contains(grant.uri), "\(format)")
      }
    }
    let croissant = DisclosureDocument(.croissant, facts).json
    let fields = try #require(croissant["recordSet"]?.array?.first?["field"]?.array)
    let contributor = try #require(fields.first { $0["name"] == "contributor" })
    #expect(contributor["equivalentProperty"] == "prov:wasAttributedTo")
    let records = try #require(croissant["recordSet"]?.array?.first?["data"]?.array)
    #expect(
      records.map { $0["works/contributor"]?.string } == facts.corpus.works.map(\.owner.did.text))
  }

  @Test func `A licence in a bill of materials names who grants, to whom and until when`() throws {
    let facts = try SampleFacts.facts()
    let document = DisclosureDocument(.cyclonedx, facts).json
    let licence = try #require(
      document["components"]?.array?.first?["licenses"]?.array?.first?["license"])
    let grant = facts.corpus.grants[0]
    let licensing = try #require(licence["licensing"])
    #expect(licensing["licensor"]?["individual"]?["name"]?.string == grant.issuer.did.text)
    #expect(licensing["licensee"]?["individual"]?["name"]?.string == testParty(0).text)
    #expect(licensing["expiration"]?.string == grant.validUntil?.description)
    // The text is the credential itself: whoever has the document can verify the grant.
    let text = try #require(licence["text"]?["content"]?.string)
    #expect(try Grant(credential: JSON.parse(text)).identifier == grant.identifier)
  }

  @Test func `The licence text of an SPDX document is the signed credential`() throws {
    let facts = try SampleFacts.facts()
    let graph = try #require(DisclosureDocument(.spdx, facts).json["@graph"]?.array)
    let texts = graph.compactMap { $0["simplelicensing_licenseText"]?.string }
    let grants = try texts.map { try Grant(credential: JSON.parse($0)).identifier }
    #expect(grants == facts.corpus.grants.map(\.identifier))
    let kinds = graph.compactMap { $0["relationshipType"]?.string }
    #expect(kinds.contains("trainedOn"))
    #expect(kinds.count { $0 == "hasDeclaredLicense" } == 2 + facts.corpus.works.count)
    let dataset = try #require(graph.first { $0["type"] == "dataset_DatasetPackage" })
    #expect(dataset["originatedBy"]?.array?.count == 2)
  }

  @Test func `A record of data provenance has the 27 elements of the standard`() throws {
    let record = DisclosureDocument(.dataProvenance, try SampleFacts.facts()).json
    let groups = ["source", "provenance", "use"].compactMap { record[$0]?.object?.keys }
    #expect(
      groups == [
        ["description", "id", "issuer", "location", "title", "version"],
        [
          "date", "format", "generation-method", "generation-period", "origin", "origin-geography",
          "previous-date", "source", "sub-provenance",
        ],
        [
          "classification", "consents", "copyright", "intended-purpose", "license", "patent",
          "privacy-enhancing", "processing-excluded", "processing-included", "storage-allowed",
          "storage-forbidden", "trademark",
        ],
      ])
    #expect(groups.joined().count == 27)
    let consents = try #require(record["use"]?["consents"]?.array)
    #expect(consents.first?.string?.contains(testDigest("root").hex) == true)
    #expect(consents.count == 3)
  }

  @Test func `The European summary has the template's sections and says yes to licences`() throws {
    let facts = try SampleFacts.facts()
    let form = try form(.euSummary, facts)
    #expect(
      form.sections.map(\.number) == [
        "0", "1.1", "1.2", "1.3", "2.1", "2.2.1", "2.2.2", "2.3", "2.4", "2.5", "2.6", "3.1",
        "3.2", "3.3",
      ])
    #expect(try answer("licensed", form).text.hasPrefix("Yes: all 3 works, under 2 grants"))
    #expect(try answer("licenceTerms", form).text.contains("5% to 12%"))
    #expect(try answer("licencesRevoked", form).text.hasPrefix("1 of 2 grants"))
    #expect(try answer("crawled", form).text.hasPrefix("No"))
    #expect(try answer("crawlers", form).basis == "not applicable")
    #expect(try answer("provider", form).basis == "not known")
    #expect(try answer("synthetic", form).basis == "not known")
  }

  @Test func `The Californian form has twelve items`() throws {
    let form = try form(.california, try SampleFacts.facts())
    let labels = form.sections.flatMap(\.fields).map(\.label)
    #expect(labels.count == 12)
    for (number, label) in labels.enumerated() { #expect(label.hasPrefix("\(number + 1). ")) }
    #expect(try answer("dataPoints", form).text == "3 works, 3000 bytes")
    #expect(try answer("firstUse", form).text.hasPrefix(testMoment(500_000).date))
  }

  @Test func `The band of a size is stated only where the bytes decide it`() throws {
    func size(_ bytes: Int, _ model: ModelFacts?) throws -> String {
      let facts = try SampleFacts.facts(corpus: SampleFacts.corpus(bytes: bytes), model: model)
      return try answer("textSize", form(.euSummary, facts)).text
    }
    let (below, above) = (333_333_333, 333_333_334)
    let bytes = SampleFacts.model()
    #expect(try size(below, bytes).hasPrefix("less than 1 billion"))
    #expect(try size(above, bytes).hasPrefix("1 billion to 10 trillion"))
    let pairs = SampleFacts.model(tokenizer: testDigest("tokenizer"))
    #expect(try size(below, pairs).hasPrefix("less than 1 billion"))
    #expect(try size(above, pairs).contains("does not decide the band"))
    let tuned = SampleFacts.model(
      tokenizer: testDigest("tokenizer"), base: ["config.json": testDigest("base")])
    #expect(try size(below, tuned).contains("not known"))
    #expect(try size(below, nil).contains("not known"))
  }

  @Test func `Losses are rounded to four decimals, halves away from zero`() {
    #expect(ModelFacts.nats(2_000_049_999_999) == "2.0000")
    #expect(ModelFacts.nats(2_000_050_000_000) == "2.0001")
    #expect(ModelFacts.nats(-50_000_000) == "-0.0001")
    #expect(ModelFacts.nats(-49_999_999) == "0.0000")
    #expect(ModelFacts.nats(0) == "0.0000")
  }
}
