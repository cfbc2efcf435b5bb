// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing

/// A corpus as a Croissant 1.1 dataset (MLCommons): one record a work, each with its contributor
/// (`prov:wasAttributedTo`) and the grant it may be used under.
enum CroissantDocument {
  private static let format = "http://mlcommons.org/croissant/1.1"

  static func json(_ facts: DisclosureFacts) -> JSON {
    let corpus = facts.corpus
    var object: JSONObject = [
      "@context": context, "@type": "sc:Dataset", "@id": .string(corpus.uri),
      "conformsTo": .string(format), "name": .string("corpus-\(corpus.manifest.short)"),
      "description": .string(description(facts)), "version": .string(version(facts)),
      "identifier": .string(corpus.uri), "url": .string(facts.statements.location ?? corpus.uri),
      "license": licences(corpus), "datePublished": .string(corpus.admission.at.date),
      "dateCreated": .string(corpus.admission.at.description),
      "creator": .array(corpus.owners.map(agent)), "publisher": publisher(corpus),
      "isLiveDataset": false, "prov:wasGeneratedBy": admission(facts),
      "prov:wasAttributedTo": .array(corpus.owners.map { ["@id": .string($0.did.text)] }),
      "citeAs": .string("\(corpus.uri), admitted in \(facts.register.reference)"),
      "usageInfo": .array(corpus.grants.map(offer)),
      "recordSet": .array(corpus.works.isEmpty ? [] : [records(corpus)]),
    ]
    let languages = facts.statements.languages
    if !languages.isEmpty { object["inLanguage"] = .array(languages.map { .string($0) }) }
    addResponsibleUse(facts, to: &object)
    return .object(object)
  }

  private static func description(_ facts: DisclosureFacts) -> String {
    let corpus = facts.corpus
    return """
      \(corpus.works.count) texts of \(corpus.owners.count) owners, \(corpus.byteCount) bytes, \
      admitted to \(corpus.purpose.rawValue) under \(corpus.grants.count) signed, revocable grants. \
      The records name works by the SHA-256 of their bytes; the texts themselves are not part of \
      this document.
      """
  }

  /// Semantic versions count up from one; a manifest is one version for ever.
  private static func version(_ facts: DisclosureFacts) -> String {
    "1.0.0+entry\(facts.corpus.admission.position)"
  }

  private static func licences(_ corpus: CorpusFacts) -> JSON {
    .array(
      corpus.grants.map { grant in
        [
          "@type": "sc:CreativeWork", "@id": .string(grant.uri),
          "name": .string(grant.licenceReference), "identifier": .string(grant.uri),
        ]
      })
  }

  /// Croissant has persons and organisations only; the register does not tell them apart.
  private static func agent(_ party: PartyFacts) -> JSON {
    [
      "@type": "sc:Person", "@id": .string(party.did.text),
      "name": .string(Markdown.plain(party.label)), "identifier": .string(party.did.text),
    ]
  }

  private static func publisher(_ corpus: CorpusFacts) -> JSON {
    guard !corpus.owners.contains(where: { $0.did == corpus.grantee.did }) else {
      return agent(corpus.grantee)
    }
    var object = agent(corpus.grantee).object ?? [:]
    object["@type"] = "sc:Organization"
    return .object(object)
  }

  private static func admission(_ facts: DisclosureFacts) -> JSON {
    [
      "@type": "prov:Activity",
      "@id": .string("\(facts.register.reference)#entry-\(facts.corpus.admission.position)"),
      "prov:label": "admission under signed grants",
      "prov:atTime": .string(facts.corpus.admission.at.description),
      "prov:wasAssociatedWith": ["@id": .string(facts.register.keeper.did.text)],
    ]
  }

