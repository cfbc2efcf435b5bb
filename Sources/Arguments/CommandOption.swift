// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A word of a command line that starts with a dash: a flag, or a name with a value.
package struct CommandOption: Sendable {
  /// The long name without dashes, such as `json`.
  package var name: String
  /// The one-letter name, or nil.
  package var short: Character?
  /// What its value looks like; nil for a flag.
  package var value: ValueForm?
  /// What it means, as a sentence.
  package var help: String
  /// Whether it may be given more than once, each time with another value.
  package var isRepeatable: Bool
  /// Whether the command makes no sense without it.
  package var isRequired: Bool
  /// The value that holds where none is given; shown in help.
  package var defaultValue: String?

  /// Describes an option with a value.
  ///
  /// - Parameters:
  ///   - name: The long name without dashes.
  ///   - short: The one-letter name.
  ///   - value: What the value looks like.
  ///   - help: What it means.
  ///   - isRepeatable: Whether several values may be given.
  ///   - isRequired: Whether it must be given.
  ///   - defaultValue: The value where it is not given.
  package init(
    _ name: String, short: Character? = nil, value: ValueForm, help: String,
    isRepeatable: Bool = false, isRequired: Bool = false, defaultValue: String? = nil
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.help = help
    self.isRepeatable = isRepeatable
    self.isRequired = isRequired
    self.defaultValue = defaultValue
  }

  private init(flag name: String, short: Character?, help: String) {
    self.name = name
    self.short = short
    self.help = help
    self.isRepeatable = true
    self.isRequired = false
  }

  /// An option that is there or not; giving it twice means the same as once.
  package static func flag(
    _ name: String, short: Character? = nil, help: String
  ) -> CommandOption {
    CommandOption(flag: name, short: short, help: help)
  }

  /// The option every program answers with its help page.
  static let help = flag("help", short: "h", help: "Show this help and exit.")

  /// The option every program answers with its version.
  static let version = flag("version", help: "Show the version and exit.")

  /// The option as tables of options show it, aligned for a missing short name.
  var label: String {
    let name = (short.map { "-\($0), " } ?? "    ") + "--" + name
    return value.map { name + " " + $0.placeholder } ?? name
  }

  /// The option as usage lines show it.
  var usage: String {
    let text = "--" + name + (value.map { " " + $0.placeholder } ?? "")
    let repeated = value != nil && isRepeatable ? text + "..." : text
    return isRequired ? repeated : "[" + repeated + "]"
  }

  /// The help sentence with the choices and the default added.
  var fullHelp: String {
    var text = help
    if case .choices(let choices) = value?.completion {
      text += " One of " + choices.joined(separator: ", ") + "."
    }
    return defaultValue.map { text + " Default: " + $0 + "." } ?? text
  }
}

/// What a value looks like: its name in help, and what a shell may offer for it.
package struct ValueForm: Sendable {
  /// The name in capitals.
  package var placeholder: String
  /// What a shell may offer; a list of choices is also enforced by the parser.
  package var completion: Completion

  /// Free text.
  package static func text(_ placeholder: String) -> ValueForm {
    ValueForm(placeholder: placeholder, completion: .none)
  }

  /// A path to a file or a directory.
  package static func file(_ placeholder: String) -> ValueForm {
    ValueForm(placeholder: placeholder, completion: .files)
  }

  /// A path to a directory.
  package static func directory(_ placeholder: String) -> ValueForm {
    ValueForm(placeholder: placeholder, completion: .directories)
  }

  /// One of the given words; the parser refuses any other.
  package static func choice(_ placeholder: String, _ choices: [String]) -> ValueForm {
    ValueForm(placeholder: placeholder, completion: .choices(choices))
  }
}

/// What a shell may offer in a place of the command line.
package enum Completion: Sendable, Equatable {
  case none
  case files
  case directories
  case choices([String])
}
