// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// A program of this package as it was built, beside the tests in the build directory.
package struct BuiltProgram: Sendable {
  /// What a program did.
  package struct Outcome: Sendable {
    /// The exit status, or 128 and the number of the signal that ended it.
    package let status: Int32
    /// Standard output.
    package let output: String
    /// Standard error.
    package let errors: String

    /// Standard output read as JSON.
    package func json() throws -> Any {
      try JSONSerialization.jsonObject(with: Data(output.utf8), options: .fragmentsAllowed)
    }
  }

  /// A program that was started.
  package struct Running {
    private let process: Process
    private let output = Pipe()
    private let errors = Pipe()

    fileprivate init(_ process: Process, input: FileHandle = .nullDevice) throws {
      self.process = process
      process.standardInput = input
      process.standardOutput = output
      process.standardError = errors
      try process.run()
    }

    /// Whether it runs still.
    package var isRunning: Bool { process.isRunning }

    /// Sends it a signal.
    package func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// The next line that it writes to standard output, without its end; what came until its end where
    /// that is sooner.
    package func line() throws -> String {
      var bytes = Data()
      while let byte = try output.fileHandleForReading.read(upToCount: 1), byte.first != 0x0a {
        bytes += byte
      }
      return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits for its end; it must not write more than a pipe holds to standard error.
    package func outcome() throws -> Outcome {
      let text = try output.fileHandleForReading.readToEnd() ?? Data()
      let lines = try errors.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      let base: Int32 = process.terminationReason == .exit ? 0 : 128
      return Outcome(
        status: base + process.terminationStatus, output: String(decoding: text, as: UTF8.self),
        errors: String(decoding: lines, as: UTF8.self))
    }
  }

  /// The absolute path.
  package let path: String

  /// Names a program of this package.
  package init(named name: String) {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    path = URL(filePath: tests).deletingLastPathComponent().appending(path: name).path
  }

  /// A program of the system.
  package init(path: String) { self.path = path }

  /// Starts the program in a directory, with this environment added to the tests' own.
  package func start(
    _ arguments: [String], in directory: String, environment: [String: String] = [:]
  ) throws -> Running {
    try Running(prepared(arguments, in: directory, environment: environment))
  }

  /// Runs the program to its end.
  package func run(
    _ arguments: [String], in directory: String, environment: [String: String] = [:]
  ) throws -> Outcome {
    try start(arguments, in: directory, environment: environment).outcome()
  }

  /// Runs the program to its end with bytes on its standard input.
  package func run(
    _ arguments: [String], in directory: String, input: Data
  ) throws -> Outcome {
    // From a file: a pipe would fill up while nobody reads what the program answers.
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try input.write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = prepared(arguments, in: directory, environment: [:])
    return try Running(process, input: try FileHandle(forReadingFrom: file)).outcome()
  }

  private func prepared(
    _ arguments: [String], in directory: String, environment: [String: String]
  ) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: directory)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    return process
  }
}
