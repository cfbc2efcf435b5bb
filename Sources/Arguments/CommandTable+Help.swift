// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension CommandTable {
  /// The widest a help page gets; longer lines are hard to read.
  package static let widestHelp = 100
  /// The narrowest a help page is laid out for.
  package static let narrowestHelp = 40

  /// The help page of a command or of a group of commands; the overview for the empty path.
  ///
  /// - Parameters:
  ///   - path: What ``Invocation/help(path:)`` carries.
  ///   - width: Columns of the terminal; kept between 40 and 100.
  ///   - isStyled: Whether headings are made bold with an ANSI sequence.
  /// - Returns: Lines, each ended by a line feed.
  package func help(for path: [String], width: Int, isStyled: Bool = false) -> String {
    var page = HelpPage(
      width: min(max(width, Self.narrowestHelp), Self.widestHelp), isStyled: isStyled)
    if let command = command(at: path) {
      write(command, to: &page)
    } else {
      writeOverview(of: path, to: &page)
    }
    return page.text
  }

  private func write(_ command: Command, to page: inout HelpPage) {
    let words = ([program] + command.path).joined(separator: " ")
    page.paragraph(command.summary + ".")
    page.heading("USAGE")
    let required = command.options.filter(\.isRequired).map(\.usage)
    let optional = command.options.filter { !$0.isRequired }.map(\.usage)
    page.hanging(
      words, parts: command.arguments.map(\.usage) + required + optional + ["[OPTIONS]"])
    for paragraph in Self.paragraphs(command.discussion) {
      page.blankLine()
      page.paragraph(paragraph)
    }
    page.tables([
      ("ARGUMENTS", command.arguments.map { ($0.usage, Self.fullHelp(of: $0)) }),
      ("OPTIONS", command.options.map { ($0.label, $0.fullHelp) }),
      ("COMMON OPTIONS", commonOptions.map { ($0.label, $0.fullHelp) }),
    ])
    if !command.examples.isEmpty { page.heading("EXAMPLES") }
    for (index, example) in command.examples.enumerated() {
      if index > 0 { page.blankLine() }
      page.paragraph(example.explanation, indent: 2)
      page.line("    " + example.line)
    }
  }

  private func writeOverview(of path: [String], to page: inout HelpPage) {
    let words = ([program] + path).joined(separator: " ")
    if path.isEmpty { page.paragraph(program + ": " + summary + ".") }
    page.heading("USAGE")
    page.hanging(words, parts: ["COMMAND", "[ARGUMENTS]", "[OPTIONS]"])
    let groups = sections.map { section in
      (
        section.heading.uppercased(),
        section.commands.filter { $0.path.starts(with: path) }
          .map { ($0.path.joined(separator: " "), $0.summary) }
      )
    }
    page.tables(groups + [("COMMON OPTIONS", commonOptions.map { ($0.label, $0.fullHelp) })])
    page.blankLine()
    page.paragraph("'\(words) COMMAND --help' explains one command.")
  }

  private static func fullHelp(of argument: CommandArgument) -> String {
    guard case .choices(let choices) = argument.completion else { return argument.help }
    return argument.help + " One of " + choices.joined(separator: ", ") + "."
  }

  private static func paragraphs(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .split(separator: "").map { $0.joined(separator: " ") }
  }
}
