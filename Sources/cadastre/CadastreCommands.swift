// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments

/// Every command of the program: the one table that parsing, help and completions read.
enum CadastreCommands {
  static let table = CommandTable(
    program: "cadastre",
    summary: "The register, the survey and the cash desk of a trained model",
    sections: [
      CommandTable.Section("Start here", [quickstart, initialise, report]),
      CommandTable.Section(
        "Contributors and works",
        [
          keyNew, keyShow, keyList, workAdd, workList, workShow, workDuplicates, collectionAdd,
          collectionList, erase,
        ]),
      CommandTable.Section(
        "Grants", [grant, grantsList, grantsShow, grantsCheck, revoke, suspend, resume]),
      CommandTable.Section(
        "Terms of sources", [signalsRead, signalsCheck, signalsList, exportTerms]),
      CommandTable.Section("Models", [admit, snapshot, train, shares, generate]),
      CommandTable.Section("Answers", [trace, receiptVerify]),
      CommandTable.Section("Documents", [export]),
      CommandTable.Section(
        "Money", [revenue, settle, statement, restitute, restitutionSign, concentration]),
      CommandTable.Section("Audit", [verify, proof, proofVerify, replay, rebuild]),
      CommandTable.Section("The log", logCommands),
      CommandTable.Section("Shell", [completions]),
    ],
    commonOptions: [
      CommandOption(
        "register", value: .directory("DIR"),
        help:
          "The register. Else the nearest parent directory that is one, else $CADASTRE_REGISTER."),
      .flag("json", help: "Print machine-readable JSON."),
      .flag("quiet", short: "q", help: "Print results only, no progress."),
      .flag("no-color", help: "Print without colours, as in a pipe."),
    ])

  static let key = CommandOption(
    "key", value: .text("KEY"), help: "The signing key, by name in the register or by file.",
    isRequired: true)
  private static let model = CommandArgument(.text("MODEL"), help: "The model's name.")
  private static let period = CommandOption(
    "period", value: .text("PERIOD"), help: "A year, quarter or month, such as 2026-Q4.",
    isRequired: true)
  private static let threads = CommandOption(
    "threads", value: .text("N"),
    help:
      "How many threads compute, at most one a core; the result is the same for all. Default: all"
      + " cores.")
  private static let seed = CommandOption(
    "seed", value: .text("N"), help: "The seed of every random number of the run.",
    defaultValue: "1")

  private static let quickstart = Command(
    "quickstart", summary: "Run the whole main job on the King James text",
    discussion: """
      Makes a register with 66 contributors, one for each book, admits what was granted, trains a \
      small language model, keeps its books, divides it, settles 1,000.00 EUR and verifies all of \
      it from the log up.

      The contributors' keys are derived from the seed, so that two runs give the same shares and \
      statements: they are for the demonstration only. The operator's key is random.
      """,
    options: [
      CommandOption(
        "dir", value: .directory("DIR"),
        help: "Where to put everything: a new directory, or that of a quickstart that was stopped.",
        defaultValue: "cadastre-quickstart"),
      seed, threads,
      CommandOption(
        "steps", value: .text("N"),
        help: "How many steps to train; fewer is faster and learns less. Default: as configured."),
    ],
    examples: [
      CommandExample("cadastre quickstart", "Everything, in ./cadastre-quickstart."),
      CommandExample("cadastre quickstart --dir kjv --seed 7", "Another place and seed."),
    ])

  private static let initialise = Command(
    "init", summary: "Make a register",
    discussion:
      "Makes the directory, the operator's key, the log with its first checkpoint and first entry.",
    arguments: [CommandArgument(.directory("DIR"), help: "The new register's directory.")],
    options: [
      CommandOption(
        "name", value: .text("NAME"), help: "What the register is called.", isRequired: true),
      CommandOption(
        "address", value: .text("URL"),
        help:
          "Where it will be published, with a last slash; credentials name their status lists below"
          + " it. Default: nowhere yet."),
    ],
    examples: [CommandExample("cadastre init library --name 'Town Library'", "Make ./library.")])

