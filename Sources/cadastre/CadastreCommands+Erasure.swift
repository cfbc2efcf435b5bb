// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments

/// The command that erases personal data.
extension CadastreCommands {
  static let erase = Command(
    "erase", summary: "Erase a party's name and titles, or a work's title, for good",
    discussion: """
      Removes the openings of the log's commitments: of a party its name, its territory and the titles of \
      the works it registered, of a work its title. The log says that they were erased, and verifies as \
      before; grants, shares and payments stand. A key that is kept here keeps working under the key's \
      own identifier. Nothing brings an erased value back.

      What stays: the party's did:key and the digests of works in the log, paths of a corpus in its \
      decisions, addresses of sources, and copies elsewhere. Files below the register that hold the \
      erased words still are named.
      """,
    arguments: [
      CommandArgument(
        .text("PARTY|WORK"), help: "A did, a key kept here, or the beginning of a work's digest.")
    ],
    options: [
      .flag("yes", short: "y", help: "Do not ask; needed where there is no terminal to answer at.")
    ],
    examples: [
      CommandExample("cadastre erase ada", "Erase who Ada is; asks first."),
      CommandExample("cadastre erase f105be75 --yes", "Erase the title of a work."),
    ])
}
