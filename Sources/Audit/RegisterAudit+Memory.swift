// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Register
import Signing
import Storage
import TransparencyLog

extension RegisterAudit {
  /// What is known of the log from earlier audits.
  struct Recollection {
    /// How many entries at the beginning were verified before under the root they have now.
    var trusted = 0
    /// Whether the log continues what is remembered, so that it may take its place.
    var mayUpdate = false
    var verifier: NoteVerifier?
    var note = ""
  }

  /// Holds the log against the last checkpoint that was verified.
  mutating func recall(_ verifier: NoteVerifier, _ reader: LogReader) {
    guard let memory = options.memory else { return }
    recollection.verifier = verifier
    do {
      let bytes = try FileSystem.readFile(
        layout.log + "/checkpoint", limit: SignedNote.maximumByteCount)
      recollection.note = String(decoding: bytes, as: UTF8.self)
      // The file may have moved on since the reader took it.
      guard try Checkpoint(signed: bytes, by: verifier) == reader.checkpoint else {
        report.note("log", "it grew during the audit: this state of it is not remembered")
        return
      }
      for key in memory.otherKeys(of: verifier) {
        report.note(
          "log",
          "a log of the name '\(verifier.name)' was verified here under the key \(key) before: "
            + "it is another register, or its operator's key was rotated without notice")
      }
      guard let record = try memory.record(of: verifier) else {
        report.note("log", "no checkpoint of it was remembered: this is the first audit here")
        recollection.mayUpdate = true
        return
      }
      try compare(reader, with: record, verifier, memory)
    } catch let error as MemoryError {
      let code: AuditReport.Code =
        if case .otherKey = error { .checkpointOtherKey } else { .checkpoint }
      report.found("log/checkpoint", "\(error)", as: code)
    } catch {
      report.found("log/checkpoint", "\(error)", as: .checkpoint)
    }
  }

  private mutating func compare(
    _ reader: LogReader, with record: AuditMemory.Record, _ verifier: NoteVerifier,
    _ memory: AuditMemory
  ) throws {
    let older: Checkpoint
    do throws(NoteError) {
      older = try Checkpoint(signed: Array(record.note.utf8), by: verifier)
    } catch {
      throw MemoryError.malformed(path: memory.path(verifier), "\(error)")
    }
    let newer = reader.checkpoint
    if newer.size < older.size {
      try accuse(
        older, record.note, verifier, memory, as: .rollback,
        "rollback: it had \(older.size) entries and now has \(newer.size)")
      return
    }
    guard try reader.root(at: older.size) == older.root else {
      try accuse(
        older, record.note, verifier, memory, as: .splitView,
        "split view: its first \(older.size) entries are not those it had; the root over them was "
          + "\(older.root.short)… and two signed checkpoints contradict each other")
      return
    }
    recollection.mayUpdate = true
    report.checked("log", "remembered entries that it continues", Int(older.size))
    guard !options.isFromStart else { return }
    guard record.version == options.version else {
      report.note("log", "another version verified it before: everything is verified again")
      return
    }
    guard record.verified.size <= newer.size,
      try reader.root(at: record.verified.size) == record.verified.root
    else { return }
    recollection.trusted = Int(record.verified.size)
  }

  /// Names two checkpoints that cannot both be true, and keeps both.
  private mutating func accuse(
    _ older: Checkpoint, _ note: String, _ verifier: NoteVerifier, _ memory: AuditMemory,
    as code: AuditReport.Code, _ problem: String
  ) throws {
    guard let newer = log?.checkpoint else { return }
    let paths = try memory.keepEvidence(
      [older: note, newer: recollection.note], of: verifier)
    report.found(
      "log/checkpoint",
      problem + "; both checkpoints, as signed, are kept as evidence in "
        + paths.sorted().map { "'\($0)'" }.joined(separator: " and "), as: code)
  }

  /// Remembers the checkpoint, and how far the entries under it were verified.
  mutating func remember() {
    guard let memory = options.memory, recollection.mayUpdate, isLogWhole, let log,
      let verifier = recollection.verifier
    else { return }
    let size = UInt64(seen.firstBroken ?? Int(log.size))
    do {
      try memory.keep(
        AuditMemory.Record(
          key: DIDKey(verifier.publicKey), note: recollection.note,
          verified: AuditMemory.Prefix(size: size, root: try log.root(at: size)),
          version: options.version), of: verifier)
    } catch {
      report.note("log", "this state of it could not be remembered: \(error)")
    }
  }
}
