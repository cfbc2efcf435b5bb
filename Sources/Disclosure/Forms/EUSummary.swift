// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
import Primitives
import Register

/// The public summary of training content of Article 53(1)(d) of the EU AI Act, in the sections of the
/// Commission's template of 24 July 2025.
enum EUSummary {
  static func form(_ facts: DisclosureFacts) -> DisclosureForm {
    DisclosureForm(
      title: "Public summary of training content: \(facts.model?.name ?? "a corpus")",
      preamble: ["Template of Article 53(1)(d), Regulation (EU) 2024/1689."]
        + DisclosureForm.preamble(facts),
      sections: [
        head(facts), provider(facts), model(facts), characteristics(facts), publicDatasets(facts),
        licensed(facts), privateDatasets(facts), crawled(facts), userData(facts), synthetic(facts),
        otherSources(facts), reservations(facts), illegal(facts), other(facts),
      ])
  }

  private static func head(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("0", "This document")
    let moment = facts.model?.released ?? facts.corpus.admission
    section.add("version", "Version", .register("log size \(facts.register.treeSize)"))
    section.add("lastUpdate", "Last update of the content", .register(moment.at.date))
    return section
  }

  private static func provider(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("1.1", "Provider")
    section.add(
      "provider", "Name, address and contact",
      .stated(
        facts.statements.provider?.text,
        else: "the register knows its keeper as \(facts.register.keeper.label); give 'provider'"))
    section.add(
      "representative", "Representative in the Union",
      .stated(
        facts.statements.representative?.text,
        else: "needed where the provider is outside the Union; give 'euRepresentative'"))
    return section
  }