  private static let report = Command(
    "report", summary: "Write the register's results as one HTML page",
    arguments: [],
    options: [
      CommandOption(
        "out", value: .file("FILE"), help: "The page, self-contained.",
        defaultValue: "report.html")
    ],
    examples: [CommandExample("cadastre report --out report.html", "Write the page.")])

  private static let keyNew = Command(
    "key new", summary: "Make a contributor's key and register its party",
    discussion: """
      The log holds salted commitments to the name and the territory; what they open to is kept in \
      openings.sqlite alone.
      """,
    arguments: [CommandArgument(.text("NAME"), help: "The key's name, such as 'ada'.")],
    options: [
      CommandOption(
        "territory", value: .text("CC"),
        help: "Where the contributor lives, as two letters of ISO 3166-1. Default: not stated.")
    ],
    examples: [
      CommandExample("cadastre key new ada", "Make keys/ada.json and register its did."),
      CommandExample("cadastre key new ada --territory GB", "The same, and state a territory."),
    ])
  private static let keyShow = Command(
    "key show", summary: "Show a key's public identifier",
    arguments: [CommandArgument(.text("NAME"), help: "The key's name or file.")],
    examples: [CommandExample("cadastre key show ada", "Print did:key:z6Mk…")])
  private static let keyList = Command(
    "key list", summary: "List the keys kept here",
    examples: [CommandExample("cadastre key list", "One line a key.")])

  private static let workAdd = Command(
    "work add", summary: "Register works by the SHA-256 of their bytes",
    discussion: """
      Files are UTF-8 text. A directory stands for all files in it. All or none are registered: one \
      file that cannot be read stops the whole command, and says which.
      """,
    arguments: [
      CommandArgument(.file("PATH"), help: "Files or directories.", isVariadic: true)
    ],
    options: [
      key,
      CommandOption(
        "title", value: .text("TITLE"), help: "The title of a single file. Default: its file name."),
      CommandOption(
        "owner", value: .text("PARTY=WEIGHT"),
        help:
          "One of several owners, by key's name or did, with the whole-number weight of its part; name"
          + " all, the key's owner among them.", isRepeatable: true),
      CommandOption(
        "quorum", value: .text("N"),
        help: "The parts that must agree to a use. Default: all."),
      CommandOption(
        "generated-by", value: .text("MODEL"),
        help:
          "The released model that generated it, by name or identifier: its licence is needed too."
      ),
    ],
    examples: [
      CommandExample("cadastre work add poems/*.txt --key ada", "Register all poems as Ada's."),
      CommandExample(
        "cadastre work add song.txt --key ada --owner ada=2 --owner ben=1 --quorum 2",
        "Ada owns two parts, Ben one; two parts decide."),
    ])

