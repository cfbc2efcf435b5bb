// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing

/// A corpus and its model as an SPDX 3.0.1 document: a dataset package that contains the works, an AI
/// package that was trained on it, and every grant as a custom licence with the credential as text.
struct SPDXDocument {
  private let facts: DisclosureFacts
  private let prefix: String
  private var elements: [JSON] = []
  private var relationships = 0

  private static let creation: JSON = "_:creation"
  /// The individual of the specification that says that nothing is asserted.
  private static let noAssertion = "expandedlicensing_NoAssertionLicense"

  private init(_ facts: DisclosureFacts) {
    self.facts = facts
    prefix =
      "urn:cadastre:spdx:\((facts.model?.release.identifier ?? facts.corpus.manifest).hex)#"
  }

  static func json(_ facts: DisclosureFacts) -> JSON {
    var document = SPDXDocument(facts)
    document.addAgents()
    document.addLicences()
    document.addDataset()
    document.addModel()
    document.addDocument()
    return [
      "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
      "@graph": .array(document.elements),
    ]
  }

  private var moment: Timestamp { (facts.model?.released ?? facts.corpus.admission).at }
  private var dataset: String { facts.corpus.uri }

  private mutating func add(_ type: JSON, _ identifier: String, _ members: JSONObject) {
    var object = members
    object["type"] = type
    object["spdxId"] = .string(identifier)
    object["creationInfo"] = Self.creation
    elements.append(.object(object))
  }

  private mutating func relate(_ from: String, _ kind: JSON, _ to: [String]) {
    guard !to.isEmpty else { return }
    relationships += 1
    add(
      "Relationship", prefix + "relationship-\(relationships)",
      [
        "from": .string(from), "relationshipType": kind, "to": .array(to.map { .string($0) }),
      ])
  }

  private static func hash(_ digest: Digest, _ comment: String? = nil) -> JSON {
    var object: JSONObject = [
      "type": "Hash", "algorithm": "sha256", "hashValue": .string(digest.hex),
    ]
    object["comment"] = comment.map { .string($0) }
    return [.object(object)]
  }

  // MARK: - Parties and licences

  private mutating func addAgents() {
    elements.append([
      "type": "CreationInfo", "@id": Self.creation, "specVersion": "3.0.1",
      "created": .string(moment.description),
      "createdBy": [.string(facts.register.keeper.did.text)],
      "createdUsing": [.string(prefix + "tool")],
    ])
    add("Tool", prefix + "tool", ["name": .string(facts.register.software)])
    let parties = [facts.register.keeper, facts.corpus.grantee] + facts.corpus.owners
    for party in Set(parties).sorted(by: { $0.did < $1.did }) {
      add(
        "Agent", party.did.text,
        [
          "name": .string(Markdown.plain(party.label)),
          "externalIdentifier": [
            [
              "type": "ExternalIdentifier", "externalIdentifierType": "other",
              "identifier": .string(party.did.text),
              "comment": "did:key of an Ed25519 key",
            ]
          ],
        ])
    }
  }

  private mutating func addLicences() {
    for grant in facts.corpus.grants {
      let status =
        grant.revocation.map { "revoked at entry \($0.position)" } ?? "not revoked"
      add(
        "expandedlicensing_CustomLicense", grant.uri,
        [
          "name": .string(grant.licenceReference),
          "simplelicensing_licenseText": .string(grant.credential.canonicalText),
          "comment": .string(
            "A signed W3C Verifiable Credential; \(status) as of log size"
              + " \(facts.register.treeSize). Royalty \(grant.rate)."),
          "externalRef": [
            [
              "type": "ExternalRef", "externalRefType": "other",
              "locator": [
                .string("\(facts.register.reference)#entry-\(grant.entry.position)")
              ],
              "comment": "The entry of the log that binds the grant",
            ]
          ],
        ])
    }
    guard facts.corpus.grants.count > 1 else { return }
    add(
      "expandedlicensing_ConjunctiveLicenseSet", prefix + "all-grants",
      ["expandedlicensing_member": .array(facts.corpus.grants.map { .string($0.uri) })])
  }

  /// The licence of the whole corpus: all grants together.
  private var licenceOfCorpus: String {
    switch facts.corpus.grants.count {
    case 0: Self.noAssertion
    case 1: facts.corpus.grants[0].uri
    default: prefix + "all-grants"
    }
  }

  // MARK: - Packages

