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

/// What an auditor remembers between audits, and what follows from it.
@Suite struct MemoryTests {
  private let liar: DishonestOperator
  private let dispute: Dispute

  init() throws {
    liar = try DishonestOperator()
    dispute = try Dispute()
  }

  /// The two checkpoints kept as evidence, each signed by the operator.
  private func evidence() throws -> [Checkpoint] {
    let directory = liar.temporary.path + "/state.json.evidence"
    let verifier = try liar.signer().verifier
    return try FileSystem.listDirectory(directory).sorted().map { name in
      try Checkpoint(signed: try FileSystem.readFile(directory + "/" + name), by: verifier)
    }
  }

  @Test func `What was verified under a root is not verified again`() throws {
    try liar.publish(Array(dispute.entries.prefix(5)))
    let first = liar.audit(remembering: true)
    #expect(first.holds && first.count("entries whose proofs were verified") == 5)
    #expect(first.notes.contains { $0.text.contains("this is the first audit here") })
    try liar.publish(dispute.entries)
    let second = liar.audit(remembering: true)
    #expect(second.holds, "\(second.text)")
    #expect(second.count("entries whose proofs were verified") == 2)
    #expect(second.count("entries verified before") == 5)
    #expect(second.count("entries folded by the rules") == 7)
    #expect(second.notes.contains { $0.text.contains("--from-start verifies them") })
    let third = liar.audit(remembering: true, isFromStart: true)
    #expect(third.holds && third.count("entries whose proofs were verified") == 7)
    let fourth = liar.audit(remembering: true, version: "2")
    #expect(fourth.holds && fourth.count("entries whose proofs were verified") == 7)
  }

  @Test func `A rollback is named, and both checkpoints are kept`() throws {
    try liar.publish(dispute.entries)
    #expect(liar.audit(remembering: true).holds)
    try liar.publish(Array(dispute.entries.prefix(4)))
    for _ in 0..<2 {
      let report = liar.audit(remembering: true)
      #expect(
        report.names(
          .rollback,
          "rollback: it had 7 entries and now has 4; both checkpoints, as signed, are kept",
          at: "log/checkpoint"), "\(report.text)")
      #expect(report.findings.count == 1, "\(report.text)")
    }
    #expect(try evidence().map(\.size) == [4, 7])
    // Back at the old state nothing is wrong: what is remembered was not given up.
    try liar.publish(dispute.entries)
    #expect(liar.audit(remembering: true).holds)
  }

  @Test(arguments: [0, 1, 3])
  func `A split view is named at the same size and at a larger one`(more: Int) throws {
    try liar.publish(dispute.entries)
    #expect(liar.audit(remembering: true).holds)
    var other = try SampleLedger()
    for party in [1, 2, 3] { try other.join(party) }
    while other.events.count < dispute.entries.count + more {
      try other.grant(.sample(), by: 1)
    }
    try liar.publish(other.events)
    #expect(liar.audit().holds, "the other log holds by itself")
    let report = liar.audit(remembering: true)
    #expect(
      report.names(.splitView, "split view: its first 7 entries are not those it had"),
      "\(report.text)")
    #expect(report.names(.splitView, "state.json.evidence"))
    #expect(try evidence().count == 2)
    // Who forgets sees nothing: that is what remembering is for.
    #expect(liar.audit(remembering: true, isFromStart: true).names(.splitView, "split view"))
  }

  @Test func `An entry that does not hold is found in every audit`() throws {
    var entries = dispute.entries
    entries[4][entries[4].count - 20] ^= 1
    try liar.publish(entries)
    let first = liar.audit(remembering: true)
    #expect(first.findings.contains { $0.subject == "entry 4" })
    let second = liar.audit(remembering: true)
    #expect(second.findings == first.findings, "\(second.text)")
    #expect(second.count("entries verified before") == 4)
  }

  @Test func `Signatures are skipped for the remembered bytes alone`() throws {
    // An entry whose signature was never good, which a forged memory calls verified.
    var entries = dispute.entries
    let text = String(decoding: entries[3], as: UTF8.self)
    entries[3] = Array(text.replacing("50000", with: "50001").utf8)
    try liar.publish(entries)
    #expect(liar.audit(remembering: true).names(.entryProof, "signature", at: "entry 3"))
    let path = liar.temporary.path + "/state.json"
    let state = String(decoding: try FileSystem.readFile(path), as: UTF8.self)
    // The size alone is not enough: the root over it must be that of the log.
    let forged = state.replacing(#""size": "3""#, with: #""size": "7""#)
    #expect(forged != state)
    try DurableFile.write(Array(forged.utf8), to: path)
    #expect(liar.audit(remembering: true).names(.entryProof, "signature", at: "entry 3"))
  }

  @Test func `A record of another log or key, or none at all, is said so`() throws {
    try liar.publish(dispute.entries)
    #expect(liar.audit(remembering: true).holds)
    let path = liar.temporary.path + "/state.json"
    let good = String(decoding: try FileSystem.readFile(path), as: UTF8.self)
    func expect(_ state: String, _ code: AuditReport.Code, _ phrase: String) throws {
      #expect(state != good)
      try DurableFile.write(Array(state.utf8), to: path)
      let report = liar.audit(remembering: true)
      #expect(report.names(code, phrase), "\(report.text)")
    }
    try expect(
      good.replacing(testParty(0).text, with: testParty(1).text), .checkpointOtherKey,
      "the operator's key was rotated, or this is another log of that name")
    try expect(
      good.replacing(#""cadastre/sample""#, with: #""cadastre/other""#), .checkpoint,
      "is of the log 'cadastre/other'")
    try expect("{}", .checkpoint, "does not say what was verified before")
    try expect(
      good.replacing("— cadastre/sample ", with: "— cadastre/sample A"), .checkpoint,
      "does not say what was verified before")
  }

  @Test func `A log of the same name under another key is told from a rotation`() throws {
    let memory = AuditMemory(directory: liar.temporary.path + "/verified")
    var options = RegisterAudit.Options()
    options.memory = memory
    try liar.publish(dispute.entries)
    #expect(RegisterAudit.run(liar.layout, options: options).notes.count == 2)
    let other = try DishonestOperator()
    let configuration = RegisterConfiguration(name: "sample", operator: testParty(7))
    try FileSystem.createDirectory(other.layout.root, mode: 0o755)
    let writer = try LogWriter.create(
      path: other.layout.log, signer: try #require(configuration.signer(testKey(7))))
    _ = try writer.append([
      try Event(
        body: .partyRegistered(PartyRegistration(role: .operator, name: testDigest("register"))),
        at: testMoment(), signedBy: testKey(7)
      ).bytes
    ])
    try configuration.write(other.layout)
    let report = RegisterAudit.run(other.layout, options: options)
    #expect(report.holds, "\(report.text)")
    #expect(
      report.notes.contains {
        $0.text.contains("under the key \(testParty(0)) before") && $0.text.contains("rotated")
      })
  }
}