  private static let train = Command(
    "train", summary: "Train a model on a manifest and keep its books",
    discussion: """
      Commits the manifest, the configuration and the valuation targets to the log before the first \
      step. Ctrl-C stops at the next chord and keeps the state; the same command goes on from there.

      A budget fixes the number of steps before the run begins: --tokens by division, --minutes by \
      trial steps that are timed and thrown away. The steps are committed to and all of them made, so \
      that a replay gives the same bits; the time that they take is about what was allowed.
      """,
    arguments: [CommandArgument(.file("MANIFEST"), help: "What 'cadastre admit' wrote.")],
    options: [
      CommandOption("out", value: .text("MODEL"), help: "The model's name.", isRequired: true),
      CommandOption(
        "config", value: .file("FILE"),
        help: "JSON with the model, the schedule and the targets. Default: built in."),
      CommandOption(
        "from", value: .file("MODEL"),
        help: "Go on from a released model, or from a Hugging Face directory of the Llama family."),
      CommandOption(
        "tokens", value: .text("N"),
        help: "Read about so many tokens (bytes), in place of the configured steps."),
      CommandOption(
        "minutes", value: .text("M"),
        help: "Take about so many minutes, such as 10 or 0.5; with --tokens, what ends first."),
      .flag(
        "portable",
        help:
          "Compute with AVX2 kernels, so that every x86-64-v3 machine can replay; slower where"
          + " there is AVX-512."),
      CommandOption(
        "keep-states", value: .text("MB"),
        help: "The disk that states kept for replays may take, in MB; 0 keeps none.",
        defaultValue: "256"),
      seed, threads,
    ],
    examples: [
      CommandExample("cadastre train manifest.json --out poems-1m", "Train and close the books."),
      CommandExample(
        "cadastre train manifest.json --config config.json --out poems-1m --minutes 10",
        "As many steps as fit in about ten minutes."),
      CommandExample(
        "cadastre train manifest.json --out poems-1m --tokens 5000000 --portable",
        "Five million bytes, in bits that older processors can repeat."),
    ])
  private static let shares = Command(
    "shares", summary: "Show who holds how much of a model",
    arguments: [model],
    options: [
      CommandOption(
        "by", value: .choice("KIND", ["contributor", "work", "territory"]),
        help: "What a row stands for.", defaultValue: "contributor"),
      CommandOption(
        "weights", value: .text("LIST"),
        help:
          "What a user values: the model divided anew with these weights of targets, others 0, such as"
          + " poems=2,letters=1. Nothing is paid by it. Default: the run's weights."),
    ],
    examples: [
      CommandExample("cadastre shares poems-1m", "One row a contributor."),
      CommandExample("cadastre shares poems-1m --by work", "One row a work."),
      CommandExample(
        "cadastre shares poems-1m --weights poems=1", "Who holds it for one who values poems alone."
      ),
      CommandExample("cadastre shares poems-1m --json", "For a program, with credits in piconats."),
    ])

  private static let generate = Command(
    "generate", summary: "Continue a text with a model",
    discussion: """
      Prints the continuation as it is made; the same model, prompt and options give the same text. \
      Where the text outgrows the model's context, the later half of it is read anew and \
      generation goes on.
      """,
    arguments: [
      CommandArgument(
        .text("MODEL"), help: "A model of the register, or a directory as transformers writes it.")
    ],
    options: [
      CommandOption(
        "prompt", value: .text("TEXT"), help: "The text to go on from.", isRequired: true),
      CommandOption(
        "tokens", value: .text("N"), help: "How many tokens to add.", defaultValue: "200"),
      CommandOption(
        "temperature", value: .text("T"),
        help: "Divides the logits; 0 takes the likeliest token always.", defaultValue: "0.8"),
      CommandOption(
        "top-p", value: .text("P"),
        help: "Draws from the likeliest tokens that together reach this probability.",
        defaultValue: "0.95"),
      CommandOption(
        "seed", value: .text("N"), help: "The seed of the draws.", defaultValue: "1"),
    ],
    examples: [
      CommandExample(
        "cadastre generate poems-1m --prompt 'And the ' --tokens 80", "Draw a continuation."),
      CommandExample(
        "cadastre generate poems-1m --prompt 'And the ' --temperature 0", "The likeliest one."),
    ])

  private static let revenue = Command(
    "revenue", summary: "Report what a model earned",
    arguments: [model],
    options: [
      CommandOption(
        "amount", value: .text("AMOUNT"), help: "Such as 1000.00; --amount=-50.00 corrects.",
        isRequired: true),
      CommandOption("currency", value: .text("CODE"), help: "ISO 4217.", isRequired: true),
      period,
      .flag("late", help: "The period is settled; a supplementary settlement will cover this."),
    ],
    examples: [
      CommandExample(
        "cadastre revenue poems-1m --amount 1000.00 --currency EUR --period 2026-Q4",
        "Report a quarter.")
    ])
  private static let settle = Command(
    "settle", summary: "Divide a period's revenue to the last minor unit",
    options: [period],
    examples: [CommandExample("cadastre settle --period 2026-Q4", "Settle the quarter.")])
  private static let statement = Command(
    "statement", summary: "Show what a contributor earned in a period",
    arguments: [CommandArgument(.text("DID"), help: "The contributor's did, or a key's name.")],
    options: [period],
    examples: [CommandExample("cadastre statement ada --period 2026-Q4", "Ada's statement.")])

