// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Why a command line cannot be understood; the facts, from which `description` makes one line.
package enum ArgumentError: Error, Equatable, Sendable {
  /// A word where a command was expected; `path` is what was understood before it.
  case unknownCommand(word: String, path: [String], suggestion: String?)
  /// The beginning of a command's name without the rest.
  case missingCommand(path: [String], choices: [String])
  /// A word with dashes that the command does not know; `help` is the line that shows its options.
  case unknownOption(option: String, suggestion: String?, help: String)
  /// An option of a command that stands before the command's name.
  case misplacedOption(option: String)
  /// An option that needs a value is the last word, or another option follows it.
  case missingValue(option: String, placeholder: String)
  /// A flag with a value, such as `--json=yes`.
  case unexpectedValue(option: String, value: String)
  /// An option that may be given once was given again.
  case duplicateOption(option: String)
  /// A required option is absent.
  case missingOption(option: String, placeholder: String, help: String)
  /// A required argument is absent.
  case missingArgument(name: String, help: String)
  /// More words than the command takes.
  case unexpectedArgument(value: String, help: String)
  /// A value that is not among the choices; `place` is the option or the argument.
  case unknownChoice(place: String, value: String, choices: [String], suggestion: String?)
  /// A value that is not a whole number between the bounds, which are included.
  case badInteger(place: String, value: String, lower: Int, upper: Int)
}

extension ArgumentError: CustomStringConvertible {
  /// What is wrong and what to do, on one line, without the program's name in front.
  package var description: String {
    switch self {
    case .unknownCommand(let word, let path, let suggestion):
      let words = quoted((path + [word]).joined(separator: " "))
      return "unknown command \(words): "
        + advice(suggestion, else: "run with --help for the list of commands")
    case .missingCommand(let path, let choices):
      return "\(quoted(path.joined(separator: " "))) is not complete: "
        + "add one of \(choices.joined(separator: ", "))"
    case .unknownOption(let option, let suggestion, let help):
      return "unknown option \(quoted(option)): " + advice(suggestion, else: "see '\(help)'")
    case .misplacedOption(let option):
      return "option \(quoted(option)) stands before the command: put it after the command's name"
    case .missingValue(let option, let placeholder):
      return "option \(quoted(option)) needs a value: write '\(option) \(placeholder)'"
    case .unexpectedValue(let option, let value):
      return "option \(quoted(option)) takes no value: leave out \(quoted("=" + value))"
    case .duplicateOption(let option):
      return "option \(quoted(option)) is given twice: give it once"
    case .missingOption(let option, let placeholder, let help):
      return "option \(quoted(option)) is missing: add '\(option) \(placeholder)' (see '\(help)')"
    case .missingArgument(let name, let help):
      return "argument \(name) is missing: see '\(help)'"
    case .unexpectedArgument(let value, let help):
      return "unexpected argument \(quoted(value)): see '\(help)'"
    case .unknownChoice(let place, let value, let choices, let suggestion):
      return "\(quoted(value)) is no value for \(place): "
        + advice(suggestion, else: "choose one of \(choices.joined(separator: ", "))")
    case .badInteger(let place, let value, let lower, let upper):
      return "\(quoted(value)) is no value for \(place): "
        + "give a whole number from \(lower) to \(upper)"
    }
  }

  private func advice(_ suggestion: String?, else fallback: String) -> String {
    suggestion.map { "did you mean '\($0)'?" } ?? fallback
  }

  /// The text in quotes, with control characters spelt out so that it stays on one line.
  private func quoted(_ text: String) -> String {
    var result = "'"
    for scalar in text.unicodeScalars {
      if scalar.properties.generalCategory == .control {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }
}
