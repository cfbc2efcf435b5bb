// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

extension CommandTable {
  /// Understands the words of a command line, without the program's name.
  ///
  /// Common options may stand before or after the command's name; a value follows its option as
  /// `--name=value`, `--name value`, `-nvalue` or `-n value`; `-abc` is three flags; `--` ends the
  /// options. A following word that starts with a dash is taken as a value only where it is `-`
  /// or a number; `--name=-value` passes any other. No words at all ask for the overview, and
  /// `--help` wins over mistakes in other options.
  ///
  /// - Parameter words: The words after the program's name.
  /// - Returns: What to do.
  /// - Throws: ``ArgumentError`` for the first mistake, from the left.
  package func parse(_ words: [String]) throws(ArgumentError) -> Invocation {
    var parser = Parser(table: self, words: words)
    do {
      return try parser.parse()
    } catch {
      if parser.asksForHelp, parser.command != nil { return .help(path: parser.path) }
      throw error
    }
  }
}

/// The state of reading one command line from the left.
private struct Parser {
  let table: CommandTable
  let words: [String]
  var next = 0
  var path: [String] = []
  var optionsEnded = false
  var positional: [String] = []
  var values: [String: [String]] = [:]

  init(table: CommandTable, words: [String]) {
    self.table = table
    self.words = words
  }

  var command: Command? { table.command(at: path) }

  var asksForHelp: Bool {
    words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
  }

  var helpLine: String { ([table.program] + path + ["--help"]).joined(separator: " ") }

  mutating func parse() throws(ArgumentError) -> Invocation {
    while next < words.count {
      let word = words[next]
      next += 1
      if !optionsEnded, word == "--" {
        optionsEnded = true
      } else if !optionsEnded, word.hasPrefix("--") {
        try takeLong(word)
      } else if !optionsEnded, word.hasPrefix("-"), word != "-" {
        try takeShort(word)
      } else {
        try takeWord(word)
      }
    }
    if values["--version"] != nil { return .version }
    if values["--help"] != nil || words.isEmpty { return .help(path: path) }
    guard let command else {
      throw .missingCommand(
        path: path.isEmpty ? [table.program] : path, choices: table.names(after: path))
    }
    try bindArguments(of: command)
    for option in command.options where option.isRequired && values["--" + option.name] == nil {
      throw .missingOption(
        option: "--" + option.name, placeholder: option.value?.placeholder ?? "", help: helpLine)
    }
    return .run(
      ParsedArguments(command: command, commonOptions: table.commonOptions, values: values))
  }

  /// A word without a dash goes on with the command's name, or is one of its arguments.
  private mutating func takeWord(_ word: String) throws(ArgumentError) {
    let names = positional.isEmpty ? table.names(after: path) : []
    if names.contains(word) {
      path.append(word)
    } else if let command {
      let isFull = positional.count == command.arguments.count
      if isFull, command.arguments.last?.isVariadic != true {
        throw .unexpectedArgument(value: word, help: helpLine)
      }
      positional.append(word)
    } else {
      throw .unknownCommand(word: word, path: path, suggestion: suggestedCommand(for: word))
    }
  }

  private func suggestedCommand(for word: String) -> String? {
    let near = Suggestion.nearest(to: word, among: table.names(after: path))
    if let near { return (path + [near]).joined(separator: " ") }
    let elsewhere = table.commands.first { $0.path.count > 1 && $0.path.last == word }
    return elsewhere?.path.joined(separator: " ")
  }

  private var options: [CommandOption] { (command?.options ?? []) + table.commonOptions }

  private mutating func takeLong(_ word: String) throws(ArgumentError) {
    let parts = word.dropFirst(2).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = options.first(where: { $0.name == name }) else {
      let isElsewhere = table.commands.contains { $0.options.contains { $0.name == name } }
      if command == nil, isElsewhere { throw .misplacedOption(option: "--" + name) }
      let suggestion = Suggestion.nearest(to: name, among: options.map(\.name))
      throw .unknownOption(
        option: "--" + name, suggestion: suggestion.map { "--" + $0 }, help: helpLine)
    }
    let attached = parts.count == 2 ? String(parts[1]) : nil
    if option.value == nil, let attached {
      throw .unexpectedValue(option: "--" + name, value: attached)
    }
    try record(option, attached: attached)
  }

  private mutating func takeShort(_ word: String) throws(ArgumentError) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = options.first(where: { $0.short == letter }) else {
        let long = options.first { "-" + $0.name == word }
        throw .unknownOption(
          option: "-\(letter)", suggestion: long.map { "--" + $0.name }, help: helpLine)
      }
      let isAttached = option.value != nil && !letters.isEmpty
      try record(option, attached: isAttached ? String(letters) : nil)
      if isAttached { return }
    }
  }

  /// Notes an option, taking its value from the following word where none is attached.
  private mutating func record(_ option: CommandOption, attached: String?) throws(ArgumentError) {
    let key = "--" + option.name
    if values[key] != nil, !option.isRepeatable { throw .duplicateOption(option: key) }
    guard let form = option.value else {
      values[key] = [""]
      return
    }
    let value: String
    if let attached {
      value = attached
    } else if next < words.count, Self.canBeValue(words[next]) {
      value = words[next]
      next += 1
    } else {
      throw .missingValue(option: key, placeholder: form.placeholder)
    }
    try check(value, against: form.completion, place: key)
    values[key, default: []].append(value)
  }

  private static func canBeValue(_ word: String) -> Bool {
    guard word.hasPrefix("-"), word != "-" else { return true }
    return word.utf8.dropFirst().first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      ?? false
  }

  private mutating func bindArguments(of command: Command) throws(ArgumentError) {
    var rest = positional[...]
    for argument in command.arguments {
      guard let first = rest.first else {
        if argument.isOptional { return }
        throw .missingArgument(name: argument.name, help: helpLine)
      }
      let bound = argument.isVariadic ? Array(rest) : [first]
      for value in bound {
        try check(value, against: argument.completion, place: argument.name)
      }
      values[argument.name] = bound
      rest = rest.dropFirst(bound.count)
    }
  }

  private func check(
    _ value: String, against completion: Completion, place: String
  ) throws(ArgumentError) {
    guard case .choices(let choices) = completion, !choices.contains(value) else { return }
    throw .unknownChoice(
      place: place, value: value, choices: choices,
      suggestion: Suggestion.nearest(to: value, among: choices))
  }
}