  private static let verify = Command(
    "verify", summary: "Check everything, from the log up",
    discussion: """
      Checks signatures, every entry and tile, every event's proof, every grant at the moment of its \
      use, every admission, every run's books and shares, every settlement, and that the projection \
      equals a rebuild. Needs the public files only. Remembers the checkpoint it verified: a log that \
      went back or tells another story is found, and signatures under a root that the log still has are \
      not verified again. Names what does not hold and exits 1.
      """,
    options: [
      CommandOption(
        "log", value: .directory("URL|DIR"),
        help: "A register on the network, or a copy of one's public files. Default: the one here."),
      CommandOption(
        "key", value: .text("DID|VKEY"),
        help: "The operator's key, as you have it. Default: the one that cadastre.json names."),
      CommandOption(
        "state", value: .file("FILE"),
        help: "Where to remember what was verified. Default: a file in your state directory."),
      .flag("from-start", help: "Verify the signatures of all entries again."),
      threads,
    ],
    examples: [
      CommandExample("cadastre verify --register library", "Check a register."),
      CommandExample(
        "cadastre verify --log mirror --key did:key:z6Mk… --state mirror.json",
        "Check a copy against a key you were given."),
      CommandExample(
        "cadastre verify --log https://register.example/ --key did:key:z6Mk…",
        "Copy what is new, and check the copy."),
    ])
  private static let replay = Command(
    "replay", summary: "Run a segment of a run again and compare it bit for bit",
    discussion: """
      Loads checkpoint N, makes the same steps on the same works with the recorded kernel family, and \
      compares the SHA-256 of weights, books and state with those of checkpoint N + 1 in the log. \
      Checkpoint 0 is the seeded start. Where the state of checkpoint N is not kept, it begins at the \
      nearest one before that is. Writes nothing; names what differs and exits 1, and exits 3 where \
      this processor cannot run the kernel family.
      """,
    arguments: [model],
    options: [
      CommandOption(
        "segment", value: .text("N"),
        help: "The segment, counted from 0, or 'all'. Default: one drawn at random."),
      CommandOption(
        "random", value: .text("K"),
        help:
          "Replay K segments that a later checkpoint picks, the same for everybody, and say with what"
          + " probability a cheat was missed."),
      CommandOption(
        "checkpoint", value: .file("FILE"),
        help:
          "The later checkpoint that picks them, as the log signed it. Default: one that witnesses"
          + " cosigned, else the log's first state after the run's end."),
      CommandOption(
        "corpus", value: .directory("DIR"),
        help: "The works, under the paths of the manifest. Default: where they lay in training."),
      .flag("from-start", help: "Begin at the seeded start though a kept state is nearer."),
      threads,
    ],
    examples: [
      CommandExample("cadastre replay poems-1m", "A random segment."),
      CommandExample(
        "cadastre replay poems-1m --segment 3 --corpus corpus", "From checkpoint 3 to 4."),
      CommandExample("cadastre replay poems-1m --segment all --from-start", "The whole run."),
      CommandExample(
        "cadastre replay poems-1m --random 3 --checkpoint seen-in-may.checkpoint",
        "Three segments that a checkpoint somebody kept picks."),
    ])
  private static let rebuild = Command(
    "rebuild", summary: "Make register.sqlite and the index of fingerprints again",
    examples: [CommandExample("cadastre rebuild", "Replace the projection and the index.")])

  private static let completions = Command(
    "completions", summary: "Print shell completions",
    arguments: [
      CommandArgument(.choice("SHELL", ["bash", "zsh", "fish"]), help: "Which shell.")
    ],
    examples: [
      CommandExample(
        "cadastre completions bash > ~/.local/share/bash-completion/completions/cadastre",
        "Install them for bash.")
    ])
}
