// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Glibc
import Primitives
import Service
import Storage

/// What every command has: its arguments, the terminal, the clock and the register they name.
struct Context {
  let arguments: ParsedArguments
  let console: Console

  init(_ arguments: ParsedArguments) {
    self.arguments = arguments
    console = Console(
      isQuiet: arguments.flag("quiet") || arguments.flag("json"),
      wantsColor: !arguments.flag("no-color"))
  }

  /// The present moment, or the fixed one of `SOURCE_DATE_EPOCH` for logs that repeat bit for bit.
  static let clock: @Sendable () -> Timestamp = {
    if let text = getenv("SOURCE_DATE_EPOCH"), let seconds = Int64(String(cString: text)) {
      return Timestamp(secondsSinceEpoch: seconds)
    }
    return Timestamp(secondsSinceEpoch: Int64(time(nil)))
  }

  /// The register that the options, the working directory or the environment name.
  func layout() throws -> RegisterLayout {
    let directory = getcwd(nil, 0)
    defer { free(directory) }
    return try RegisterSnapshot.locate(
      explicit: arguments.string("register"),
      workingDirectory: directory.map { String(cString: $0) } ?? "",
      environment: getenv("CADASTRE_REGISTER").map { String(cString: $0) })
  }

  /// The register for reading.
  func snapshot() throws -> RegisterSnapshot { try RegisterSnapshot.read(try layout()) }

  /// The register for questions that need not fold the log.
  func index() throws -> RegisterIndex { try RegisterIndex(try layout(), at: Self.clock()) }

  /// The register for appending.
  func writer() throws -> RegisterWriter { try RegisterWriter(try layout(), clock: Self.clock) }

  /// How many threads compute: as asked, else as many as the machine has cores.
  ///
  /// More threads than cores only wait for one another, so they are refused.
  func threads() throws -> Int {
    let cores = max(1, min(64, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    guard let asked = try arguments.integer("threads", in: 1...64) else { return cores }
    guard asked <= cores else {
      throw ServiceError.usage(
        "\(asked) threads are more than the \(cores) cores of this machine: use --threads \(cores)"
          + " or fewer; the result is the same")
    }
    return asked
  }
}
