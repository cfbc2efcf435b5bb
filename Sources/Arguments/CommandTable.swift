// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// All commands of a program, under headings, with the options they have in common.
package struct CommandTable: Sendable {
  /// Commands that stand together in the overview.
  package struct Section: Sendable {
    package var heading: String
    package var commands: [Command]

    /// Puts commands under a heading.
    package init(_ heading: String, _ commands: [Command]) {
      self.heading = heading
      self.commands = commands
    }
  }

  /// The name the program is called by, also the first word of its errors.
  package let program: String
  /// What the program is, in one line.
  package let summary: String
  /// All commands in the order of the overview.
  package let sections: [Section]
  /// Options every command takes; `--help` and `--version` are always among them.
  package let commonOptions: [CommandOption]

  /// Makes the table; traps where two options of one command share a name, or two commands a path.
  ///
  /// - Parameters:
  ///   - program: The name it is called by.
  ///   - summary: What it is, in one line.
  ///   - sections: The commands under their headings.
  ///   - commonOptions: Options every command takes, without `--help` and `--version`.
  package init(
    program: String, summary: String, sections: [Section], commonOptions: [CommandOption] = []
  ) {
    self.program = program
    self.summary = summary
    self.sections = sections
    self.commonOptions = commonOptions + [.help, .version]
    for command in sections.flatMap(\.commands) {
      let options = command.options + self.commonOptions
      precondition(
        Set(options.map(\.name)).count == options.count
          && Set(options.compactMap(\.short)).count == options.compactMap(\.short).count,
        "two options of '\(command.path.joined(separator: " "))' share a name")
    }
    precondition(
      Set(sections.flatMap(\.commands).map(\.path)).count == sections.flatMap(\.commands).count,
      "two commands share a name")
  }

  /// All commands, in the order of the overview.
  package var commands: [Command] { sections.flatMap(\.commands) }

  /// The command with exactly this path, or nil.
  package func command(at path: [String]) -> Command? {
    commands.first { $0.path == path }
  }

  /// The words that may follow `path` in the name of a command, each once, in order.
  func names(after path: [String]) -> [String] {
    var names: [String] = []
    for command in commands where command.path.starts(with: path) && command.path != path {
      let name = command.path[path.count]
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Every path that is a command or the beginning of one, the empty one first.
  var prefixes: [[String]] {
    var all: [[String]] = [[]]
    for command in commands {
      for count in 1...command.path.count {
        let prefix = Array(command.path.prefix(count))
        if !all.contains(prefix) { all.append(prefix) }
      }
    }
    return all
  }
}