  private mutating func addDataset() {
    let (corpus, statements) = (facts.corpus, facts.statements)
    var members: JSONObject = [
      "name": .string("corpus-\(corpus.manifest.short)"),
      "description": .string(
        "\(corpus.works.count) texts, \(corpus.byteCount) bytes, admitted to"
          + " \(corpus.purpose.rawValue) under \(corpus.grants.count) signed grants"),
      "builtTime": .string(corpus.admission.at.description),
      "releaseTime": .string(corpus.admission.at.description),
      "software_downloadLocation": .string(statements.location ?? facts.register.reference),
      "software_packageVersion": .string(corpus.manifest.hex),
      "software_primaryPurpose": "data", "suppliedBy": .string(corpus.grantee.did.text),
      "verifiedUsing": Self.hash(
        corpus.manifest, "of the canonical manifest, which names each work by its own digest"),
      "dataset_datasetType": ["text"],
      "dataset_datasetSize": .integer(Int64(corpus.byteCount)),
      "dataset_intendedUse": .string(corpus.purpose.rawValue),
      "dataset_dataCollectionProcess": """
      Owners registered their works by signed events and granted their use by signed credentials; \
      the gate refused what no grant covers and what derives from it.
      """,
      "dataset_datasetUpdateMechanism":
        "None: a manifest is final. A revoked grant keeps its works out of new manifests.",
      "dataset_hasSensitivePersonalInformation": "noAssertion",
    ]
    if !corpus.owners.isEmpty {
      members["originatedBy"] = .array(corpus.owners.map { .string($0.did.text) })
    }
    if let text = statements[.cleaning] { members["dataset_dataPreprocessing"] = [.string(text)] }
    add("dataset_DatasetPackage", dataset, members)
    for work in corpus.works {
      add(
        "software_File", work.uri,
        [
          "name": .string(Markdown.plain(work.label)), "verifiedUsing": Self.hash(work.work),
          "originatedBy": [.string(work.owner.did.text)],
          "builtTime": .string(work.registration.at.description),
          "software_primaryPurpose": "data", "contentType": "text/plain",
        ])
    }
    relate(dataset, "contains", corpus.works.map(\.uri))
    relate(dataset, "hasDeclaredLicense", [licenceOfCorpus])
    relate(dataset, "hasConcludedLicense", [licenceOfCorpus])
    for work in corpus.works {
      relate(work.uri, "hasDeclaredLicense", ["urn:sha256:\(work.grant.hex)"])
    }
  }

  private mutating func addModel() {
    guard let model = facts.model else { return }
    var members: JSONObject = [
      "name": .string(model.name),
      "software_packageVersion": .string(model.release.identifier.hex),
      "builtTime": .string(model.finished.at.description),
      "releaseTime": .string(model.released.at.description),
      "software_downloadLocation": .string(
        facts.statements.location ?? facts.register.reference),
      "software_primaryPurpose": "model", "suppliedBy": .string(facts.register.keeper.did.text),
      "originatedBy": [.string(facts.register.keeper.did.text)],
      "verifiedUsing": Self.hash(model.finish.weights, "of model.safetensors"),
      "ai_typeOfModel": ["decoder-only transformer of the Llama family"],
      "ai_informationAboutTraining": .string(Self.training(model)),
      "ai_hyperparameter": .array(
        model.parameters.map { name, value in
          ["type": "DictionaryEntry", "key": .string(name), "value": .string(value)]
        }),
      "ai_metric": .array(
        model.finish.balances.map { balance in
          [
            "type": "DictionaryEntry", "key": .string("nats per byte on \(balance.target)"),
            "value": .string(ModelFacts.nats(balance.finalLoss)),
          ]
        }),
      "ai_modelExplainability": [
        .string(
          "Share register of SHA-256 \(model.finish.shares.hex) divides the model over"
            + " \(model.shares.count) owners; a text is divided by 'cadastre trace'.")
      ],
      "ai_useSensitivePersonalInformation": "noAssertion",
    ]
    if let text = facts.statements[.intendedUse] {
      members["ai_informationAboutApplication"] = .string("Stated by the operator: " + text)
    }
    if let text = facts.statements[.limitations] {
      members["ai_limitation"] = .string("Stated by the operator: " + text)
    }
    add("ai_AIPackage", model.uri, members)
    relate(model.uri, "trainedOn", [dataset])
    // Held-out text comes from the same works; the register names no other test data.
    relate(model.uri, "testedOn", [dataset])
    var licence = Self.noAssertion
    if let stated = facts.statements.licence {
      licence = prefix + "model-licence"
      if let identifier = stated.identifier {
        add(
          "simplelicensing_LicenseExpression", licence,
          [
            "simplelicensing_licenseExpression": .string(identifier),
            "comment": "Stated by the operator",
          ])
      } else {
        add(
          "expandedlicensing_CustomLicense", licence,
          [
            "name": .string(Markdown.plain(stated.name ?? "")),
            "simplelicensing_licenseText": .string(Markdown.plain(stated.text)),
            "comment": "Stated by the operator",
          ])
      }
    }
    relate(model.uri, "hasDeclaredLicense", [licence])
    relate(model.uri, "hasConcludedLicense", [licence])
    for parent in model.release.parents {
      add("ai_AIPackage", "urn:sha256:\(parent.hex)", ["name": .string(parent.short)])
    }
    relate(model.uri, "descendantOf", model.release.parents.map { "urn:sha256:\($0.hex)" })
  }

  private static func training(_ model: ModelFacts) -> String {
    """
    \(model.finish.steps) steps, \(model.tokensSeen) tokens seen, seed \(model.start.seed), \
    \(model.start.software), kernels \(model.start.kernels), \(model.start.library); manifest \
    \(model.start.manifest.hex), initial weights \(model.start.initialWeights.hex), books \
    \(model.finish.books.hex).
    """
  }

  private mutating func addDocument() {
    add(
      "SpdxDocument", prefix + "document",
      [
        "name": .string("\(facts.model?.name ?? "corpus") in \(facts.register.origin)"),
        "profileConformance": .array(
          [
            "core", "software", "dataset", "simpleLicensing", "expandedLicensing",
          ] + (facts.model == nil ? [] : ["ai"])),
        "rootElement": [.string(facts.model?.uri ?? dataset)],
        "dataLicense": .string(Self.noAssertion),
      ])
  }
}
