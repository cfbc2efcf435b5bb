// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments

/// The commands that divide a sum over people.
extension CadastreCommands {
  static let restitute = Command(
    "restitute", summary: "Divide a sum over people by territory and language",
    discussion: """
      Reads where a corpus comes from, and from CLDR who lives where and speaks what; divides the sum \
      to the last minor unit, with and without the weights of a signed policy side by side. Without \
      a policy the contribution alone counts. What is not known stops the command unless the policy \
      says what to do.
      """,
    arguments: [
      CommandArgument(.text("PROCEEDS"), help: "The sum and its currency: '1000000.00 EUR'.")
    ],
    options: [
      CommandOption(
        "profile", value: .file("FILE"),
        help:
          "Where the corpus comes from: a profile by language or territory, a manifest, or a model's"
          + " name.", isRequired: true),
      CommandOption(
        "policy", value: .file("FILE"),
        help: "What 'cadastre restitution sign' wrote. Default: no weights, no dividend."),
      CommandOption(
        "signer", value: .text("DID"),
        help: "Whose proof the policy must have. Default: the register's operator."),
      CommandOption(
        "territories", value: .directory("DIR"),
        help: "CLDR's directory 'common'. Default: that of Debian's unicode-cldr-core."),
      CommandOption(
        "out", value: .directory("DIR"),
        help: "Write restitution.json, amounts.csv and report.html there."),
      CommandOption("html", value: .file("FILE"), help: "Write the report as one HTML page."),
      .flag("all", help: "Show every territory, not only the largest amounts."),
    ],
    examples: [
      CommandExample(
        "cadastre restitute '1000000.00 EUR' --profile crawl.json --policy policy.json --out result",
        "A million by the policy, with a map."),
      CommandExample(
        "cadastre restitute '500.00 EUR' --profile poems-1m", "By a model's shares, no weights."),
    ])

  static let concentration = Command(
    "concentration", summary: "Show how much is held by how few, and what a lever would change",
    discussion: """
      Measures a model's shares, or with a period (or without a model) the money of settled \
      statements: Gini, Theil, Herfindahl–Hirschman, top parts and effective numbers, over holders \
      and over all registered contributors. For each lever it says what it would change, and what a \
      payee would gain by splitting into several accounts. Nothing is paid by it.
      """,
    options: [
      CommandOption(
        "model", value: .text("MODEL"),
        help: "The model whose shares are measured; with --period the money of that model."),
      CommandOption(
        "period", value: .text("PERIOD"), help: "The settled period. Default: all periods."),
      CommandOption(
        "currency", value: .text("CODE"),
        help: "Which money, where several currencies are settled."),
      CommandOption(
        "cap", value: .text("RATE"), help: "The lever: at most this part of the whole each.",
        defaultValue: "5%"),
      CommandOption(
        "floor", value: .text("RATE"), help: "The lever: at least this part of the mean each.",
        defaultValue: "25%"),
      CommandOption(
        "dividend", value: .text("RATE"), help: "The lever: this part of the whole per head.",
        defaultValue: "20%"),
      CommandOption(
        "accounts", value: .text("N"), help: "Into how many accounts a payee splits, 2 to 10,000.",
        defaultValue: "10"),
      CommandOption(
        "replicates", value: .text("N"), help: "How many draws the intervals rest on.",
        defaultValue: "1000"),
      CommandOption("seed", value: .text("N"), help: "The seed of the draws.", defaultValue: "1"),
      CommandOption("html", value: .file("FILE"), help: "Write the answer as one HTML page."),
    ],
    examples: [
      CommandExample("cadastre concentration --model poems-1m", "Of a model's shares."),
      CommandExample(
        "cadastre concentration --period 2026-Q4 --html concentration.html",
        "Of the money of a quarter, as a page."),
    ])

  static let restitutionSign = Command(
    "restitution sign", summary: "Sign a policy of restitution as the operator",
    discussion: """
      Reads the policy, refuses parameters out of range, and writes it with the operator's Data \
      Integrity proof. Results name the digest of the policy without the proof.
      """,
    arguments: [CommandArgument(.file("FILE"), help: "The policy as JSON.")],
    options: [
      CommandOption(
        "out", value: .file("SIGNED"), help: "Where to put the signed policy.", isRequired: true)
    ],
    examples: [
      CommandExample(
        "cadastre restitution sign draft.json --out policy.json", "Sign a draft.")
    ])
}
