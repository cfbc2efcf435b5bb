// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Register

/// The commands on collections and grants.
extension CadastreCommands {
  /// The purposes by the names that options take.
  static let purposes = Purpose.allCases.map(\.rawValue)

  static let collectionAdd = Command(
    "collection add", summary: "Declare a list of works that one grant can cover",
    discussion: """
      The collection is named by the Merkle root over its works, so it can never change. All works must \
      be registered, and the key's owner must own each, alone or with others.
      """,
    arguments: [
      CommandArgument(
        .text("WORK"), help: "Works, by digest or enough of its beginning.", isVariadic: true)
    ],
    options: [key],
    examples: [
      CommandExample("cadastre collection add 3f2a9c 91c0de --key ada", "Print its root.")
    ])
  static let collectionList = Command(
    "collection list", summary: "List declared collections",
    examples: [CommandExample("cadastre collection list --json", "With all works.")])

  static let grant = Command(
    "grant", summary: "Sign a grant, or take in one that was signed elsewhere",
    discussion: """
      A grant is a W3C Verifiable Credential signed with eddsa-jcs-2022. It names each purpose; none \
      implies another. It ends when it is revoked, or at --until. Of a work with several owners each \
      signs a grant of its own, and the work may be used once those that agree on the price reach the \
      quorum: --join takes over the terms of another owner's grant.
      """,
    options: [
      CommandOption(
        "work", value: .text("WORK"), help: "The work, by digest or its beginning.",
        isRepeatable: true),
      CommandOption(
        "collection", value: .text("ROOT"), help: "A declared collection, by its root."),
      .flag("all", help: "Every work of the key's owner, present and future."),
      CommandOption(
        "model", value: .text("MODEL"),
        help: "What a released model generates, for who wants to learn from it."),
      CommandOption(
        "purpose", value: .choice("PURPOSE", purposes),
        help: "What for; repeat for several.", isRepeatable: true),
      CommandOption(
        "rate", value: .text("RATE"),
        help: "The royalty on the revenue attributed to the work, such as 5%."),
      CommandOption(
        "minimum-fee", value: .text("FEE"),
        help:
          "What a model that used the work owes for it at least, once it earns, such as '2.50 EUR'."
          + " Default: nothing."),
      CommandOption(
        "grantee", value: .text("DID"), help: "Whom it allows. Default: the register's operator."),
      .flag("anyone", help: "Allow anyone, not one party."),
      CommandOption(
        "territory", value: .text("CC"),
        help:
          "Where it holds, as two letters of ISO 3166-1; repeat for several. Default: everywhere.",
        isRepeatable: true),
      CommandOption(
        "from", value: .text("DATE"), help: "When it begins, such as 2027-01-01. Default: now."),
      CommandOption(
        "until", value: .text("DATE"), help: "When it ends, such as 2030-12-31. Default: never."),
      .flag("no-inheritance", help: "Models derived from a model that used it owe nothing."),
      CommandOption(
        "join", value: .text("GRANT"),
        help: "Sign the same terms as this grant, in place of all options above."),
      CommandOption("key", value: .text("KEY"), help: "The owner's key, by name or by file."),
      CommandOption(
        "import", value: .file("FILE"),
        help: "A signed credential to verify and log in place of all other options."),
    ],
    examples: [
      CommandExample(
        "cadastre grant --all --purpose train --purpose evaluate --rate 5% --key ada",
        "All of Ada's works, for training and evaluation."),
      CommandExample(
        "cadastre grant --work 3f2a9c --purpose train --rate 8% --minimum-fee '2.50 EUR'"
          + " --territory DE --territory AT --key ada", "One work, in two countries."),
      CommandExample("cadastre grant --join 91c0de --key ben", "The second owner agrees."),
      CommandExample("cadastre grant --import grant.json", "One signed elsewhere."),
    ])
  static let grantsCheck = Command(
    "grants check", summary: "Say whether a credential may be relied on, check by check",
    discussion: """
      Verifies the signature and the terms. What became of the grant is read from the register, or, by who \
      has none, from the status lists that the credential names. Exits 1 where one check does not hold.
      """,
    arguments: [CommandArgument(.file("FILE"), help: "The credential.")],
    options: [
      CommandOption("purpose", value: .choice("PURPOSE", purposes), help: "The use."),
      CommandOption("grantee", value: .text("DID"), help: "Who wants to use it."),
      CommandOption("territory", value: .text("CC"), help: "Where."),
      CommandOption("at", value: .text("MOMENT"), help: "When. Default: now."),
      CommandOption(
        "status-list", value: .file("FILE"), help: "A status list; repeat for several.",
        isRepeatable: true),
      CommandOption(
        "operator", value: .text("DID"),
        help: "Who signs the status lists. Default: the operator of the register here."),
    ],
    examples: [
      CommandExample(
        "cadastre grants check grant.json --purpose train --grantee did:key:z6Mk…",
        "Beside a register."),
      CommandExample(
        "cadastre grants check grant.json --status-list revocation-0.json --status-list"
          + " suspension-0.json --operator did:key:z6Mk…", "Without one."),
    ])
  static let revoke = change(
    "revoke", summary: "Revoke a grant for all runs that start from now on", example: "For good.")
  static let suspend = change(
    "suspend", summary: "Suspend a grant until it is resumed",
    example: "No run may start on it meanwhile.")
  static let resume = change(
    "resume", summary: "Let a suspended grant hold again", example: "As before.")

  private static func change(_ name: String, summary: String, example: String) -> Command {
    Command(
      name, summary: summary,
      arguments: [
        CommandArgument(.text("GRANT"), help: "The grant's digest, or enough of its beginning.")
      ],
      options: [key], examples: [CommandExample("cadastre \(name) 91c0de --key ada", example)])
  }
}
