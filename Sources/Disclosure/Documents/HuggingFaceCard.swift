// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Money
import Primitives
import Register

/// A model card or a dataset card of the Hugging Face Hub: metadata as YAML, then Markdown.
struct HuggingFaceCard {
  /// The metadata, in the order in which it is written.
  let metadata: [(key: String, value: JSON)]
  /// The Markdown below it.
  let body: String

  init(_ facts: DisclosureFacts) {
    if let model = facts.model {
      metadata = Self.metadata(model, facts)
      body = Self.body(model, facts)
    } else {
      metadata = Self.metadata(facts)
      body = Self.body(facts)
    }
  }

  /// The card: JSON values are valid YAML, and each stands behind its key on one line.
  var text: String {
    let lines = metadata.map { "\($0.key): \($0.value.canonicalText)" }
    return "---\n" + lines.joined(separator: "\n") + "\n---\n\n" + body
  }

  var json: JSON {
    ["metadata": .object(JSONObject(metadata.map { ($0.key, $0.value) })), "text": .string(body)]
  }

  // MARK: - Metadata

  private static func languages(_ facts: DisclosureFacts) -> [(key: String, value: JSON)] {
    let languages = facts.statements.languages
    return languages.isEmpty ? [] : [("language", .array(languages.map { .string($0) }))]
  }

  private static func metadata(
    _ model: ModelFacts, _ facts: DisclosureFacts
  ) -> [(key: String, value: JSON)] {
    languages(facts) + licence(facts.statements.licence) + [
      ("library_name", "transformers"), ("pipeline_tag", "text-generation"),
      ("tags", ["llama", "cadastre", "consented-training-data"]),
      (
        "model-index",
        [
          [
            "name": .string(model.name),
            "results": .array(model.finish.balances.map { result($0, facts) }),
          ]
        ]
      ),
    ]
  }

  private static func result(_ balance: RunFinish.Balance, _ facts: DisclosureFacts) -> JSON {
    [
      "task": ["type": "text-generation"],
      "dataset": [
        "name": .string("held-out text of target \(Markdown.plain(balance.target))"),
        "type": .string("corpus-\(facts.corpus.manifest.short)"),
        "config": .string(Markdown.plain(balance.target)),
      ],
      "metrics": [
        [
          "type": "loss", "name": "cross-entropy, nats per byte",
          "value": .double(Double(ModelFacts.nats(balance.finalLoss)) ?? 0),
        ]
      ],
    ]
  }

  /// The hub's list of licences has no entry for a grant, and 'unknown' for what nobody stated.
  private static func licence(
    _ licence: OperatorStatements.Licence?
  ) -> [(key: String, value: JSON)] {
    guard let licence else { return [("license", "unknown")] }
    if let identifier = licence.identifier {
      return [("license", .string(identifier.lowercased()))]
    }
    return [("license", "other"), ("license_name", .string(Markdown.plain(licence.name ?? "")))]
      + (licence.url.map { [("license_link", .string($0))] } ?? [])
  }

  private static func metadata(_ facts: DisclosureFacts) -> [(key: String, value: JSON)] {
    languages(facts) + [
      ("license", "other"), ("license_name", "cadastre-grants"),
      ("license_link", .string(facts.statements.location ?? facts.register.reference)),
      ("pretty_name", .string("Corpus \(facts.corpus.manifest.short)")),
      ("task_categories", ["text-generation"]),
      ("size_categories", [.string(sizeCategory(facts.corpus.works.count))]),
      ("tags", ["cadastre", "consented-training-data"]),
    ]
  }

