// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What a command line asks for.
package enum Invocation: Sendable, Equatable {
  /// A command with its values, complete and checked against the table.
  case run(ParsedArguments)
  /// The help page of a command, of a group of commands, or (for an empty path) the overview.
  case help(path: [String])
  /// The program's version.
  case version
}

/// The values of one command line, by the names its ``Command`` declares.
///
/// Asking for a name that the command does not declare is a programming error and traps.
package struct ParsedArguments: Sendable, Equatable {
  /// The path of the command to run.
  package let path: [String]
  private let values: [String: [String]]
  private let defaults: [String: String]
  private let known: Set<String>

  /// Keeps checked values; options are keyed with their dashes, arguments by their name.
  init(command: Command, commonOptions: [CommandOption], values: [String: [String]]) {
    path = command.path
    self.values = values
    var known = Set(command.arguments.map(\.name))
    var defaults: [String: String] = [:]
    for option in command.options + commonOptions {
      known.insert("--" + option.name)
      defaults["--" + option.name] = option.defaultValue
    }
    self.known = known
    self.defaults = defaults
  }

  /// Whether the option was given.
  package func flag(_ name: String) -> Bool {
    !given("--" + name).isEmpty
  }

  /// The value of the option, else its default, else nil.
  package func string(_ name: String) -> String? {
    given("--" + name).last ?? defaults["--" + name]
  }

  /// The value of an option that is required or has a default; traps for any other.
  package func required(_ name: String) -> String {
    guard let value = string(name) else {
      preconditionFailure("option '--\(name)' is neither required nor has it a default")
    }
    return value
  }

  /// All values of a repeatable option, in order; the default where none was given.
  package func strings(_ name: String) -> [String] {
    let values = given("--" + name)
    return values.isEmpty ? defaults["--" + name].map { [$0] } ?? [] : values
  }

  /// The value of the option as a whole number.
  ///
  /// - Parameters:
  ///   - name: The option's long name.
  ///   - range: The numbers that make sense.
  /// - Returns: The number, or nil where neither a value nor a default is there.
  /// - Throws: ``ArgumentError/badInteger(place:value:lower:upper:)``.
  package func integer(
    _ name: String, in range: ClosedRange<Int>
  ) throws(ArgumentError) -> Int? {
    guard let text = string(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw .badInteger(
        place: "--" + name, value: text, lower: range.lowerBound, upper: range.upperBound)
    }
    return value
  }

  /// The word given for the argument, or nil for an optional one that was left out.
  package func argument(_ name: String) -> String? {
    given(name).first
  }

  /// The word given for a required argument; traps for an optional one that was left out.
  package func requiredArgument(_ name: String) -> String {
    guard let value = argument(name) else {
      preconditionFailure("argument \(name) is not a required one")
    }
    return value
  }

  /// All words given for a variadic argument, in order.
  package func arguments(_ name: String) -> [String] {
    given(name)
  }

  private func given(_ key: String) -> [String] {
    precondition(known.contains(key), "'\(path.joined(separator: " "))' declares no \(key)")
    return values[key] ?? []
  }
}
