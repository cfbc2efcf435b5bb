// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A shell that can complete the program's command lines.
package enum Shell: String, CaseIterable, Sendable {
  case bash
  case zsh
  case fish
}

extension CommandTable {
  /// A script that teaches the shell to complete this program's commands, options and values.
  package func completions(for shell: Shell) -> String {
    switch shell {
    case .bash: bashCompletions
    case .zsh: zshCompletions
    case .fish: fishCompletions
    }
  }

  /// The options that may be written once `path` is understood.
  func options(at path: [String]) -> [CommandOption] {
    (command(at: path)?.options ?? []) + commonOptions
  }

  /// A function name made of the program's name: letters, digits and underscores.
  var shellName: String {
    String(program.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  /// All spellings of the options that are followed by a value.
  var optionsWithValue: [String] {
    var spellings: [String] = []
    for option in commonOptions + commands.flatMap(\.options) where option.value != nil {
      let own = ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
      spellings += own.filter { !spellings.contains($0) }
    }
    return spellings
  }

  /// Text in single quotes, as all three shells read it.
  static func shellQuoted(_ text: String, quote: String) -> String {
    "'" + text.map { $0 == "'" ? quote : String($0) }.joined() + "'"
  }
}
