// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Money
import Primitives
import Register
import Signing

/// A corpus and its model as a CycloneDX 1.6 bill of materials: data components with their owners, and
/// grants as licences with licensor, licensee and expiration.
enum CycloneDXDocument {
  static func json(_ facts: DisclosureFacts) -> JSON {
    let moment = (facts.model?.released ?? facts.corpus.admission).at
    let dataset = dataset(facts)
    let reference = facts.corpus.uri
    var dependencies: [JSON] = [
      ["ref": .string(reference), "dependsOn": .array(facts.corpus.works.map { .string($0.uri) })]
    ]
    var components: [JSON] = []
    if let model = facts.model {
      dependencies.insert(
        ["ref": .string(model.uri), "dependsOn": [.string(reference)]], at: 0)
      components.append(dataset)
    }
    return [
      "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX",
      "specVersion": "1.6", "serialNumber": .string(serialNumber(facts)), "version": 1,
      "metadata": [
        "timestamp": .string(moment.description),
        "tools": [
          "components": [["type": "application", "name": .string(facts.register.software)]]
        ],
        "component": facts.model.map { self.model($0, facts) } ?? dataset,
        "properties": .array([
          property("register:origin", facts.register.origin),
          property("register:size", "\(facts.register.treeSize)"),
          property("register:root", facts.register.root.hex),
          property("register:keeper", facts.register.keeper.did.text),
        ]),
      ],
      "components": .array(components), "dependencies": .array(dependencies),
    ]
  }

  /// A UUID of version 8 (RFC 9562) from what is disclosed and the log's root.
  private static func serialNumber(_ facts: DisclosureFacts) -> String {
    let subject = facts.model?.release.identifier ?? facts.corpus.manifest
    var bytes = Array(
      SHA256.digest(Array("cyclonedx".utf8) + subject.bytes + facts.register.root.bytes).bytes
        .prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = Array(Hex.encode(bytes))
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(hex[$0]) }
    return "urn:uuid:" + groups.joined(separator: "-")
  }

  private static func property(_ name: String, _ value: String) -> JSON {
    ["name": .string("cadastre:" + name), "value": .string(value)]
  }

  private static func hashes(_ digest: Digest) -> JSON {
    [["alg": "SHA-256", "content": .string(digest.hex)]]
  }

  // MARK: - The corpus

  private static func dataset(_ facts: DisclosureFacts) -> JSON {
    let corpus = facts.corpus
    let grants = Dictionary(uniqueKeysWithValues: corpus.grants.map { ($0.identifier, $0) })
    return [
      "type": "data", "bom-ref": .string(corpus.uri),
      "name": .string("corpus-\(corpus.manifest.short)"), "version": .string(corpus.manifest.hex),
      "description": .string(
        "\(corpus.works.count) texts admitted to \(corpus.purpose.rawValue) under signed grants"),
      "licenses": .array(corpus.grants.map { licence($0, isWhole: true) }),
      "data": [
        [
          "type": "dataset", "name": .string("corpus-\(corpus.manifest.short)"),
          "classification": "not classified by the register",
          "contents": ["url": .string(facts.statements.location ?? corpus.uri)],
          "description": .string("\(corpus.byteCount) bytes of text"),
          "governance": [
            "custodians": [party(facts.register.keeper)], "stewards": [party(corpus.grantee)],
            "owners": .array(corpus.owners.map(party)),
          ],
        ]
      ],
      "properties": [
        property("manifest", corpus.manifest.hex),
        property("decisions-root", corpus.decisionsRoot.hex),
        property("admission-entry", "\(corpus.admission.position)"),
        property("refused", "\(corpus.refused)"), property("bytes", "\(corpus.byteCount)"),
      ],
      "components": .array(corpus.works.map { work($0, grants[$0.grant]) }),
    ]
  }

  private static func work(_ work: WorkFacts, _ grant: GrantFacts?) -> JSON {
    [
      "type": "data", "bom-ref": .string(work.uri), "name": .string(Markdown.plain(work.label)),
      "mime-type": "text/plain", "hashes": hashes(work.work),
      "licenses": .array(grant.map { [licence($0, isWhole: false)] } ?? []),
      "data": [
        [
          "type": "dataset", "name": .string(Markdown.plain(work.label)),
          "governance": ["owners": [party(work.owner)]],
        ]
      ],
      "properties": [
        property("bytes", "\(work.byteCount)"),
        property("registered-entry", "\(work.registration.position)"),
        property("registered", work.registration.at.description),
      ],
    ]
  }

