// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments

/// The commands that answer for what a model says.
extension CadastreCommands {
  private static let text = CommandOption(
    "text", value: .text("TEXT"), help: "The text itself.")
  private static let file = CommandOption(
    "file", value: .file("FILE"),
    help: "A file with the text, byte for byte; - reads standard input.")

  static let trace = Command(
    "trace", summary: "Show who raised a text's likelihood, and where it stands word for word",
    discussion: """
      Contributive: the likelihood that the text gained in training, divided over the contributors by \
      how far each displaced the weights along the path of the run. The amounts, weight decay and \
      the residual add up to it. Corroborative: every span of the text that stands word for word in \
      an admitted work. The two are different kinds of evidence and are never mixed.

      The first byte is not predicted. A text longer than the model's context is cut into windows \
      as training cuts works; each window is read by itself.
      """,
    arguments: [CommandArgument(.text("MODEL"), help: "The model's name.")],
    options: [
      text, file,
      .flag("fine", help: "Integrate with more points: a smaller residual, several times slower."),
      .flag("all", help: "Show every contributor, not only the largest amounts."),
      CommandOption(
        "minimum", value: .text("N"), help: "The shortest span to show, in bytes.",
        defaultValue: "24"),
      .flag("no-spans", help: "Do not look for spans; the works are then not needed."),
      CommandOption(
        "corpus", value: .directory("DIR"),
        help: "Where the admitted works lie. Default: where they lay when the model was trained."),
      CommandOption(
        "receipt", value: .file("FILE"), help: "Write the answer there, signed by the operator."),
      CommandOption(
        "threads", value: .text("N"),
        help: "How many threads compute, 1 to 64; the result is the same. Default: all cores."),
    ],
    examples: [
      CommandExample("cadastre trace poems-1m --text 'The rose is red'", "Divide a text."),
      CommandExample(
        "cadastre trace poems-1m --file - --receipt answer.json", "What comes in, with a receipt."),
    ])

  static let receiptVerify = Command(
    "receipt verify", summary: "Check a receipt of 'trace'",
    discussion: """
      Checks the operator's proof, that the amounts add up, and that the log and the model are the \
      ones it names. Exits 1 where anything does not hold.
      """,
    arguments: [CommandArgument(.file("FILE"), help: "What 'cadastre trace --receipt' wrote.")],
    options: [text, file],
    examples: [
      CommandExample("cadastre receipt verify answer.json --file answer.txt", "Check a receipt.")
    ])
}
