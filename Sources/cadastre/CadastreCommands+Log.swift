// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments

/// The log over the network: who serves it, who cosigns it, who watches it, who keeps a copy.
extension CadastreCommands {
  private static let logKey = CommandOption(
    "log", value: .text("VKEY"),
    help: "The log's public key, as 'cadastre log show' prints it: NAME+ID+KEY.", isRequired: true)
  private static let policy = CommandOption(
    "policy", value: .file("FILE"),
    help: "Which witnesses a checkpoint needs (C2SP tlog-policy). Default: none.")
  private static let ownPolicy = CommandOption(
    "policy", value: .file("FILE"),
    help:
      "Which witnesses a checkpoint needs (C2SP tlog-policy). Default: the file 'policy' of the"
      + " register, or none.")
  private static let source = CommandArgument(
    .text("SOURCE"), help: "The address or directory of a register, or of its log alone.")

  private static func listen(_ address: String) -> CommandOption {
    CommandOption(
      "listen", value: .text("ADDRESS:PORT"),
      help: "Where to listen; other machines need a proxy with TLS in front.", defaultValue: address
    )
  }

  static let logCommands = [
    logShow, logServe, logCosign, logWitness, logMonitor, logMirror, logContradiction,
  ]

  private static let logShow = Command(
    "log show", summary: "Show the log's public key, size and root",
    discussion: """
      The key is what witnesses, monitors and mirrors name the log by. Shown beside it is the newest \
      checkpoint that witnesses cosigned, where there is one.
      """,
    examples: [CommandExample("cadastre log show", "Print the key and the newest checkpoint.")])

  private static let logServe = Command(
    "log serve", summary: "Serve the log and the register's public files over HTTP",
    discussion: """
      Answers below /log/ as C2SP tlog-tiles asks, and with the files that an auditor needs: \
      cadastre.json, policy, status, fingerprints, signals, admissions, models, settlements. Keys, \
      openings and the projection are never served. Where the policy asks for witnesses, the newest \
      checkpoint that they cosigned is published and no other. Ctrl-C stops.
      """,
    options: [listen("127.0.0.1:8788"), ownPolicy],
    examples: [
      CommandExample("cadastre log serve", "Serve on this machine alone."),
      CommandExample("cadastre log serve --listen 0.0.0.0:8788", "Serve to the network."),
    ])

  private static let logCosign = Command(
    "log cosign", summary: "Have the policy's witnesses cosign the newest checkpoint",
    discussion: """
      Sends the checkpoint to every witness of the policy (C2SP tlog-witness) and puts it with their \
      cosignatures into witnessed/checkpoint. Where the quorum is not met nothing is replaced; every \
      witness that failed is named, and the exit status is 1.
      """,
    options: [ownPolicy],
    examples: [
      CommandExample("cadastre log cosign", "Ask the witnesses of the register's policy."),
      CommandExample("cadastre log cosign --policy new-policy", "Ask those of another policy."),
    ])

  private static let logWitness = Command(
    "log witness", summary: "Run a witness that cosigns other people's logs",
    discussion: """
      Answers POST /add-checkpoint and GET /ORIGIN-HASH/checkpoint (C2SP tlog-witness). What it \
      cosigned last is on the disk before it answers. The state directory is the witness's memory: \
      never run two witnesses with one key, and never put the directory back from a copy. Ctrl-C stops.
      """,
    options: [
      CommandOption(
        "key", value: .text("KEY"), help: "The witness's key, by name in a register or by file.",
        isRequired: true),
      .flag("new-key", help: "Make the key: the file of --key must not exist yet."),
      CommandOption(
        "name", value: .text("NAME"),
        help: "What the witness is called, by custom its address without scheme.", isRequired: true),
      CommandOption(
        "log", value: .text("VKEY"), help: "The public key of a log to watch.",
        isRepeatable: true, isRequired: true),
      CommandOption(
        "state", value: .directory("DIR"), help: "Where it keeps what it cosigned.",
        isRequired: true),
      listen("127.0.0.1:8789"),
    ],
    examples: [
      CommandExample(
        "cadastre log witness --key w.json --new-key --name example.org/w --log VKEY --state w",
        "Start a new witness; its public key is printed.")
    ])

  private static let logMonitor = Command(
    "log monitor", summary: "Watch a log: is it the same log, and does it hold what it signed?",
    discussion: """
      Checks the signatures, that the log is the one remembered and longer, and every new entry \
      against the signed root; lists the new entries by type. Names what is wrong: a rollback, a \
      split view, a missing or altered file, a forged cosignature, times that go back, another key \
      under the log's name. Exits 1 then. Two checkpoints that cannot both be true are kept in a file \
      beside the memory, which 'cadastre log contradiction' checks for anyone.
      """,
    arguments: [source],
    options: [
      logKey, policy,
      CommandOption(
        "state", value: .file("FILE"),
        help: "The memory from one visit to the next. Default: none, the whole log is read."),
      .flag("once", help: "Visit once. That is the default."),
      CommandOption(
        "every", value: .text("SECONDS"), help: "Visit again and again; Ctrl-C stops."),
    ],
    examples: [
      CommandExample(
        "cadastre log monitor https://example.org --log VKEY --state log.json",
        "One visit, for cron."),
      CommandExample(
        "cadastre log monitor library --log VKEY --state log.json --every 60", "Every minute."),
    ])

  private static let logMirror = Command(
    "log mirror", summary: "Keep a verified copy of a log, or of a whole register",
    discussion: """
      Copies what is new, checks every file against the signed root before it is written and replaces \
      the checkpoint last. The copy can be served by any web server. With --all the directory becomes a \
      register that 'cadastre verify' audits: every other public file that the log asks for is copied \
      too. An interrupted run goes on where it was.
      """,
    arguments: [
      source, CommandArgument(.directory("DIR"), help: "The copy; made where it does not exist."),
    ],
    options: [
      logKey, policy,
      .flag("all", help: "Copy all public files of the register, the log in DIR/log."),
    ],
    examples: [
      CommandExample("cadastre log mirror https://example.org copy --log VKEY", "Copy the log."),
      CommandExample(
        "cadastre log mirror https://example.org copy --all --log VKEY", "Copy the register."),
    ])

  private static let logContradiction = Command(
    "log contradiction", summary: "Check the evidence that a log signed two histories",
    discussion:
      "Checks a file that a monitor or mirror kept: both checkpoints are the log's, and both cannot be"
      + " true. Exits 0 where that is so, 1 where the file shows nothing.",
    arguments: [CommandArgument(.file("FILE"), help: "The evidence.")],
    options: [logKey],
    examples: [
      CommandExample("cadastre log contradiction log.json.split-1f0c.json --log VKEY", "Check it.")
    ])
}