  private static func model(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("1.2", "Model")
    guard let model = facts.model else {
      section.add("name", "Versioned name", .notApplicable("a manifest is disclosed, no model"))
      return section
    }
    section.add(
      "name", "Versioned name", .register("\(model.name), SHA-256 \(model.release.identifier.hex)"))
    let parents = model.release.parents.map(\.hex).joined(separator: ", ")
    let base = model.start.base.map { files in
      files.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.hex)" }.joined(separator: ", ")
    }
    section.add(
      "dependencies", "Models it was made from",
      parents.isEmpty && base == nil
        ? .register("None: it was trained from a seeded start")
        : .register(
          [parents.isEmpty ? nil : "models " + parents, base.map { "files " + $0 }]
            .compactMap(\.self).joined(separator: "; ")))
    section.add(
      "placedOnMarket", "Date placed on the Union market",
      .stated(
        facts.statements.placedOnMarket,
        else: "the log has its release on \(model.released.at.date); give 'placedOnMarket'"))
    return section
  }

  private static func characteristics(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("1.3", "Modalities, size and characteristics")
    section.add("text", "Text", .register("Yes"))
    section.add("textSize", "Size of the text", .register(TextSize(facts).sentence))
    for modality in ["Image", "Audio", "Video"] {
      section.add(
        modality.lowercased(), modality,
        .register("No: the gate admits texts in UTF-8 only"))
    }
    section.add(
      "contentTypes", "Types of content",
      .stated(
        facts.statements[.contentTypes],
        else: "the register holds digests of works; give 'contentTypes'"))
    section.add(
      "latestAcquisition", "Latest acquisition",
      facts.corpus.collection.map {
        .register("\($0.upperBound.date), when the last admitted work was registered")
      } ?? .notApplicable("no work was admitted"))
    section.add(
      "languages", "Languages",
      .stated(
        facts.statements.languages.isEmpty
          ? nil : facts.statements.languages.joined(separator: ", "),
        else: "the register does not identify languages; give 'languages'"))
    section.add(
      "comments", "Comments",
      .register(
        "\(facts.corpus.works.count) works of \(facts.corpus.owners.count) owners;"
          + " manifest \(facts.corpus.manifest.hex)"))
    return section
  }

  private static func publicDatasets(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("2.1", "Publicly available datasets")
    section.add(
      "publicDatasets", "Used",
      .register(
        """
        No: no dataset was taken as a whole. Every work was admitted by itself under a grant signed \
        by its registered owner. Whether a work also occurs in a public dataset is not recorded
        """))
    return section
  }

  private static func licensed(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("2.2.1", "Licensed by rightsholders")
    let corpus = facts.corpus
    guard let rates = corpus.rates else {
      section.add("licensed", "Used", .register("No: no work was admitted"))
      return section
    }
    let paid = corpus.grants.contains { $0.rate.partsPerMillion > 0 }
    section.add(
      "licensed", "Used",
      .register(
        """
        Yes: all \(corpus.works.count) works, under \(corpus.grants.count) grants signed by their \
        owners\(paid ? "" : ", none for payment")
        """))
    section.add("licensedModalities", "Modalities", .register("Text"))
    section.add(
      "licenceTerms", "Terms",
      .register("royalty of \(rates) of the revenue attributed to a work; every grant is revocable")
    )
    section.add(
      "licencesRevoked", "Revoked since the admission",
      .register(
        corpus.revoked.isEmpty
          ? "None"
          : "\(corpus.revoked.count) of \(corpus.grants.count) grants; no new run may use them"))
    return section
  }

  private static func privateDatasets(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("2.2.2", "Other datasets of third parties")
    section.add(
      "privateDatasets", "Used", .register("No: what no owner granted was not admitted"))
    return section
  }

  private static func crawled(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("2.3", "Crawled and scraped from online sources")
    section.add(
      "crawled", "Used",
      .register(
        """
        No: the register has no crawler and admits no work because it is online. How a copy of a \
        granted work reached the operator is not recorded
        """))
    for (key, label) in [
      ("crawlers", "Crawlers and their behaviour"), ("crawlPeriod", "Period"),
      ("topDomains", "Most relevant domain names"),
    ] {
      section.add(key, label, .notApplicable("nothing was crawled"))
    }
    return section
  }

  private static func userData(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("2.4", "User data")
    let answer = Answer.stated(
      facts.statements[.userData],
      else: "a work is admitted by its owner's grant, whatever it was made of; give 'userData'")
    section.add("userInteractions", "From interactions with the model", answer)
    section.add("userServices", "From the provider's other services", answer)
    return section
  }

  private static func synthetic(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("2.5", "Synthetic data")
    section.add(
      "synthetic", "Used, and made by which models",
      .stated(
        facts.statements[.syntheticData],
        else: "the register does not record how a work was made; give 'syntheticData'"))
    return section
  }

  private static func otherSources(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("2.6", "Other sources")
    section.add("otherSources", "Used", .register("No"))
    return section
  }

  private static func reservations(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("3.1", "Reservations of rights")
    section.add(
      "codeOfPractice", "Signatory of the Code of Practice",
      .stated(
        facts.statements.signsCodeOfPractice.map { $0 ? "Yes" : "No" },
        else: "give 'codeOfPractice'"))
    section.add(
      "measures", "Measures",
      .register(
        """
        The exception for text and data mining is not relied on: nothing is admitted without a \
        grant, so a work whose owner reserves it is refused like any other. Decisions on all \
        candidates stand under the Merkle root \(facts.corpus.decisionsRoot.hex), \
        \(facts.corpus.refused) of them refusals
        """))
    section.add(
      "protocols", "Protocols honoured and further measures",
      .stated(facts.statements[.rightsReservations], else: "give 'rightsReservations'"))
    return section
  }

  private static func illegal(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("3.2", "Removal of illegal content")
    section.add(
      "illegalContent", "Measures",
      .stated(
        facts.statements[.illegalContent],
        else: "the register does not judge content; give 'illegalContent'"))
    return section
  }

  private static func other(_ facts: DisclosureFacts) -> DisclosureForm.Section {
    var section = DisclosureForm.Section("3.3", "Other information")
    if let text = facts.statements[.otherInformation] {
      section.add("other", "Other", .statement(text))
    }
    if let model = facts.model {
      section.add(
        "shares", "Who holds the model",
        .register(
          "\(model.shares.count) owners by a share register of SHA-256 \(model.finish.shares.hex)"))
    }
    section.add("consents", "Evidence of consent", .register(facts.register.reference))
    return section
  }
}
