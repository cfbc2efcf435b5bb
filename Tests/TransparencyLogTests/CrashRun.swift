// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Merkle
import Primitives
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// The program that is killed and whose calls fail, beside the tests in the build directory.
struct CrashRun {
  static let program: String = {
    let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: executable ?? "").deletingLastPathComponent()
      .appending(path: "CrashWriter").path
  }()

  /// Whether the long loops run: `make crash-log`.
  static let isLong = ProcessInfo.processInfo.environment["CADASTRE_CRASH_LOG"] != nil

  let process = Process()
  private let output = Pipe()

  /// Starts the program.
  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    process.executableURL = URL(filePath: Self.program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = output
    try process.run()
  }

  /// What it says first; waits for it.
  func firstLines() -> Data { output.fileHandleForReading.availableData }

  /// Waits for its end; gives the lines that it wrote, those of `first` before them.
  func finish(after first: Data = Data()) -> [String] {
    let rest = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: first + rest, as: UTF8.self)
    // A line that was cut off by the kill acknowledged nothing.
    let whole = text[..<(text.lastIndex(of: "\n") ?? text.startIndex)]
    return whole.split(separator: "\n").map(String.init)
  }

  var wasKilled: Bool { process.terminationReason == .uncaughtSignal }
}

/// A log that crashes are tried on, and what every state of it must hold to.
final class CrashLog {
  let temporary: TemporaryDirectory
  let signer: NoteSigner
  var path: String { temporary.path + "/log" }

  /// A log of that many entries, closed; none at all where nil.
  init(size: UInt64? = nil) throws {
    temporary = try TemporaryDirectory()
    let key = try #require(SecretKey(seed: [UInt8](repeating: 1, count: 32)))
    signer = try #require(NoteSigner(name: "log.example/crash", key: key))
    guard let size else { return }
    let writer = try LogWriter.create(path: path, signer: signer)
    if size > 0 { _ = try writer.append((0..<size).map(Self.entry)) }
  }

  static func entry(_ index: UInt64) -> [UInt8] {
    Array("entry \(index) \(String(repeating: "x", count: Int(index % 97)))".utf8)
  }

  /// Puts a copy of another log in the place of this one.
  func restore(_ other: CrashLog) throws {
    for suffix in ["", ".journal", ".lock"] {
      try? FileManager.default.removeItem(atPath: path + suffix)
      if FileManager.default.fileExists(atPath: other.path + suffix) {
        try FileManager.default.copyItem(atPath: other.path + suffix, toPath: path + suffix)
      }
    }
  }

  func reader() throws -> LogReader { try LogReader(path: path, verifier: signer.verifier) }

  /// Checks the published files as they lie, and that what was seen before is a prefix of them.
  ///
  /// - Returns: The state that is published.
  @discardableResult
  func checkPublished(
    seen: LogState, entriesFrom first: UInt64 = 0, _ cause: String,
    expected: (UInt64) -> [UInt8]? = CrashLog.entry
  ) throws -> LogState {
    let reader = try reader()
    #expect(reader.size >= seen.size, "\(cause): entries are lost")
    if reader.size >= seen.size {
      #expect(try reader.root(at: seen.size) == seen.root, "\(cause): another log")
    }
    try reader.forEachEntry(in: min(first, reader.size)..<reader.size) { index, bytes in
      if let entry = expected(index), bytes != entry {
        Issue.record("\(cause): entry \(index) is another")
      }
    }
    let damage = Fsck.check(path: path, verifier: signer.verifier).filter(\.isDamage)
    #expect(damage.isEmpty, "\(cause): \(damage)")
    return LogState(size: reader.size, root: reader.checkpoint.root)
  }
}
