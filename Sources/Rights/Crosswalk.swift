// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Register

/// One term of one vocabulary, and what it means for the purposes of this register.
package struct CrosswalkRow: Sendable {
  /// The vocabulary.
  package let format: SignalFormat
  /// The term as it is written.
  package let term: String
  /// The purposes that its negation prohibits: wide, since a doubt prohibits.
  package let prohibits: [Purpose]
  /// The purposes that its affirmation allows: narrow, since a doubt allows nothing.
  package let allows: [Purpose]
  /// The version of the vocabulary that has the term, where the versions differ.
  package let version: String?
}

/// From the terms of every format to purposes: the one table that reading and publishing use.
///
/// A term names what it prohibits and what it allows apart. Where a vocabulary is coarser than the
/// purposes here, a prohibition takes in all that the term may mean.
package enum Crosswalk {
  /// Changing the parameters of a model: what vocabularies call training.
  package static let training: [Purpose] = [.train, .fineTune, .distil]
  private static let everything = Purpose.allCases

  /// All rows.
  package static let rows: [CrosswalkRow] = rsl + aipref + contentSignal + marks + plus + mining

  private static func row(
    _ format: SignalFormat, _ term: String, _ prohibits: [Purpose], _ allows: [Purpose] = [],
    version: String? = nil
  ) -> CrosswalkRow {
    CrosswalkRow(
      format: format, term: term, prohibits: prohibits, allows: allows, version: version)
  }

  private static let rsl: [CrosswalkRow] =
    [
      row(.rsl, "all", everything, everything),
      row(.rsl, "ai-all", everything, everything),
      row(.rsl, "ai-train", training, [.train]),
      row(.rsl, "ai-input", [.ground], [.ground]),
      row(.rsl, "ai-index", [.index], [.index]),
      // Who forbids even a list of links forbids an index of one's own.
      row(.rsl, "search", [.index]),
    ]
    + Purpose.allCases.map { row(.rsl, extensionPrefix + $0.rawValue, [$0], [$0]) }

  /// Labels of old drafts are read as prohibitions only: what they allowed has changed since.
  private static let aipref: [CrosswalkRow] = [
    row(.aipref, "train-ai", training, [.train], version: aiprefVersion),
    row(.aipref, "search", [.index], version: aiprefVersion),
    row(.aipref, "ai-output", [.ground], version: "draft-ietf-aipref-vocab-04"),
    row(.aipref, "bots", everything, version: "draft-ietf-aipref-vocab-03"),
    row(.aipref, "train-genai", training, version: "draft-ietf-aipref-vocab-02"),
    row(.aipref, "ai-use", [.ground, .evaluate], version: "draft-ietf-aipref-vocab-02"),
    row(.aipref, "all", everything, version: "draft-ietf-aipref-vocab-02"),
    row(.aipref, "tdm", everything, version: "draft-ietf-aipref-vocab-01"),
    row(.aipref, "ai", everything, version: "draft-ietf-aipref-vocab-01"),
    row(.aipref, "genai", training, version: "draft-ietf-aipref-vocab-01"),
    row(.aipref, "inference", [.ground], version: "draft-ietf-aipref-vocab-01"),
  ]

  private static let contentSignal: [CrosswalkRow] = [
    row(.contentSignal, "ai-train", training, [.train]),
    row(.contentSignal, "ai-input", [.ground], [.ground]),
    row(.contentSignal, "search", [.index]),
  ]

  private static let marks: [CrosswalkRow] = [
    row(.robotsTag, "noai", training),
    row(.robotsTag, "noimageai", training),
    row(.aiTxt, "disallow", training),
    row(.aiTxt, "allow", [], [.train]),
    row(.tdmrep, "1", everything),
    row(.tdmrep, "0", [], everything),
  ]

  private static let plus: [CrosswalkRow] = [
    row(.plus, "DMI-ALLOWED", [], everything),
    row(.plus, "DMI-PROHIBITED-AIMLTRAINING", training),
    row(.plus, "DMI-PROHIBITED-GENAIMLTRAINING", training),
    row(.plus, "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING", everything),
    row(.plus, "DMI-PROHIBITED", everything),
    row(.plus, "DMI-PROHIBITED-SEECONSTRAINT", everything),
  ]

  private static let mining: [CrosswalkRow] =
    ["cawg.", "c2pa."].flatMap { prefix in
      [
        row(.trainingMining, prefix + "ai_generative_training", training, [.train]),
        row(.trainingMining, prefix + "ai_training", training),
        row(.trainingMining, prefix + "ai_inference", [.ground], [.ground]),
        row(.trainingMining, prefix + "data_mining", [.index, .evaluate]),
      ]
    } + Purpose.allCases.map { row(.trainingMining, miningPrefix + $0.rawValue, [$0], [$0]) }

  /// Before a purpose's name, a usage of RSL that names exactly that purpose.
  package static let extensionPrefix = "cadastre:"
  /// The namespace that `cadastre:` stands for in XML.
  package static let namespace = "urn:cadastre:terms:v1#"
  /// Before a purpose's name, an entry of a training-mining assertion for exactly that purpose.
  package static let miningPrefix = "cadastre."
  /// The draft whose text was at hand when the readers were written.
  package static let aiprefVersion = "draft-ietf-aipref-vocab-07"

  private static let index: [SignalFormat: [String: CrosswalkRow]] = {
    var index: [SignalFormat: [String: CrosswalkRow]] = [:]
    for row in rows { index[row.format, default: [:]][row.term] = row }
    return index
  }()

  /// The row of a term; nil for a term that the vocabulary does not have.
  package static func row(_ format: SignalFormat, _ term: String) -> CrosswalkRow? {
    index[format]?[term]
  }

  /// What it means that a term is affirmed or negated; silence for an unknown term.
  package static func stances(
    _ format: SignalFormat, _ term: String, isAllowed: Bool
  ) -> Stances {
    guard let row = row(format, term) else { return Stances() }
    return isAllowed
      ? Stances(.allowed, for: row.allows) : Stances(.prohibited, for: row.prohibits)
  }

  /// The version of a vocabulary that is read and recorded where its terms do not say another.
  package static func version(of format: SignalFormat) -> String {
    switch format {
    case .rsl: "1.0"
    case .aipref: aiprefVersion
    case .contentSignal: "2025-09"
    case .robots: "RFC 9309"
    case .robotsTag: "noai 2022"
    case .tdmrep: "W3C CG 2025-12"
    case .aiTxt: "Spawning 2023"
    case .plus: "IPTC 2023.1"
    case .trainingMining: "CAWG 1.1"
    }
  }
}
