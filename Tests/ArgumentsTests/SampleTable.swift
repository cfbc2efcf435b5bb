// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments

/// A small program with nested commands that exercises every kind of option and argument.
let sample = CommandTable(
  program: "cadastre", summary: "a land register for training data",
  sections: [
    .init(
      "Start",
      [
        Command(
          "init", summary: "Make a register",
          arguments: [CommandArgument(.directory("DIR"), help: "Where to make it.")],
          options: [
            CommandOption(
              "name", value: .text("NAME"), help: "What to call it.", isRequired: true)
          ])
      ]),
    .init(
      "Register",
      [
        Command(
          "work add", summary: "Register works by the SHA-256 of their bytes",
          discussion: """
            A directory stands for all files in it. A work that is already registered is
            left as it is.

            Nothing is uploaded.
            """,
          arguments: [
            CommandArgument(
              .file("PATH"), help: "Files or directories to register.", isVariadic: true)
          ],
          options: [
            CommandOption(
              "title", short: "t", value: .text("TITLE"),
              help: "The title, where it is not the file's name."),
            CommandOption(
              "tag", value: .text("TAG"), help: "A word to find the work by.",
              isRepeatable: true),
          ],
          examples: [
            CommandExample("cadastre work add books/", "Register every file of a directory."),
            CommandExample(
              "cadastre work add emma.txt --title 'Emma'", "Register one file with its title."),
          ]),
        Command("work list", summary: "List the registered works"),
        Command(
          "grant", summary: "Sign a grant for a work",
          options: [
            CommandOption(
              "purpose", value: .choice("PURPOSE", ["train", "fine-tune", "distil"]),
              help: "What may be done with the work.", defaultValue: "train"),
            CommandOption("steps", value: .text("N"), help: "How many.", defaultValue: "400"),
          ]),
        Command(
          "show", summary: "Show a record",
          arguments: [
            CommandArgument(.text("ID"), help: "Its identifier."),
            CommandArgument(
              .choice("PART", ["all", "proof"]), help: "Which part.", isOptional: true),
          ]),
      ]),
  ],
  commonOptions: [
    CommandOption("register", value: .directory("DIR"), help: "The register to work on."),
    .flag("json", help: "Print one JSON value."),
    .flag("quiet", short: "q", help: "Print only errors."),
  ])
