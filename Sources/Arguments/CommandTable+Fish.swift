// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension CommandTable {
  /// The completion script for fish: one function finds the path, one line offers each word.
  var fishCompletions: String {
    let name = "__\(shellName)_path"
    var lines = [
      "# fish completion for \(program)",
      "function \(name)",
      "  set -l words (commandline -opc)",
      "  set -l path",
      "  set -l skip 0",
      "  for word in $words[2..-1]",
      "    if test $skip = 1",
      "      set skip 0",
      "      continue",
      "    end",
      "    switch $word",
      "      case \(optionsWithValue.map(Self.fishQuoted).joined(separator: " "))",
      "        set skip 1",
      "        continue",
      "    end",
      "    switch \"$path/$word\"",
      "      case "
        + prefixes.dropFirst().map { Self.fishQuoted("/" + $0.joined(separator: "/")) }
        .joined(separator: " "),
      "        set path \"$path/$word\"",
      "    end",
      "  end",
      "  test \"$path\" = \"$argv[1]\"",
      "end",
      "complete -c \(program) -f",
    ]
    for path in prefixes {
      let condition = "-n '\(name) \"\(path.map { "/" + $0 }.joined())\"'"
      let start = "complete -c \(program) \(condition)"
      let names = names(after: path)
      for word in names {
        let summary = command(at: path + [word])?.summary ?? "commands about \(word)"
        lines.append("\(start) -a \(word) -d \(Self.fishQuoted(summary))")
      }
      if names.isEmpty, let first = command(at: path)?.arguments.first {
        if let action = Self.fishAction(first.completion) { lines.append("\(start) \(action)") }
      }
      for option in command(at: path)?.options ?? [] {
        lines.append("\(start) \(Self.fishOption(option))")
      }
    }
    for option in commonOptions {
      lines.append("complete -c \(program) \(Self.fishOption(option))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func fishOption(_ option: CommandOption) -> String {
    var text = "-l \(option.name)"
    if let short = option.short { text += " -s \(short)" }
    if let form = option.value {
      text += form.completion == .files ? " -r" : " -x"
      if let action = fishAction(form.completion) { text += " " + action }
    }
    return text + " -d " + fishQuoted(option.help)
  }

  private static func fishAction(_ completion: Completion) -> String? {
    switch completion {
    case .none: nil
    case .files: "-F"
    case .directories: "-a '(__fish_complete_directories)'"
    case .choices(let choices): "-a " + fishQuoted(choices.joined(separator: " "))
    }
  }

  private static func fishQuoted(_ text: String) -> String {
    shellQuoted(text.map { $0 == "\\" ? "\\\\" : String($0) }.joined(), quote: "\\'")
  }
}
