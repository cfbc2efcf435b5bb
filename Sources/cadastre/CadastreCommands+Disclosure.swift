// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Disclosure

/// The command that fills the documents others ask for.
extension CadastreCommands {
  /// The word that stands for every format.
  static let allFormats = "all"

  static let export = Command(
    "export", summary: "Write the document that a hub, a regulator or a buyer asks for",
    discussion: """
      Every field is filled from the register. What the register does not know is said to be not \
      known, with the reason; what only the operator can say comes from --statements and is marked \
      as the operator's statement. Names and titles stay out unless --names is given: parties are \
      their keys and works their digests. The same register gives the same bytes.

      croissant: MLCommons Croissant 1.1, one record a work. spdx: SPDX 3.0.1 with its AI and \
      dataset profiles. cyclonedx: CycloneDX 1.6. hf-card: a model or dataset card of the Hugging \
      Face Hub. eu-summary: the public summary of Article 53(1)(d) of the EU AI Act. ab2013: the \
      twelve items of California's AB 2013. data-provenance: the Data & Trust Alliance's standards \
      1.0.0. all: every one of them, into the directory of --out.
      """,
    arguments: [
      CommandArgument(.text("MODEL|MANIFEST"), help: "A released model, or what 'admit' wrote.")
    ],
    options: [
      CommandOption(
        "format",
        value: .choice("FORMAT", DisclosureFormat.allCases.map(\.rawValue) + [allFormats]),
        help: "Which document.", isRequired: true),
      CommandOption(
        "out", value: .file("FILE"), help: "Where to put it. Default: standard output."),
      CommandOption(
        "statements", value: .file("FILE"),
        help: "What only the operator can say, as JSON: provider, licence, languages and others."),
      .flag("names", help: "Name owners and works as far as their names are kept here."),
    ],
    examples: [
      CommandExample(
        "cadastre export poems-1m --format eu-summary", "Read the summary in the terminal."),
      CommandExample(
        "cadastre export poems-1m --format all --out documents --statements us.json",
        "All documents of a model."),
      CommandExample(
        "cadastre export manifest.json --format croissant --out corpus.json", "A corpus alone."),
    ])
}
