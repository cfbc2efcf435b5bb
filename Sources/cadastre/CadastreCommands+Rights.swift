// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Rights

/// The commands that read what sources say, and publish a contributor's own terms.
extension CadastreCommands {
  private static let documents = CommandArgument(
    .file("FILE"),
    help: "A document: robots.txt, license.xml, tdmrep.json, ai.txt, a page, or a work itself.",
    isVariadic: true)
  private static let reading: [CommandOption] = [
    CommandOption(
      "format", value: .choice("FORMAT", ["auto"] + DocumentKind.allCases.map(\.rawValue)),
      help: "What the files are, where their names and contents do not say.", defaultValue: "auto"),
    CommandOption(
      "url", value: .text("URL"), help: "The URL or path that rules are matched against.",
      defaultValue: "/"),
    CommandOption(
      "headers", value: .file("FILE"), help: "The header fields of the answer, as curl writes them."
    ),
    CommandOption(
      "status", value: .text("N"),
      help: "The HTTP status of the files; 0 where nobody answered. They need not exist then."),
  ]

  static let signalsRead = Command(
    "signals read", summary: "Record what a party's documents say about the use of its works",
    discussion: """
      Reads RSL, Content-Usage (AIPREF), Content-Signal, robots.txt, TDMRep, ai.txt, X-Robots-Tag, \
      PLUS and C2PA/CAWG training-mining, and logs one event for each. The documents are kept in \
      signals/, so that 'cadastre verify' reads them again.

      Nothing that is read is ever a grant. What is prohibited after a grant of the same party holds \
      the work at the gate until the owner grants again. A document that cannot be read prohibits.
      """,
    arguments: [documents],
    options: [
      CommandOption(
        "party", value: .text("DID|KEY"),
        help: "Whose statement it is: a did, or a key kept here, which then signs.",
        isRequired: true),
      CommandOption(
        "work", value: .text("WORK"), help: "The work it speaks of, by digest or its beginning."),
      .flag("all", help: "It speaks of all works of the party."),
    ] + reading,
    examples: [
      CommandExample(
        "cadastre signals read robots.txt license.xml --party ada --all --url /books/",
        "What Ada's site says about her books."),
      CommandExample(
        "cadastre signals read robots.txt --party ada --all --status 503",
        "The server failed, which counts as a prohibition."),
    ])

  static let signalsCheck = Command(
    "signals check", summary: "Show what documents say, purpose by purpose",
    discussion: "Needs no register and records nothing.",
    arguments: [documents], options: reading,
    examples: [
      CommandExample("cadastre signals check robots.txt --url /a/b.html", "One page of a site."),
      CommandExample("cadastre signals check photo.jpg", "What a file carries about itself."),
    ])

  static let signalsList = Command(
    "signals list", summary: "List what was read, and what it prohibits",
    examples: [CommandExample("cadastre signals list", "One line a signal.")])

  static let exportTerms = Command(
    "export-terms", summary: "Write a contributor's terms in the formats that crawlers read",
    discussion: """
      Writes robots.txt, license.xml (RSL), .well-known/tdmrep.json with its policy, ai.txt, header fields, \
      training-mining assertions for C2PA tools, and the credentials that the licence names. What \
      is granted to anyone without a price is allowed, what has a price is offered in license.xml, \
      and all else is reserved.
      """,
    options: [
      CommandOption(
        "key", value: .text("KEY|DID"), help: "Whose terms: a key kept here, or a did.",
        isRequired: true),
      CommandOption(
        "out", value: .directory("DIR"), help: "Where to write: a new directory.",
        isRequired: true),
      CommandOption(
        "base-url", value: .text("URL"),
        help: "Where the site is, such as https://example.org: needed for links between the files."),
      CommandOption(
        "at", value: .text("WORK=PATH"),
        help: "Where a work lies on the site, so that its own terms are published there.",
        isRepeatable: true),
    ],
    examples: [
      CommandExample(
        "cadastre export-terms --key ada --out site --base-url https://ada.example",
        "Ada's terms for all her works."),
      CommandExample(
        "cadastre export-terms --key ada --out site --at 3f2a=/books/one.html",
        "With the terms of one work where it lies."),
    ])
}
