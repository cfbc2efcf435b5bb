// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments

/// The commands that decide what may be used.
extension CadastreCommands {
  private static let purpose = CommandOption(
    "purpose",
    value: .choice("PURPOSE", ["train", "fine-tune", "distil", "ground", "index", "evaluate"]),
    help: "The use. Default: train.")
  private static let grantee = CommandOption(
    "for", value: .text("DID"), help: "Who will use it. Default: the register's operator.")
  private static let territory = CommandOption(
    "territory", value: .text("CC"),
    help:
      "Where it will be used, as two letters of ISO 3166-1; grants for some territories hold only"
      + " where this is one of them. Default: not stated.")

  private static let whitelist = CommandOption(
    "whitelist", value: .file("FILE"),
    help:
      "Passages that count for nobody, such as licences and famous quotations: texts separated by lines"
      + " of '%'. The log names it, and an audit uses it. Default: every passage counts.")

  private static let threads = CommandOption(
    "threads", value: .text("N"),
    help:
      "How many threads work, at most one a core; the result is the same for all. Default: all"
      + " cores.")

  static let admit = Command(
    "admit", summary: "Decide which documents of a corpus may be used, with reasons",
    discussion: """
      Fails closed: a document is admitted only under a grant that holds for its bytes, the purpose \
      and the party, and only if it is not derived from a work that may not be used.

      A corpus is a directory, a file whose name ends in .jsonl, or - for standard input. A line is \
      a JSON object with the members 'path' and 'text'; others are ignored. A line that is anything \
      else is refused as unreadable, with its number.

      The work can be shared by many processes. 'admit --stream' reads lines and writes a decision \
      for each, in the same order, by a snapshot of the register alone: no register, no key, no \
      lock. 'admit --decisions' joins what such streams wrote, derives every decision again, and \
      logs them under one root: the same as one process would have.
      """,
    arguments: [
      CommandArgument(
        .file("CORPUS"), help: "The corpus; with --decisions, more files of decisions.",
        isOptional: true, isVariadic: true)
    ],
    options: [
      purpose, grantee, territory, whitelist,
      CommandOption(
        "out", value: .file("FILE"), help: "Where to write the manifest.",
        defaultValue: "manifest.json"),
      .flag("stream", help: "Read lines from standard input and write decisions as they are made."),
      CommandOption(
        "snapshot", value: .directory("DIR"),
        help: "The snapshot to decide by: what 'cadastre snapshot' wrote."),
      CommandOption(
        "decisions", value: .file("FILE"), help: "What 'admit --stream' wrote; - standard input.",
        isRepeatable: true),
      CommandOption(
        "corpus", value: .file("PATH"),
        help: "With --decisions, where the documents lie: noted in the manifest for 'train'."),
      threads,
    ],
    examples: [
      CommandExample("cadastre admit corpus --out manifest.json", "Decide on every file."),
      CommandExample("cadastre admit corpus.jsonl", "Decide on every line."),
      CommandExample(
        "cadastre admit --stream --snapshot snap < part.jsonl > part.decisions",
        "Decide on a part, anywhere."),
      CommandExample(
        "cadastre admit --snapshot snap --decisions *.decisions", "Join the parts and log them."),
    ])

  static let snapshot = Command(
    "snapshot", summary: "Write what 'admit --stream' needs of the register, for one question",
    discussion: """
      A snapshot answers for one purpose, one party and one position of the log. It holds the \
      finding on every registered work: no key, no name, no title, no text and nothing that a text \
      could be guessed from but its digest. It is out of date as soon as the log grows.
      """,
    options: [
      purpose, grantee, territory, whitelist,
      CommandOption(
        "out", value: .directory("DIR"), help: "A new directory for it.", isRequired: true),
      threads,
    ],
    examples: [
      CommandExample(
        "cadastre snapshot --purpose train --out snap", "For training by the operator.")
    ])
}
