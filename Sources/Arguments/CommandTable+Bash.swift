// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension CommandTable {
  /// The completion script for bash: finds the command's path, then offers what may follow.
  var bashCompletions: String {
    let name = "_" + shellName
    var lines = [
      "# bash completion for \(program)",
      "\(name)() {",
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}",
      "  local path='' index",
      "  for ((index = 1; index < COMP_CWORD; index++)); do",
      "    case \"${COMP_WORDS[index]}\" in",
      "      \(optionsWithValue.joined(separator: "|"))) ((index++)); continue ;;",
      "    esac",
      "    case \"$path/${COMP_WORDS[index]}\" in",
      "      \(prefixes.dropFirst().map { "/" + $0.joined(separator: "/") }.joined(separator: "|")))"
        + " path=\"$path/${COMP_WORDS[index]}\" ;;",
      "    esac",
      "  done",
      "  COMPREPLY=()",
      "  case \"$path $previous\" in",
    ]
    for path in prefixes {
      for option in options(at: path) {
        guard let form = option.value else { continue }
        let spellings = ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
        let patterns = spellings.map { "'\(Self.bashPath(path)) \($0)'" }
        lines.append(
          "    \(patterns.joined(separator: "|"))) \(Self.bashReply(form.completion)); return ;;")
      }
    }
    lines += ["  esac", "  if [[ $current == -* ]]; then", "    case \"$path\" in"]
    for path in prefixes {
      let names = options(at: path).map { "--" + $0.name }.joined(separator: " ")
      lines.append(
        "      '\(Self.bashPath(path))') COMPREPLY=($(compgen -W '\(names)' -- \"$current\")) ;;")
    }
    lines += ["    esac", "    return", "  fi", "  case \"$path\" in"]
    for path in prefixes {
      let names = names(after: path)
      let completion =
        names.isEmpty
        ? command(at: path)?.arguments.first?.completion ?? .none : .choices(names)
      lines.append("    '\(Self.bashPath(path))') \(Self.bashReply(completion)) ;;")
    }
    lines += ["  esac", "}", "complete -o filenames -F \(name) \(program)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func bashPath(_ path: [String]) -> String {
    path.map { "/" + $0 }.joined()
  }

  private static func bashReply(_ completion: Completion) -> String {
    switch completion {
    case .none: ":"
    case .files: "mapfile -t COMPREPLY < <(compgen -f -- \"$current\")"
    case .directories: "mapfile -t COMPREPLY < <(compgen -d -- \"$current\")"
    case .choices(let choices):
      "COMPREPLY=($(compgen -W '\(choices.joined(separator: " "))' -- \"$current\"))"
    }
  }
}
