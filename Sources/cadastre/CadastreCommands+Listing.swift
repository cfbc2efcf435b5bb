// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Register
import Storage

/// The commands that list and show works and grants.
extension CadastreCommands {
  private static let limit = CommandOption(
    "limit", value: .text("N"), help: "How many to show at most, up to \(ListPage.largestLimit).",
    defaultValue: "50")
  private static let after = CommandOption(
    "after", value: .text("CURSOR"),
    help: "Go on after this one: 'next' of the page before. Default: from the first.")
  private static let purposeForm = ValueForm.choice("PURPOSE", Purpose.allCases.map(\.rawValue))

  static let workList = Command(
    "work list", summary: "List registered works, page by page",
    discussion: """
      Reads the projection, which must stand at the log's signed checkpoint. All conditions must hold. \
      JSON has 'works', 'count' (null where counting would read everything) and 'next', the cursor \
      of the following page, or null.
      """,
    options: [
      CommandOption(
        "owner", value: .text("DID"), help: "Only the works of this party, by did or key."),
      CommandOption(
        "title", value: .text("TEXT"),
        help: "Only works whose title, kept here, holds this text; ASCII case does not matter."),
      CommandOption(
        "granted-for", value: purposeForm,
        help: "Only works that a standing grant for this covers, to whomever."),
      .flag("ungranted", help: "Only works that no standing grant covers."),
      CommandOption(
        "sort", value: .choice("ORDER", WorkOrder.allCases.map(\.rawValue)),
        help: "The order. By title come only works whose title is kept here.",
        defaultValue: WorkOrder.position.rawValue),
      limit, after,
    ],
    examples: [
      CommandExample("cadastre work list --owner ada --sort bytes", "Ada's works, smallest first."),
      CommandExample(
        "cadastre work list --ungranted --json", "What nobody may use, for a program."),
    ])

  static let workDuplicates = Command(
    "work duplicates", summary: "List registered works that are nearly the same text",
    discussion: """
      Two works are near-duplicates when each has half of the other's runs of eight words; groups are \
      joined by such pairs. Of a group the work registered first is credited: the gate refuses the \
      others beside it, as copies of another owner's work or of the owner's own in the same corpus.
      """,
    examples: [CommandExample("cadastre work duplicates --json", "For a program.")])

  static let workShow = Command(
    "work show", summary: "Show one work, its owner, its grants and where it was used",
    arguments: [
      CommandArgument(.text("WORK"), help: "The work's digest, or enough of its beginning.")
    ],
    examples: [CommandExample("cadastre work show 3f2a9c", "By the beginning of its digest.")])

  static let grantsList = Command(
    "grants list", summary: "List grants and what became of them, page by page",
    discussion: """
      Reads the projection, which must stand at the log's signed checkpoint. All conditions must hold. \
      JSON has 'grants', 'count' (null where counting would read everything) and 'next', the cursor \
      of the following page, or null.
      """,
    options: [
      CommandOption(
        "issuer", value: .text("DID"), help: "Only what this party granted, by did or key."),
      CommandOption(
        "work", value: .text("WORK"),
        help: "Only grants that cover this work, by digest or its beginning."),
      CommandOption(
        "grantee", value: .text("DID"),
        help: "Only grants to this party, by did or key, or to 'anyone'."),
      CommandOption("purpose", value: purposeForm, help: "Only grants that name this purpose."),
      CommandOption(
        "state", value: .choice("STATE", GrantState.allCases.map(\.rawValue)),
        help: "Only grants that became this."),
      .flag(
        "credentials",
        help: "With --json, add each credential, read from its log entry and verified."),
      limit, after,
    ],
    examples: [
      CommandExample("cadastre grants list --issuer ada --state standing", "What Ada allows."),
      CommandExample("cadastre grants list --purpose train --json", "For a program."),
    ])

  static let grantsShow = Command(
    "grants show", summary: "Show all terms of a grant, and with --json its credential",
    discussion:
      "The grant is read from its log entry, whose proof and place under the signed root are verified.",
    arguments: [
      CommandArgument(.text("GRANT"), help: "The grant's digest, or enough of its beginning.")
    ],
    examples: [
      CommandExample("cadastre grants show 91c0de --json", "The credential, for other software.")
    ])
}
