// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Register

/// The twelve items of California's AB 2013 (Civil Code section 3111): a summary of the datasets that
/// a generative system was trained on.
enum CaliforniaSummary {
  static func form(_ facts: DisclosureFacts) -> DisclosureForm {
    var section = DisclosureForm.Section("3111(a)", "The dataset")
    sources(facts, &section)
    content(facts, &section)
    handling(facts, &section)
    return DisclosureForm(
      title: "Training data of \(facts.model?.name ?? "a corpus"): AB 2013 documentation",
      preamble: ["Civil Code of California, section 3111."] + DisclosureForm.preamble(facts),
      sections: [section])
  }

  private static func sources(_ facts: DisclosureFacts, _ section: inout DisclosureForm.Section) {
    let owners = facts.corpus.owners
    let listed = owners.prefix(mostOwners).map(\.label).joined(separator: ", ")
    let rest = owners.count - min(owners.count, mostOwners)
    section.add(
      "sources", "1. Sources or owners",
      owners.isEmpty
        ? .notApplicable("no work was admitted")
        : .register(
          "\(owners.count) owners: \(listed)"
            + (rest > 0 ? " and \(rest) more in manifest \(facts.corpus.manifest.hex)" : "")))
    section.add(
      "purpose", "2. How it serves the intended purpose",
      facts.statements[.intendedUse].map(Answer.statement)
        ?? .register(
          "admitted to \(facts.corpus.purpose.rawValue); what the model is meant for is not stated")
    )
    section.add(
      "dataPoints", "3. Number of data points",
      .register("\(facts.corpus.works.count) works, \(facts.corpus.byteCount) bytes"))
  }

  private static func content(_ facts: DisclosureFacts, _ section: inout DisclosureForm.Section) {
    let statements = facts.statements
    section.add(
      "types", "4. Types of data points",
      statements[.contentTypes].map { .statement("texts in UTF-8, without labels; " + $0) }
        ?? .register("texts in UTF-8, without labels"))
    let marks = [statements[.copyright], statements[.trademarks], statements[.patents]]
      .compactMap(\.self)
    section.add(
      "rights", "5. Copyright, trademark or patent, or public domain",
      .stated(
        marks.isEmpty ? nil : marks.joined(separator: "; "),
        else: """
          every work has a registered owner and a grant, but the register does not establish which \
          rights subsist; give 'copyright', 'trademarks' or 'patents'
          """))
    section.add(
      "licensed", "6. Purchased or licensed",
      .register(
        facts.corpus.rates.map {
          "Licensed: \(facts.corpus.grants.count) grants, royalty of \($0) of attributed revenue"
        } ?? "No work was admitted"))
    section.add(
      "personalInformation", "7. Personal information",
      .stated(
        statements[.personalInformation],
        else: "the register does not examine content; give 'personalInformation'"))
    section.add(
      "consumerInformation", "8. Aggregate consumer information",
      .stated(
        statements[.userData],
        else: "the register does not examine content; give 'userData'"))
  }

  private static func handling(_ facts: DisclosureFacts, _ section: inout DisclosureForm.Section) {
    section.add(
      "cleaning", "9. Cleaning, processing and its purpose",
      facts.statements[.cleaning].map(Answer.statement)
        ?? .register(
          """
          Works are used byte for byte; copies of other owners' works and near duplicates are \
          refused so that nobody is paid for another's work: \(facts.corpus.refused) of \
          \(facts.corpus.refused + facts.corpus.works.count) decisions are refusals of any kind. \
          What the operator did before is not recorded
          """))
    section.add(
      "collectionPeriod", "10. Period of collection, and whether it goes on",
      facts.corpus.collection.map {
        .register(
          """
          registered from \($0.lowerBound.date) to \($0.upperBound.date); closed by the admission \
          of \(facts.corpus.admission.at.date)
          """)
      } ?? .notApplicable("no work was admitted"))
    section.add(
      "firstUse", "11. First use in development",
      facts.model.map { .register("\($0.started.at.date), when the run was started") }
        ?? .notApplicable("a manifest is disclosed, no run"))
    section.add(
      "synthetic", "12. Synthetic data",
      .stated(
        facts.statements[.syntheticData],
        else: "the register does not record how a work was made; give 'syntheticData'"))
  }

  /// How many owners are listed before the manifest is referred to.
  static let mostOwners = 200
}
