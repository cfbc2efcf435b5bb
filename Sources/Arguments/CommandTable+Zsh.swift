// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension CommandTable {
  /// The completion script for zsh: one function a path, each handing on to the next word.
  var zshCompletions: String {
    var lines = ["#compdef \(program)", ""]
    for path in prefixes.reversed() {
      lines += zshFunction(at: path) + [""]
    }
    lines += [
      "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then",
      "  \(zshName([])) \"$@\"",
      "else",
      "  compdef \(zshName([])) \(program)",
      "fi",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private func zshName(_ path: [String]) -> String {
    (["_" + shellName] + path.map { String($0.map { $0 == "-" ? "_" : $0 }) })
      .joined(separator: "__")
  }

  private func zshFunction(at path: [String]) -> [String] {
    let names = names(after: path)
    let command = command(at: path)
    var specifications = options(at: path).flatMap(Self.zshSpecifications)
    if names.isEmpty {
      for (index, argument) in (command?.arguments ?? []).enumerated() {
        let place = argument.isVariadic ? "*" : "\(index + 1)"
        let action = Self.zshAction(argument.completion)
        specifications.append(Self.zshQuoted("\(place):\(argument.name):\(action)"))
      }
    } else {
      specifications += [Self.zshQuoted("1: :->name"), Self.zshQuoted("*:: :->rest")]
    }
    var lines = ["\(zshName(path))() {"]
    if !names.isEmpty { lines.append("  local state line context") }
    lines.append("  _arguments -s -S \\")
    for (index, specification) in specifications.enumerated() {
      lines.append("    " + specification + (index == specifications.count - 1 ? "" : " \\"))
    }
    guard !names.isEmpty else { return lines + ["}"] }
    lines += ["  case $state in", "    name)", "      local -a names=("]
    for name in names {
      let summary = self.command(at: path + [name])?.summary ?? "commands about \(name)"
      lines.append("        " + Self.zshQuoted("\(name):\(Self.zshEscaped(summary))"))
    }
    lines += [
      "      )", "      _describe 'command' names ;;", "    rest)", "      case $line[1] in",
    ]
    for name in names { lines.append("        \(name)) \(zshName(path + [name])) ;;") }
    return lines + ["      esac ;;", "  esac", "}"]
  }

  private static func zshSpecifications(_ option: CommandOption) -> [String] {
    let spellings = ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
    return spellings.map { spelling in
      let repeated = option.isRepeatable ? "*" : ""
      var text = repeated + spelling
      if option.value != nil, spelling.hasPrefix("--") { text += "=" }
      text += "[" + zshEscaped(option.help) + "]"
      if let form = option.value {
        text += ":" + form.placeholder + ":" + zshAction(form.completion)
      }
      return zshQuoted(text)
    }
  }

  private static func zshAction(_ completion: Completion) -> String {
    switch completion {
    case .none: " "
    case .files: "_files"
    case .directories: "_files -/"
    case .choices(let choices): "(" + choices.joined(separator: " ") + ")"
    }
  }

  /// Backslashes before what `_arguments` and `_describe` would read as their own punctuation.
  private static func zshEscaped(_ text: String) -> String {
    text.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }

  private static func zshQuoted(_ text: String) -> String {
    shellQuoted(text, quote: "'\\''")
  }
}
