// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments

/// The commands that make and check proofs of single entries.
extension CadastreCommands {
  static let proof = Command(
    "proof", summary: "Write the proof that an entry is in the log",
    discussion: """
      The proof is a text of its own (C2SP tlog-proof) with the entry, the hashes from the entry to the \
      signed root and the checkpoint with its cosignatures. Whoever has it and the log's key checks it \
      without the register, with 'cadastre proof verify' or with other programs for the format.
      """,
    arguments: [
      CommandArgument(
        .text("ENTRY"),
        help:
          "A position in the log, or the beginning of a work's digest, of a grant's identifier or of an"
          + " entry's leaf hash.")
    ],
    options: [
      CommandOption(
        "out", value: .file("FILE"),
        help: "Where to write the proof, by custom with the suffix .tlog-proof. Default: print it.")
    ],
    examples: [
      CommandExample("cadastre proof f105be75 --out poem.tlog-proof", "The proof of a work."),
      CommandExample("cadastre proof 12", "The proof of entry 12, on standard output."),
    ])

  static let proofVerify = Command(
    "proof verify", summary: "Check the proof of an entry, without any register",
    discussion: """
      Checks the log's signature by name and key, the hashes from the entry to the signed root, and the \
      entry's own signature; with --policy also that enough witnesses cosigned. Then says who stated \
      what. Without --log the key is the only one of the policy, else that of the register here.
      """,
    arguments: [CommandArgument(.file("FILE"), help: "What 'cadastre proof' wrote.")],
    options: [
      CommandOption(
        "log", value: .text("VKEY"),
        help:
          "The log's key as NAME+ID+KEY, from a source that you trust. 'cadastre proof' prints that of"
          + " its register."),
      CommandOption(
        "policy", value: .file("FILE"),
        help: "Which witnesses must have cosigned the checkpoint (C2SP tlog-policy). Default: none."
      ),
      CommandOption(
        "entry", value: .file("ENTRY"),
        help: "The entry's bytes, where they travel beside the proof and not inside."),
    ],
    examples: [
      CommandExample(
        "cadastre proof verify poem.tlog-proof --log cadastre/town-library+dc6e0637+AdNj…",
        "Check a proof that somebody sent."),
      CommandExample(
        "cadastre proof verify poem.tlog-proof --policy trusted-witnesses",
        "The same, with the key and the witnesses of a policy."),
      CommandExample("cadastre proof verify poem.tlog-proof", "Check one of the register here."),
    ])
}