  /// Whether a party is a person or an organisation is not in the register.
  private static func party(_ party: PartyFacts) -> JSON { ["contact": contact(party)] }

  private static func contact(_ party: PartyFacts) -> JSON {
    let name = Markdown.plain(party.label)
    return ["name": .string(party.name == nil ? name : "\(name) (\(party.did.text))")]
  }

  /// A grant; the credential itself stands where the grant is listed as a whole.
  private static func licence(_ grant: GrantFacts, isWhole: Bool) -> JSON {
    var licensing: JSONObject = [
      "altIds": [.string(grant.uri)], "licensor": ["individual": contact(grant.issuer)],
      "licensee": [
        "individual": grant.grantee.map(contact) ?? ["name": "anyone"]
      ],
      "licenseTypes": ["other"], "lastRenewal": .string(grant.validFrom.description),
    ]
    licensing["expiration"] = grant.validUntil.map { .string($0.description) }
    var object: JSONObject = [
      "name": .string(grant.licenceReference), "acknowledgement": "declared",
      "licensing": .object(licensing),
      "properties": [
        property("purposes", grant.purposes.map(\.rawValue).joined(separator: ",")),
        property("rate-parts-per-million", "\(grant.rate.partsPerMillion)"),
        property("entry", "\(grant.entry.position)"),
        property("revoked-at", grant.revocation.map { "\($0.position)" } ?? "not revoked"),
      ],
    ]
    if isWhole {
      object["text"] = [
        "contentType": "application/vc", "content": .string(grant.credential.canonicalText),
      ]
    }
    return ["license": .object(object)]
  }

  // MARK: - The model

  private static func model(_ model: ModelFacts, _ facts: DisclosureFacts) -> JSON {
    var considerations: JSONObject = [:]
    if let text = facts.statements[.intendedUse] {
      considerations["useCases"] = [.string("Stated by the operator: " + text)]
    }
    if let text = facts.statements[.limitations] {
      considerations["technicalLimitations"] = [.string("Stated by the operator: " + text)]
    }
    var component: JSONObject = [
      "type": "machine-learning-model", "bom-ref": .string(model.uri),
      "name": .string(model.name), "version": .string(model.release.identifier.hex),
      "hashes": hashes(model.finish.weights),
      "modelCard": [
        "modelParameters": [
          "approach": ["type": "self-supervised"], "task": "text-generation",
          "architectureFamily": "transformer", "modelArchitecture": "Llama",
          "datasets": [["ref": .string(facts.corpus.uri)]], "inputs": [["format": "text"]],
          "outputs": [["format": "text"]],
        ],
        "quantitativeAnalysis": [
          "performanceMetrics": .array(
            model.finish.balances.map { balance in
              [
                "type": "loss in nats per byte", "slice": .string(Markdown.plain(balance.target)),
                "value": .string(ModelFacts.nats(balance.finalLoss)),
              ]
            })
        ],
        "considerations": .object(considerations),
      ],
      "properties": .array(properties(model)),
    ]
    if let licence = facts.statements.licence {
      var stated: JSONObject = ["acknowledgement": "declared"]
      // An identifier that is not of the SPDX list would not validate as one.
      stated["name"] = .string(Markdown.plain(licence.identifier ?? licence.name ?? ""))
      stated["url"] = licence.url.map { .string($0) }
      component["licenses"] = [["license": .object(stated)]]
    }
    return .object(component)
  }

  private static func properties(_ model: ModelFacts) -> [JSON] {
    [
      property("steps", "\(model.finish.steps)"), property("tokens-seen", "\(model.tokensSeen)"),
      property("parameters", "\(model.parameterCount)"), property("seed", "\(model.start.seed)"),
      property("vocabulary", "\(model.vocabularySize)"),
      property("tokenizer", model.start.tokenizer?.hex ?? "bytes"),
      property("software", model.start.software), property("kernels", model.start.kernels),
      property("library", model.start.library), property("books", model.finish.books.hex),
      property("shares", model.finish.shares.hex),
    ]
      + model.release.parents.map { property("parent", $0.hex) }
      + (model.start.base ?? [:]).sorted { $0.key < $1.key }.map {
        property("base:" + $0.key, $0.value.hex)
      }
      + model.parameters.map { property("configuration:" + $0.name, $0.value) }
      + model.shares.prefix(mostShares).map {
        property("share:" + $0.owner.did.text, "\($0.units)")
      }
  }

  /// How many owners' shares are listed; the share register has them all.
  static let mostShares = 1_000
}
