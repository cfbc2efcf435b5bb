// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Register
import Signing
import Storage
import TransparencyLog

extension RegisterAudit {
  /// Checks the checkpoint's signature and every byte below `log/`, and holds the log against what is
  /// remembered of it.
  mutating func auditLog() {
    report.code = .configuration
    guard let verifier = verifier() else { return }
    report.code = .logDamaged
    let findings = Fsck.check(path: layout.log, verifier: verifier)
    for finding in findings where finding.isDamage {
      report.found("log", "\(finding)", as: Self.code(of: finding))
    }
    if findings.contains(where: \.isOfAnotherSigner) {
      auditSigner(verifier)
      report.found(
        relative(layout.configuration),
        "the log's checkpoint is not signed by the origin and operator it names: "
          + "this file or the checkpoint was altered", as: .configuration)
    }
    isLogWhole = !findings.contains(where: \.isDamage)
    if !isLogWhole { auditLength(verifier) }
    do {
      let reader = try LogReader(path: layout.log, verifier: verifier)
      // What this checkpoint implies; partial tiles of older ones were compared with these.
      let files = try FileSystem.filesBelow(layout.log).compactMap(Tile.init(path:)).filter {
        Tile.at($0.content, index: $0.index, size: reader.size) == $0
      }
      report.checked("log", "checkpoint signed by the operator", 1)
      report.checked("log", "tiles and bundles hashed again", files.count)
      report.checked("log", "entries under the signed root", Int(reader.size))
      log = reader
      recall(verifier, reader)
    } catch {
      if report.holds { report.found("log", "\(error)") }
    }
  }

  /// What checks the checkpoints: the key that the auditor brings, else that of `cadastre.json`.
  private mutating func verifier() -> NoteVerifier? {
    let subject = relative(layout.configuration)
    do {
      let configuration = try RegisterConfiguration.read(layout)
      let key = options.key ?? configuration.operator
      guard let verifier = NoteVerifier(name: configuration.origin, publicKey: key.publicKey)
      else {
        report.found(subject, "its origin is no name of a log")
        return nil
      }
      report.require(
        key == configuration.operator, subject,
        "it names the operator \(configuration.operator), and the auditor's key is \(key)")
      return verifier
    } catch {
      report.found(subject, "\(error)")
      return nil
    }
  }

  private static func code(of finding: Finding) -> AuditReport.Code {
    switch finding.fault {
    case .checkpoint, .wrongRoot: .checkpoint
    default: .logDamaged
    }
  }

  /// Tells a checkpoint that another key signed in the log's name from one of another log.
  private mutating func auditSigner(_ verifier: NoteVerifier) {
    let path = layout.log + "/checkpoint"
    guard let bytes = try? FileSystem.readFile(path, limit: SignedNote.maximumByteCount),
      let note = try? SignedNote(parsing: bytes),
      let other = note.signatures.first(where: { $0.name.utf8.elementsEqual(verifier.name.utf8) })
    else { return }
    let (found, expected) = (Self.text(other.keyID), Self.text(verifier.keyID))
    report.found(
      "log/checkpoint",
      "it is signed in the name '\(verifier.name)' by another key: its key id is \(found) and not "
        + "\(expected); the key was rotated, or the line is forged: ask the operator for the new key "
        + "by another way than this log, and for a statement signed by the old one",
      as: .checkpointOtherKey)
  }

  /// A key's id as in a `vkey`: eight hexadecimal digits.
  private static func text(_ keyID: UInt32) -> String {
    Hex.encode(withUnsafeBytes(of: keyID.bigEndian) { Array($0) })
  }

  /// Tells a checkpoint of a tree that never was from files that are gone in the middle.
  private mutating func auditLength(_ verifier: NoteVerifier) {
    guard let checkpoint = try? LogReader.checkpoint(path: layout.log, verifier: verifier),
      let files = try? FileSystem.filesBelow(layout.log)
    else { return }
    let ends = files.compactMap { Tile(path: $0) }.filter { $0.content == .entries }
      .map { $0.index * UInt64(Tile.fullWidth) + UInt64($0.width) }
    let held = ends.max() ?? 0
    guard held < checkpoint.size else { return }
    report.found(
      "log/checkpoint",
      "it is for a larger tree than exists: it signs \(checkpoint.size) entries and the files "
        + "hold \(held)", as: .treeTooLarge)
  }
}