  /// The hub's bands for the number of records.
  static func sizeCategory(_ count: Int) -> String {
    let bounds = [
      (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
      (10_000_000, "1M<n<10M"),
    ]
    return bounds.first { count < $0.0 }?.1 ?? "10M<n<100M"
  }

  // MARK: - Text

  private static func body(_ model: ModelFacts, _ facts: DisclosureFacts) -> String {
    var lines = ["# \(model.name)", ""]
    lines += [
      "A language model of \(model.parameterCount) parameters, trained on"
        + " \(facts.corpus.works.count) works of \(facts.corpus.owners.count) owners"
        + (facts.corpus.rates.map {
          ", each under a signed, revocable grant at a royalty of \($0) of attributed revenue."
        }
          ?? "."),
      "",
      "## What the log binds", "",
    ]
    lines += rows([
      ("identifier", model.release.identifier.hex), ("weights", model.finish.weights.hex),
      ("share register", model.finish.shares.hex), ("books", model.finish.books.hex),
      ("manifest", facts.corpus.manifest.hex), ("text admitted", "\(facts.corpus.byteCount) bytes"),
      ("register", "\(facts.register.origin), \(facts.register.treeSize) entries"),
      ("Merkle root", facts.register.root.hex),
      ("run started", model.started.at.description), ("released", model.released.at.description),
      ("steps", "\(model.finish.steps)"), ("tokens seen", "\(model.tokensSeen)"),
      ("tokenizer", model.start.tokenizer?.hex ?? "bytes"), ("seed", "\(model.start.seed)"),
      ("software", "\(model.start.software); \(model.start.kernels); \(model.start.library)"),
    ])
    lines += ["", "## Loss on held-out text, nats per byte", ""]
    lines += ["| target | before | after | commons line |", "|---|---|---|---|"]
    for (balance, target) in zip(model.finish.balances, model.start.targets) {
      lines.append(
        "| \(Markdown.line(balance.target)) | \(ModelFacts.nats(balance.initialLoss)) |"
          + " \(ModelFacts.nats(balance.finalLoss)) | \(ModelFacts.nats(target.commonsLine)) |")
    }
    lines += ["", "## Who holds the model", "", "| owner | share |", "|---|---|"]
    for share in model.shares.prefix(mostRows) {
      lines.append("| \(Markdown.line(share.owner.label)) | \(Share.percentText(share.units)) |")
    }
    if model.shares.count > mostRows {
      lines.append("| \(model.shares.count - mostRows) more | in the share register |")
    }
    return (lines + [""] + closing(facts)).joined(separator: "\n") + "\n"
  }

  private static func body(_ facts: DisclosureFacts) -> String {
    let corpus = facts.corpus
    var lines = ["# Corpus \(corpus.manifest.short)", ""]
    lines += [
      "\(corpus.works.count) works of \(corpus.owners.count) owners, \(corpus.byteCount) bytes,"
        + " admitted to \(corpus.purpose.rawValue). The texts are not part of the card.", "",
      "## What the log binds", "",
    ]
    lines += rows([
      ("manifest", corpus.manifest.hex), ("decisions", corpus.decisionsRoot.hex),
      ("admitted", "\(corpus.admission.at), entry \(corpus.admission.position)"),
      ("refused", "\(corpus.refused)"),
      ("register", "\(facts.register.origin), \(facts.register.treeSize) entries"),
      ("Merkle root", facts.register.root.hex),
    ])
    lines += [
      "", "## Grants", "", "| grant | by | rate | until | revoked |", "|---|---|---|---|---|",
    ]
    for grant in corpus.grants.prefix(mostRows) {
      lines.append(
        "| \(grant.identifier.short) | \(Markdown.line(grant.issuer.label)) | \(grant.rate) |"
          + " \(grant.validUntil?.date ?? "no end") |"
          + " \(grant.revocation.map { "entry \($0.position)" } ?? "no") |")
    }
    if corpus.grants.count > mostRows {
      lines.append("| \(corpus.grants.count - mostRows) more | in the log | | | |")
    }
    return (lines + [""] + closing(facts)).joined(separator: "\n") + "\n"
  }

  private static func rows(_ pairs: [(String, String)]) -> [String] {
    ["| what | value |", "|---|---|"]
      + pairs.map { "| \($0.0) | \(Markdown.line($0.1)) |" }
  }

  private static func closing(_ facts: DisclosureFacts) -> [String] {
    var lines: [String] = []
    for (title, topic, missing) in [
      ("Intended use", OperatorStatements.Topic.intendedUse, "the operator stated none"),
      ("Limitations", .limitations, "the operator stated none"),
      ("Personal information", .personalInformation, "the register does not examine content"),
    ] {
      lines += ["## \(title)", ""]
      lines += [
        facts.statements[topic].map { Markdown.line($0) + " *(stated by the operator)*" }
          ?? "Not known: \(missing).", "",
      ]
    }
    return lines + [
      "## Consent", "",
      "The consents are the grants in the log: \(Markdown.line(facts.register.reference)).",
      "Made by \(facts.register.software); check it with 'cadastre verify'.",
    ]
  }

  /// How many rows a table of the card has.
  static let mostRows = 50
}
