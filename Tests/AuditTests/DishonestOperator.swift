// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Audit
import Foundation
import Merkle
import Primitives
import Register
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// An operator who holds the real key and signs whatever log serves it.
final class DishonestOperator {
  let temporary: TemporaryDirectory
  let layout: RegisterLayout
  let configuration = RegisterConfiguration(name: "sample", operator: testParty(0))

  var memory: AuditMemory { AuditMemory(file: temporary.path + "/state.json") }

  init() throws {
    temporary = try TemporaryDirectory()
    layout = RegisterLayout(root: temporary.path + "/register")
  }

  /// What signs checkpoints: the operator's key, or another one under the same name.
  func signer(_ party: Int = 0) throws -> NoteSigner {
    try #require(NoteSigner(name: configuration.origin, key: testKey(party)))
  }

  /// Publishes a log of these entries, in the place of whatever was there.
  func publish(_ entries: [[UInt8]], signedBy party: Int = 0) throws {
    try? FileManager.default.removeItem(atPath: layout.root)
    try FileSystem.createDirectory(layout.root, mode: 0o755)
    let writer = try LogWriter.create(path: layout.log, signer: try signer(party))
    if !entries.isEmpty { _ = try writer.append(entries) }
    try configuration.write(layout)
  }

  /// Publishes the events of a ledger.
  func publish(_ events: [Event]) throws { try publish(events.map(\.bytes)) }

  /// Signs a checkpoint over anything.
  func sign(size: UInt64, root: Digest, by party: Int = 0) throws {
    try place(
      Checkpoint(origin: configuration.origin, size: size, root: root).signed(
        by: try signer(party)))
  }

  /// Puts a note in the place of the checkpoint.
  func place(_ note: SignedNote) throws {
    try DurableFile.write(Array(note.encoded.utf8), to: layout.log + "/checkpoint")
  }

  /// The checkpoint as it is published.
  func note() throws -> SignedNote {
    try SignedNote(parsing: try FileSystem.readFile(layout.log + "/checkpoint"))
  }

  /// Audits what is published.
  func audit(
    threads: Int = 2, remembering: Bool = false, isFromStart: Bool = false, version: String = "1",
    key: DIDKey? = nil
  ) -> AuditReport {
    var options = RegisterAudit.Options()
    options.threads = threads
    options.memory = remembering ? memory : nil
    options.isFromStart = isFromStart
    options.version = version
    options.key = key
    return RegisterAudit.run(layout, options: options)
  }
}

extension AuditReport {
  /// Whether something of the kind was found, in these words.
  func names(_ code: Code, _ phrase: String, at subject: String? = nil) -> Bool {
    findings.contains {
      $0.code == code && $0.problem.contains(phrase) && subject.map($0.subject.contains) ?? true
    }
  }

  /// The findings, one a line.
  var text: String {
    findings.map { "\($0.code.rawValue): \($0.subject): \($0.problem)" }.joined(separator: "\n")
  }

  /// How often a check was made.
  func count(_ what: String) -> Int? { checks.first { $0.what.contains(what) }?.count }
}

/// A ledger with two contributors, and a grant that was suspended, resumed and suspended again.
struct Dispute {
  var ledger: SampleLedger
  let grant: Digest

  init() throws {
    ledger = try SampleLedger()
    try ledger.join(1)
    try ledger.join(2)
    grant = try ledger.grant(.sample(), by: 1)
    try ledger.suspend(grant, by: 1)
    try ledger.resume(grant, by: 1)
    try ledger.suspend(grant, by: 1)
  }

  var entries: [[UInt8]] { ledger.events.map(\.bytes) }
}
