// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// One command of a program: what it is called, what it takes and what it is for.
///
/// A command is data; parsing, help and shell completions are all read from the same table, so
/// they cannot disagree.
package struct Command: Sendable {
  /// The words that name it, such as `["work", "add"]`.
  package var path: [String]
  /// One line without a full stop, starting with a verb in the imperative.
  package var summary: String
  /// Paragraphs for the command's own help page; an empty line starts a new one.
  package var discussion: String
  /// What stands without a dash, in order.
  package var arguments: [CommandArgument]
  /// What starts with a dash; the options common to all commands are the table's.
  package var options: [CommandOption]
  /// Lines a reader can copy.
  package var examples: [CommandExample]

  /// Describes a command.
  ///
  /// Traps where the order of arguments would be ambiguous: after an optional argument all are
  /// optional, and only the last may repeat.
  ///
  /// - Parameters:
  ///   - path: The words that name it, separated by spaces.
  ///   - summary: One line for the overview.
  ///   - discussion: Paragraphs for its own page.
  ///   - arguments: What stands without a dash.
  ///   - options: What starts with a dash.
  ///   - examples: Lines a reader can copy.
  package init(
    _ path: String, summary: String, discussion: String = "", arguments: [CommandArgument] = [],
    options: [CommandOption] = [], examples: [CommandExample] = []
  ) {
    self.path = path.split(separator: " ").map(String.init)
    self.summary = summary
    self.discussion = discussion
    self.arguments = arguments
    self.options = options
    self.examples = examples
    precondition(!self.path.isEmpty, "a command needs a name")
    var hasOptional = false
    for (index, argument) in arguments.enumerated() {
      precondition(
        argument.isOptional || !hasOptional,
        "a required argument cannot follow an optional one")
      precondition(
        !argument.isVariadic || index == arguments.count - 1, "only the last argument may repeat")
      hasOptional = hasOptional || argument.isOptional
    }
  }
}

/// A word of a command line that stands without a dash.
package struct CommandArgument: Sendable {
  /// The name in capitals, such as `PATH`, which is also its key in ``ParsedArguments``.
  package var name: String
  /// What it means, as a sentence.
  package var help: String
  /// Whether it may be left out.
  package var isOptional: Bool
  /// Whether it takes all words that are left; a required one takes at least one.
  package var isVariadic: Bool
  /// What a shell may offer in its place.
  package var completion: Completion

  /// Describes an argument; `form` gives its name and what a shell may offer.
  package init(
    _ form: ValueForm, help: String, isOptional: Bool = false, isVariadic: Bool = false
  ) {
    self.name = form.placeholder
    self.completion = form.completion
    self.help = help
    self.isOptional = isOptional
    self.isVariadic = isVariadic
  }

  /// The argument as usage lines show it, such as `[PATH...]`.
  var usage: String {
    let text = isVariadic ? name + "..." : name
    return isOptional ? "[" + text + "]" : text
  }
}

/// A line a reader can copy, and what it does.
package struct CommandExample: Sendable {
  /// The command line, with the program's name.
  package var line: String
  /// What it does, as a sentence.
  package var explanation: String

  /// Pairs a line with what it does.
  package init(_ line: String, _ explanation: String) {
    self.line = line
    self.explanation = explanation
  }
}
