// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Testing

@Suite struct HelpTests {
  @Test func `A command's page shows everything about it`() {
    #expect(
      sample.help(for: ["work", "add"], width: 80) == """
        Register works by the SHA-256 of their bytes.

        USAGE
          cadastre work add PATH... [--title TITLE] [--tag TAG...] [OPTIONS]

        A directory stands for all files in it. A work that is already registered is
        left as it is.

        Nothing is uploaded.

        ARGUMENTS
          PATH...             Files or directories to register.

        OPTIONS
          -t, --title TITLE   The title, where it is not the file's name.
              --tag TAG       A word to find the work by.

        COMMON OPTIONS
              --register DIR  The register to work on.
              --json          Print one JSON value.
          -q, --quiet         Print only errors.
          -h, --help          Show this help and exit.
              --version       Show the version and exit.

        EXAMPLES
          Register every file of a directory.
            cadastre work add books/

          Register one file with its title.
            cadastre work add emma.txt --title 'Emma'

        """)
  }

  @Test func `The overview groups the commands under their headings`() {
    #expect(
      sample.help(for: [], width: 60) == """
        cadastre: a land register for training data.

        USAGE
          cadastre COMMAND [ARGUMENTS] [OPTIONS]

        START
          init                Make a register

        REGISTER
          work add            Register works by the SHA-256 of their
                              bytes
          work list           List the registered works
          grant               Sign a grant for a work
          show                Show a record

        COMMON OPTIONS
              --register DIR  The register to work on.
              --json          Print one JSON value.
          -q, --quiet         Print only errors.
          -h, --help          Show this help and exit.
              --version       Show the version and exit.

        'cadastre COMMAND --help' explains one command.

        """)
  }

  @Test(arguments: [0, 40, 57, 80, 100, 1000])
  func `No line is wider than the terminal or a hundred columns`(width: Int) {
    let limit = min(max(width, 40), 100)
    for path in sample.commands.map(\.path) + [[], ["work"]] {
      var isExample = false
      for line in sample.help(for: path, width: width).split(separator: "\n") {
        if line == "EXAMPLES" { isExample = true }
        if !isExample { #expect(line.count <= limit, "\(line)") }
        #expect(line.last != " ")
      }
    }
  }
}
