// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Glibc
import Merkle
package import Primitives
package import Signing
import Storage

/// Where an auditor keeps what was seen of logs between audits: one file a log and key, or one file.
package struct AuditMemory: Sendable {
  /// What was seen of one log.
  package struct Record: Sendable {
    /// The operator's key.
    package let key: DIDKey
    /// The last checkpoint, as the log signed it.
    package let note: String
    /// Which entries were verified, signatures included: those of the log of that size and root.
    package let verified: Prefix
    /// The version of the program that verified them.
    package let version: String

    /// A record of a log.
    package init(key: DIDKey, note: String, verified: Prefix, version: String) {
      self.key = key
      self.note = note
      self.verified = verified
      self.version = version
    }
  }

  /// The beginning of a log.
  package struct Prefix: Hashable, Sendable {
    /// The number of entries.
    package let size: UInt64
    /// Their root.
    package let root: Digest

    /// A prefix of that size and root.
    package init(size: UInt64, root: Digest) {
      self.size = size
      self.root = root
    }
  }

  private enum Place { case directory(String), file(String) }
  private let place: Place

  /// The largest file that is read: a checkpoint and little more.
  package static let largestFile = SignedNote.maximumByteCount + 65_536
  private static let format = "cadastre-verified/1"

  /// Keeps one file a log and key in a directory.
  package init(directory: String) { place = .directory(directory) }

  /// Keeps one log in a file.
  package init(file: String) { place = .file(file) }

  /// The user's own place: `$XDG_STATE_HOME/cadastre/verified`, else below `~/.local/state`; nil where
  /// the environment names neither.
  package static func ofUser() -> AuditMemory? {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    let base = variable("XDG_STATE_HOME") ?? variable("HOME").map { $0 + "/.local/state" }
    return base.map { AuditMemory(directory: $0 + "/cadastre/verified") }
  }

  /// The file of a log and key.
  func path(_ verifier: NoteVerifier) -> String {
    switch place {
    case .file(let path): path
    case .directory(let directory):
      directory + "/" + Self.prefix(verifier.name)
        + SHA256.digest(verifier.publicKey.bytes).hex.prefix(16) + ".json"
    }
  }

  private static func prefix(_ origin: String) -> String {
    SHA256.digest(origin).hex.prefix(32) + "-"
  }

  /// What is remembered of a log under a key; nil where nothing is.
  ///
  /// - Throws: `MemoryError`, or what the disk throws.
  func record(of verifier: NoteVerifier) throws -> Record? {
    let path = path(verifier)
    guard FileSystem.fileExists(path) else { return nil }
    let (origin, record) = try Self.read(path)
    guard origin.utf8.elementsEqual(verifier.name.utf8) else {
      throw MemoryError.otherLog(path: path, origin: origin)
    }
    guard record.key.publicKey == verifier.publicKey else {
      throw MemoryError.otherKey(path: path, key: record.key)
    }
    return record
  }

  /// The other keys under which a log of this origin was verified here.
  func otherKeys(of verifier: NoteVerifier) -> [DIDKey] {
    guard case .directory(let directory) = place else { return [] }
    let own = path(verifier)
    let names = (try? FileSystem.listDirectory(directory)) ?? []
    return names.filter { $0.hasPrefix(Self.prefix(verifier.name)) && $0.hasSuffix(".json") }
      .sorted().map { directory + "/" + $0 }.filter { $0 != own }
      .compactMap { try? Self.read($0).record.key }
  }

  /// Keeps a record in place of the one before.
  func keep(_ record: Record, of verifier: NoteVerifier) throws {
    let path = path(verifier)
    try FileSystem.createDirectory(FileSystem.parentDirectory(of: path), mode: 0o755)
    try DurableFile.write(Self.encode(origin: verifier.name, record), to: path)
  }

  /// The file form.
  package static func encode(origin: String, _ record: Record) -> [UInt8] {
    let json: JSON = [
      "format": .string(format), "origin": .string(origin),
      "key": .string(record.key.text), "checkpoint": .string(record.note),
      "verified": [
        "size": .string(String(record.verified.size)), "root": .string(record.verified.root.hex),
      ], "version": .string(record.version),
    ]
    return Array(json.prettyText.utf8)
  }

  /// Keeps two checkpoints that cannot both be true beside the record, as the log signed them.
  ///
  /// - Returns: The paths of the two files, the remembered one first.
  func keepEvidence(_ notes: [Checkpoint: String], of verifier: NoteVerifier) throws -> [String] {
    let directory = path(verifier) + ".evidence"
    try FileSystem.createDirectory(directory, mode: 0o755)
    return try notes.sorted { $0.value < $1.value }.map { checkpoint, note in
      let path = directory + "/\(checkpoint.size)-\(checkpoint.root.short).checkpoint"
      try DurableFile.write(Array(note.utf8), to: path)
      return path
    }
  }

  private static func read(_ path: String) throws -> (origin: String, record: Record) {
    do {
      return try parse(try FileSystem.readFile(path, limit: largestFile))
    } catch let error as StorageError {
      throw error
    } catch {
      throw MemoryError.malformed(path: path, "\(error)")
    }
  }

  /// Reads the file form, strictly.
  ///
  /// - Throws: `JSONError` or `JSONFieldError`.
  package static func parse(_ bytes: [UInt8]) throws -> (origin: String, record: Record) {
    var fields = try JSONFields(try JSON.parse(bytes), of: "the record of a log")
    _ = try fields.parsed("format", as: "'\(format)'") { $0 == format ? $0 : nil }
    let origin = try fields.string("origin")
    let key = try fields.parsed("key", as: "a did:key", DIDKey.init)
    let note = try fields.string("checkpoint")
    let version = try fields.string("version")
    var verified = try JSONFields(try fields.value("verified"), of: "what was verified")
    let size = try verified.parsed("size", as: "a number") { text in
      UInt64(text).flatMap { String($0) == text ? $0 : nil }
    }
    let root = try verified.parsed("root", as: "a SHA-256 digest", Digest.init(hex:))
    try verified.finish()
    try fields.finish()
    return (
      origin,
      Record(key: key, note: note, verified: Prefix(size: size, root: root), version: version)
    )
  }
}

/// Why what is remembered of a log cannot be used.
enum MemoryError: Error {
  case malformed(path: String, String)
  case otherLog(path: String, origin: String)
  case otherKey(path: String, key: DIDKey)
}

extension MemoryError: CustomStringConvertible {
  var description: String {
    switch self {
    case .malformed(let path, let reason):
      "'\(path)' does not say what was verified before: \(reason): remove it to begin anew"
    case .otherLog(let path, let origin):
      "'\(path)' is of the log '\(origin)': name another file"
    case .otherKey(let path, let key):
      "'\(path)' remembers this log under the key \(key): the operator's key was rotated, or this "
        + "is another log of that name; ask the operator for a statement signed by the old key, then "
        + "name another file to begin anew"
    }
  }
}
