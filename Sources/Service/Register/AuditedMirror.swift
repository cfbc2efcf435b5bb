// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Audit
import Canonical
import Glibc
package import HTTPClient
import LogNetwork
import Merkle
import Primitives
package import Signing
package import Storage

/// A copy of a register on the network, brought up to date before it is audited.
package struct AuditedMirror {
  /// Whom the auditor believes to keep the register.
  package enum Key: Sendable {
    /// A key that the auditor has from elsewhere.
    case known(DIDKey)
    /// The key that the register stated when it was first seen from here.
    case stated
  }

  /// The copy.
  package let layout: RegisterLayout
  /// The key that the copy was checked with.
  package let key: DIDKey
  /// Files that are served with other bytes than the log binds, and are not in the copy.
  package let wrong: [String]
  /// Whether nobody but the register itself vouches for the key.
  package let isKeyStated: Bool

  /// Where copies are kept: `$XDG_CACHE_HOME/cadastre/mirrors`, else below `~/.cache`; nil where the
  /// environment names neither.
  package static func cache() -> String? {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    let base = variable("XDG_CACHE_HOME") ?? variable("HOME").map { $0 + "/.cache" }
    return base.map { $0 + "/cadastre/mirrors" }
  }

  /// Copies what is new.
  ///
  /// - Parameters:
  ///   - address: The register's address, `http` or `https`.
  ///   - key: Whom the auditor believes to keep it.
  ///   - cache: The directory that copies are kept in.
  ///   - session: What fetches.
  ///   - progress: Told what is being fetched.
  /// - Throws: `ServiceError` where the log is not one that may be copied: rolled back, contradicting
  ///   the copy, or not signed by the key; `LogSourceError` where it cannot be fetched.
  package init(
    of address: String, key: Key, cache: String, session: HTTPSession,
    progress: (String) -> Void
  ) throws {
    var base = address
    while base.hasSuffix("/") { base.removeLast() }
    let directory = cache + "/" + SHA256.digest(base).hex.prefix(32)
    layout = RegisterLayout(root: directory)
    let source = try LogSource(address, session: session)
    guard let stated = try RegisterMirror.statedVerifier(of: source) else {
      throw ServiceError.refused("the register at '\(address)' names no log")
    }
    let keyFile = directory + ".key"
    switch key {
    case .known(let known):
      self.key = known
      isKeyStated = false
    case .stated:
      isKeyStated = true
      self.key = try Self.remembered(stated, in: keyFile, address)
    }
    guard let verifier = NoteVerifier(name: stated.name, publicKey: self.key.publicKey) else {
      throw ServiceError.refused("the register at '\(address)' names no log")
    }
    do {
      let mirror = RegisterMirror(directory: directory, verifier: verifier, policy: .bare)
      wrong = try mirror.run(from: source, progress: progress).wrong
    } catch let error as MirrorError {
      if case .refused = error, stated.publicKey != self.key.publicKey {
        throw ServiceError.refused(
          "the register at '\(address)' is signed by another key: it states \(DIDKey(stated.publicKey)) "
            + "and the auditor's key is \(self.key): the key was rotated, or this is another register: "
            + "ask the operator for a statement signed by the old key")
      }
      throw try Self.refusal(error, source, directory)
    }
    try DurableFile.write(Array((verifier.text + "\n").utf8), to: keyFile)
  }

  /// The key that was stated at first; the register must not state another one later.
  private static func remembered(
    _ stated: NoteVerifier, in file: String, _ address: String
  ) throws -> DIDKey {
    guard FileSystem.fileExists(file) else { return DIDKey(stated.publicKey) }
    let line = String(decoding: try FileSystem.readFile(file, limit: 65_536), as: UTF8.self)
    guard let known = NoteVerifier(String(line.prefix { $0 != "\n" })) else {
      throw ServiceError.refused("'\(file)' holds no key of a log: remove it to begin anew")
    }
    guard known.publicKey == stated.publicKey else {
      throw ServiceError.refused(
        "the register at '\(address)' stated the key \(DIDKey(known.publicKey)) before and now states "
          + "\(DIDKey(stated.publicKey)): the operator's key was rotated, or somebody else answers: "
          + "ask the operator by another way, then give the key with --key")
    }
    return DIDKey(known.publicKey)
  }

  /// What to say of a log that may not be copied, with what proves it kept beside the copy.
  private static func refusal(
    _ error: MirrorError, _ source: LogSource, _ directory: String
  ) throws -> ServiceError {
    var kept: [String] = []
    func keep(_ bytes: [UInt8], _ name: String) throws {
      let path = directory + ".evidence/" + name
      try FileSystem.createDirectory(directory + ".evidence", mode: 0o755)
      try DurableFile.write(bytes, to: path)
      kept.append("'\(path)'")
    }
    switch error {
    case .rollback:
      let own = try FileSystem.readFile(
        directory + "/log/checkpoint", limit: SignedNote.maximumByteCount)
      let served = try source.below("log").bytes(
        "checkpoint", limit: SignedNote.maximumByteCount)
      for note in [own, served] {
        try keep(note, SHA256.digest(note).hex.prefix(16) + ".checkpoint")
      }
    case .splitView(let contradiction):
      let bytes = Array(contradiction.json.prettyText.utf8)
      try keep(bytes, "split-\(SHA256.digest(bytes).hex.prefix(16)).json")
    case .refused, .fault: break
    }
    let evidence = kept.isEmpty ? "" : "; kept as evidence: " + kept.joined(separator: ", ")
    return ServiceError.refused("\(error)\(evidence)")
  }

  /// Audits the copy.
  package func audit(
    _ options: RegisterAudit.Options, progress: (String) -> Void
  ) -> AuditReport {
    var options = options
    options.key = key
    var report = RegisterAudit.run(layout, options: options, progress: progress)
    for path in wrong {
      report.found(path, "it is served with other bytes than the log binds", as: .served)
    }
    if isKeyStated {
      report.note(
        "cadastre.json",
        "the key \(key) is the one that the register states for itself, and nobody vouches for it: "
          + "--key names the one that you were given")
    }
    return report
  }
}
