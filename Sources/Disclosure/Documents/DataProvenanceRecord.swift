// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register

/// A corpus by the Data Provenance Standards 1.0.0 of the Data & Trust Alliance: three groups of
/// elements, of which `consents` points at the evidence of consent.
///
/// An element that nobody can fill is an empty list, or holds the word `unknown`; 'notes' says why.
struct DataProvenanceRecord {
  private let facts: DisclosureFacts
  private var notes: [(String, String)] = []

  private static let version = "1.0.0"
  private static let unknown: JSON = "unknown"

  static func json(_ facts: DisclosureFacts) -> JSON {
    var record = DataProvenanceRecord(facts: facts)
    let (source, provenance, use) = (record.source(), record.provenance(), record.use())
    return [
      "source": source, "provenance": provenance, "use": use,
      "notes": .object(JSONObject(record.notes.map { ($0.0, .string($0.1)) })),
    ]
  }

  private mutating func note(_ element: String, _ reason: String) {
    notes.append((element, reason))
  }

  private mutating func stated(
    _ element: String, _ topic: OperatorStatements.Topic, else missing: String
  ) -> JSON {
    guard let text = facts.statements[topic] else {
      note(element, "not known: \(missing); the operator may state '\(topic.rawValue)'")
      return []
    }
    note(element, "stated by the operator")
    return [.string(Markdown.plain(text))]
  }

  // MARK: - Groups

  private mutating func source() -> JSON {
    let corpus = facts.corpus
    let issuer: JSON
    if let provider = facts.statements.provider {
      issuer = [
        [
          "name": .string(Markdown.plain(provider.name)),
          "address": .array((provider.address.map { [.string(Markdown.plain($0))] }) ?? []),
        ]
      ]
      note("issuer", "stated by the operator")
    } else {
      issuer = [["name": .string(Markdown.plain(corpus.grantee.label)), "address": []]]
      note("issuer", "the party admitted, by its key; its address is not known to the register")
    }
    var object: JSONObject = [
      "version": .string(Self.version), "title": .string("Corpus \(corpus.manifest.short)"),
      "id": .string(corpus.uri), "issuer": issuer,
      "description": .string(
        "\(corpus.works.count) texts of \(corpus.owners.count) owners, \(corpus.byteCount) bytes,"
          + " admitted to \(corpus.purpose.rawValue) under \(corpus.grants.count) signed grants;"
          + " \(corpus.refused) candidates were refused."),
    ]
    if let location = facts.statements.location {
      object["location"] = .string(location)
      note("location", "stated by the operator")
    } else {
      object["location"] = Self.unknown
      note("location", "not known: a register does not say where it is served; give 'location'")
    }
    return .object(object)
  }

  private mutating func provenance() -> JSON {
    let corpus = facts.corpus
    let geography = stated(
      "origin-geography", .originGeography,
      else: "territories of owners are commitments and stay out of public documents")
    var object: JSONObject = [
      "source": .string(facts.register.reference),
      "origin": .array(
        corpus.owners.map { ["name": .string(Markdown.plain($0.label)), "address": []] }),
      "origin-geography": geography == [] ? [["country": Self.unknown]] : geography,
      "date": .string(corpus.admission.at.description),
      "previous-date": Self.unknown,
      "generation-method": [
        [
          "code": "other", "system": "urn:cadastre:terms:v1#",
          "description": "registered and granted by the owners, admitted by the gate",
        ]
      ],
      "format": ["text/plain"],
      "sub-provenance": .array(
        corpus.works.map { work in
          [
            "id": .string(work.uri), "origin": .string(Markdown.plain(work.owner.label)),
            "date": .string(work.registration.at.description),
            "bytes": .integer(Int64(work.byteCount)),
            "consents": [.string("urn:sha256:\(work.grant.hex)")],
          ]
        }),
    ]
    note("previous-date", "not applicable: a manifest has no earlier version")
    if let period = corpus.collection {
      object["generation-period"] = [
        "start": .string(period.lowerBound.description),
        "end": .string(period.upperBound.description),
      ]
      note(
        "generation-period", "when the works were registered; when they were written is not known")
    } else {
      object["generation-period"] = Self.unknown
      note("generation-period", "not applicable: no work was admitted")
    }
    return .object(object)
  }

  private mutating func use() -> JSON {
    let corpus = facts.corpus
    let classes = [
      "personal-information", "payment-card", "personal-financial", "personally-identifiable",
      "personal-health", "sensitive-personal",
    ]
    note("classification", "not known: the register does not examine content")
    note("privacy-enhancing", "not applicable to the works, which are used byte for byte")
    for element in [
      "processing-included", "processing-excluded", "storage-allowed", "storage-forbidden",
    ] {
      note(element, "no requirement: the grants name no place")
    }
    let purpose =
      corpus.purpose == .evaluate
      ? ("ai-evaluation", "AI evaluation")
      : [.train, .fineTune].contains(corpus.purpose)
        ? ("ai-pre-training", "AI pre-training")
        : ("ai-other", "AI other")
    return [
      "classification": .object(JSONObject(classes.map { ($0, Self.unknown) })),
      "consents": .array(
        [.string(facts.register.reference)] + corpus.grants.map { .string($0.uri) }),
      "privacy-enhancing": [], "processing-included": [], "processing-excluded": [],
      "storage-allowed": [], "storage-forbidden": [],
      "license": .array(corpus.grants.map { .string($0.licenceReference) }),
      "intended-purpose": [
        [
          "code": .string(purpose.0),
          "system": "https://github.com/Data-and-Trust-Alliance/DPS/Use",
          "description": .string("\(purpose.1): granted to \(corpus.purpose.rawValue)"),
        ]
      ],
      "copyright": stated(
        "copyright", .copyright, else: "the register does not establish which rights subsist"),
      "patent": stated(
        "patent", .patents, else: "the register does not establish which rights subsist"),
      "trademark": stated(
        "trademark", .trademarks, else: "the register does not establish which rights subsist"),
    ]
  }
}