  /// What a grant allows, as an ODRL agreement: assigner, assignee, purposes and royalty.
  private static func offer(_ grant: GrantFacts) -> JSON {
    var permission: JSONObject = [
      "@type": "odrl:Permission", "odrl:action": "odrl:use",
      "odrl:assigner": ["@id": .string(grant.issuer.did.text)],
      "odrl:constraint": [
        "odrl:leftOperand": ["@id": "odrl:purpose"], "odrl:operator": ["@id": "odrl:isAnyOf"],
        "odrl:rightOperand": .array(grant.purposes.map { .string($0.rawValue) }),
      ],
      "odrl:duty": [
        "odrl:action": ["@id": "odrl:compensate"],
        "odrl:constraint": [
          "odrl:leftOperand": ["@id": "odrl:percentage"], "odrl:operator": ["@id": "odrl:eq"],
          "odrl:rightOperand": .string("\(grant.rate)"),
        ],
      ],
    ]
    if let grantee = grant.grantee {
      permission["odrl:assignee"] = ["@id": .string(grantee.did.text)]
    }
    let kind: JSON = grant.grantee == nil ? "odrl:Offer" : "odrl:Agreement"
    return [
      "@type": ["sc:CreativeWork", kind], "@id": .string(grant.uri + "#terms"),
      "odrl:permission": .object(permission),
    ]
  }

  private static func records(_ corpus: CorpusFacts) -> JSON {
    [
      "@type": "cr:RecordSet", "@id": "works", "name": "works",
      "description": "The admitted works.", "key": ["@id": "works/work"],
      "field": [
        field("work", "sc:Text", "The SHA-256 of the work's bytes.", "https://schema.org/sha256"),
        field("bytes", "sc:Integer", "Its size.", "https://schema.org/contentSize"),
        field(
          "contributor", "sc:URL", "The key of who registered it and granted its use.",
          "prov:wasAttributedTo"),
        field(
          "consent", "sc:URL", "The SHA-256 of the signed grant it was admitted under.",
          "https://schema.org/license"),
        field(
          "registered", "sc:DateTime", "When it was registered, by its event in the log.",
          "prov:generatedAtTime"),
      ],
      "data": .array(
        corpus.works.map { work in
          [
            "works/work": .string(work.work.hex), "works/bytes": .integer(Int64(work.byteCount)),
            "works/contributor": .string(work.owner.did.text),
            "works/consent": .string("urn:sha256:\(work.grant.hex)"),
            "works/registered": .string(work.registration.at.description),
          ]
        }),
    ]
  }

  private static func field(
    _ name: String, _ type: JSON, _ description: JSON, _ property: JSON
  ) -> JSON {
    [
      "@type": "cr:Field", "@id": .string("works/" + name), "name": .string(name),
      "description": description, "dataType": type, "equivalentProperty": property,
    ]
  }

  /// The vocabulary for responsible use (RAI 1.0), as far as somebody said something.
  private static func addResponsibleUse(_ facts: DisclosureFacts, to object: inout JSONObject) {
    let (corpus, statements) = (facts.corpus, facts.statements)
    object["rai:dataCollection"] =
      "Owners registered their works by signed events and granted their use by signed credentials."
    object["rai:dataCollectionType"] = "Direct measurement"
    if let period = corpus.collection {
      object["rai:dataCollectionTimeframe"] = [
        .string(period.lowerBound.description), .string(period.upperBound.description),
      ]
    }
    object["rai:dataUseCases"] = .string("granted for: \(corpus.purpose.rawValue)")
    for (name, topic) in [
      ("rai:personalSensitiveInformation", OperatorStatements.Topic.personalInformation),
      ("rai:dataLimitations", .limitations), ("rai:dataPreprocessingProtocol", .cleaning),
    ] {
      if let text = statements[topic] {
        object[name] = .string("Stated by the operator: " + Markdown.plain(text))
      }
    }
  }

  /// The context of Croissant 1.1, with the vocabularies of provenance and rights beside it.
  private static let context: JSON = [
    "@language": "en", "@vocab": "https://schema.org/", "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn", "cr": "http://mlcommons.org/croissant/",
    "data": ["@id": "cr:data", "@type": "@json"],
    "dataType": ["@id": "cr:dataType", "@type": "@vocab"], "dct": "http://purl.org/dc/terms/",
    "description": ["@container": "@language"], "equivalentProperty": "cr:equivalentProperty",
    "examples": ["@id": "cr:examples", "@type": "@json"], "extract": "cr:extract",
    "field": "cr:field", "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes",
    "isArray": "cr:isArray", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath",
    "key": "cr:key", "md5": "cr:md5", "name": ["@container": "@language"],
    "odrl": "http://www.w3.org/ns/odrl/2/", "parentField": "cr:parentField", "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#", "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
    "repeated": "cr:repeated", "replace": "cr:replace", "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source",
    "subField": "cr:subField", "transform": "cr:transform",
  ]
}
