// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Register
package import Signing
import Storage
import TransparencyLog

/// Keeps a copy of all that is public of somebody else's register, so that it can be audited here.
///
/// The log comes first and is verified as by `LogMirror`. Of the other files those whose digest the
/// log binds are written only if they have it; what the log does not bind byte for byte an audit
/// derives again.
package struct RegisterMirror {
  /// The largest file other than the log's, in bytes.
  package static let maximumFileByteCount = 1 << 32

  /// What a run brought.
  package struct Outcome: Sendable {
    /// The log.
    package let log: LogMirror.Outcome
    /// How many other files were fetched; what was there with the right digest is not counted.
    package let fileCount: Int
    /// Files that the log asks for and that are not there.
    package let missing: [String]
    /// Files that are not what the log binds; they were not written.
    package let wrong: [String]
    /// The first entry that breaks a rule of the register, and how: no file of it or of what follows
    /// was asked for.
    package let brokenAt: (index: UInt64, reason: String)?
  }

  private let layout: RegisterLayout
  private let verifier: NoteVerifier
  private let policy: TrustPolicy

  /// A copy in a directory, laid out as a register is.
  package init(directory: String, verifier: NoteVerifier, policy: TrustPolicy) {
    layout = RegisterLayout(root: directory)
    self.verifier = verifier
    self.policy = policy
  }

  /// The key that a register states for its own log: for who has no better word on it.
  ///
  /// - Throws: `LogSourceError`, `ConfigurationError`.
  package static func statedVerifier(of source: LogSource) throws -> NoteVerifier? {
    try RegisterConfiguration(
      bytes: try source.bytes("cadastre.json", limit: 65_536),
      name: source.name(of: "cadastre.json")
    ).verifier
  }

  /// Copies what is new.
  ///
  /// - Parameters:
  ///   - source: Where the register is.
  ///   - progress: Told what is being fetched.
  /// - Returns: What was fetched, and what could not be.
  /// - Throws: as `LogMirror.run`.
  package func run(
    from source: LogSource, progress: (String) -> Void = { _ in }
  ) throws -> Outcome {
    try FileSystem.createDirectory(layout.root)
    let log = try LogMirror(directory: layout.log, verifier: verifier, policy: policy)
      .run(from: source.below("log")) { progress("log: entry \($0) of \($1)") }
    let (state, brokenAt) = try fold()
    var (count, missing, wrong) = (0, [String](), [String]())
    let files = PublicFile.all(of: state)
    for (number, file) in files.enumerated() {
      if let digest = file.digest, (try? FileReader.digest(of: path(file))) == digest { continue }
      progress("file \(number + 1) of \(files.count): \(file.path)")
      do throws(LogSourceError) {
        let bytes = try source.bytes(file.path, limit: Self.maximumFileByteCount)
        guard file.digest.map({ $0 == SHA256.digest(bytes) }) ?? true else {
          wrong.append(file.path)
          continue
        }
        try write(bytes, file)
        count += 1
      } catch {
        guard error.isMissing else { throw error }
        missing.append(file.path)
      }
    }
    return Outcome(
      log: log, fileCount: count, missing: missing, wrong: wrong, brokenAt: brokenAt)
  }

  private func path(_ file: PublicFile) -> String { layout.root + "/" + file.path }

  private func write(_ bytes: [UInt8], _ file: PublicFile) throws(LogSourceError) {
    do throws(StorageError) {
      try FileSystem.createDirectory(FileSystem.parentDirectory(of: path(file)))
      try DurableFile.write(bytes, to: path(file))
    } catch {
      throw .read(error)
    }
  }

  /// The state that the copied log gives, as far as it keeps the rules.
  private func fold() throws -> (RegisterState, (index: UInt64, reason: String)?) {
    let reader = try LogReader(path: layout.log, verifier: verifier)
    var state = RegisterState()
    var broken: (index: UInt64, reason: String)?
    try reader.forEachEntry(in: 0..<reader.size) { index, bytes in
      guard broken == nil else { return }
      do {
        try state.apply(try Event(parsing: bytes))
      } catch {
        broken = (index, "\(error)")
      }
    }
    return (state, broken)
  }
}
