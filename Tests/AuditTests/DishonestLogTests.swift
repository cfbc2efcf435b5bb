// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Audit
import Canonical
import Foundation
import Merkle
import Primitives
import Register
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// What an operator can write who holds the key of the log, and what an auditor says of it.
@Suite struct DishonestLogTests {
  private let liar: DishonestOperator
  private let dispute: Dispute

  init() throws {
    liar = try DishonestOperator()
    dispute = try Dispute()
  }

  @Test func `An honest log of public files alone holds`() throws {
    try liar.publish(dispute.entries)
    let report = liar.audit()
    #expect(report.holds, "\(report.text)")
    #expect(report.count("entries whose proofs were verified") == 7)
    #expect(report.notes.contains { $0.subject == "register.sqlite" })
  }

  @Test func `An entry logged twice is named, though the tree over it is signed`() throws {
    for repeated in dispute.entries.indices {
      try liar.publish(dispute.entries + [dispute.entries[repeated]])
      let report = liar.audit()
      #expect(
        report.names(.entryRepeated, "it is entry \(repeated) over again", at: "entry 7"),
        "\(report.text)")
      #expect(report.findings.count == 1, "\(report.text)")
    }
  }

  @Test func `An old resumption does not lift a new suspension`() throws {
    var state = RegisterState()
    for event in dispute.ledger.events { try state.apply(event) }
    let error = #expect(throws: RegisterError.self) { try state.apply(dispute.ledger.events[5]) }
    #expect(error?.description.contains("it is entry 5 over again") == true)
    #expect(state.grant(dispute.grant)?.isStanding == false)
    #expect(state.size == 7)
  }

  @Test func `Entries in another order are named`() throws {
    var entries = dispute.entries
    entries.swapAt(4, 5)
    try liar.publish(entries)
    let report = liar.audit()
    #expect(report.names(.entryRule, "is not suspended", at: "entry 4"), "\(report.text)")
    #expect(report.notes.contains { $0.text.contains("time goes backwards") })
    entries = dispute.entries
    entries.swapAt(0, 1)
    try liar.publish(entries)
    #expect(
      liar.audit().names(
        .entryRule, "the log does not begin with the operator's registration", at: "entry 0"))
  }

  @Test func `The operator's entries may not go back in time, others' may`() throws {
    func event(_ body: EventBody, _ moment: Int64, by party: Int) throws -> [UInt8] {
      try Event(body: body, at: testMoment(moment), signedBy: testKey(party)).bytes
    }
    func grant(_ number: UInt8, by party: Int) throws -> EventBody {
      .grantIssued(
        try Grant(
          terms: .sample(), signedBy: testKey(party), uuid: [UInt8](repeating: number, count: 16)))
    }
    let founded = dispute.entries.prefix(3)
    // The clock of party 1 is late, and was set back; that of the operator was not.
    try liar.publish(
      founded + [
        try event(grant(1, by: 0), 50, by: 0), try event(grant(2, by: 1), 20, by: 1),
        try event(grant(3, by: 1), 10, by: 1), try event(grant(4, by: 0), 50, by: 0),
      ])
    var report = liar.audit()
    #expect(report.holds, "\(report.text)")
    #expect(
      report.notes.contains {
        $0.subject == "entry 5" && $0.text.contains("time goes backwards")
      })
    try liar.publish(
      founded + [try event(grant(1, by: 0), 50, by: 0), try event(grant(2, by: 0), 49, by: 0)])
    report = liar.audit()
    #expect(
      report.names(.entryTime, "time goes backwards: it states", at: "entry 4"), "\(report.text)")
    #expect(report.findings.count == 1)
  }

  @Test func `An entry signed by the wrong party is named, whichever way it is wrong`() throws {
    // In another's name.
    let suspension = try JSON.parse(dispute.entries[4])
    let bare = JSON.object(try #require(suspension.object).removing("proof"))
    let forged = try DataIntegrity.sign(
      document: bare, key: testKey(2), created: testMoment(4))
    var entries = dispute.entries
    entries[4] = forged.canonicalBytes
    try liar.publish(entries)
    var report = liar.audit()
    #expect(
      report.names(
        .entryProof, "signed by \(testParty(2)) and not by \(testParty(1))", at: "entry 4"),
      "\(report.text)")
    // In one's own name, of another's grant.
    entries[4] =
      try Event(
        body: .grantSuspended(GrantReference(grant: dispute.grant)), at: testMoment(4),
        signedBy: testKey(2)
      ).bytes
    try liar.publish(entries)
    report = liar.audit()
    #expect(report.names(.entryRule, "did not issue this grant", at: "entry 4"), "\(report.text)")
    // An altered word under the old signature.
    let text = String(decoding: dispute.entries[3], as: UTF8.self)
    entries = dispute.entries
    entries[3] = Array(text.replacing("50000", with: "50001").utf8)
    #expect(entries[3] != dispute.entries[3])
    try liar.publish(entries)
    report = liar.audit()
    #expect(
      report.names(.entryProof, "it was altered after signing", at: "entry 3"), "\(report.text)")
  }

  @Test func `What does not hold in one entry hides nothing of the others`() throws {
    var entries = dispute.entries
    entries[2] = Array("no event".utf8)
    entries[4][entries[4].count / 2] ^= 1
    try liar.publish(entries + [dispute.entries[1]])
    let report = liar.audit()
    #expect(report.names(.entryMalformed, "the event is not JSON", at: "entry 2"))
    #expect(report.findings.contains { $0.subject == "entry 4" }, "\(report.text)")
    #expect(report.names(.entryRepeated, "over again", at: "entry 7"), "\(report.text)")
    #expect(report.notes.contains { $0.text.contains("are passed over") })
    // A tile that was altered hides neither the entries before it nor those after.
    var many = dispute.entries
    var ledger = dispute.ledger
    for _ in 0..<600 {
      try ledger.grant(.sample(), by: 1)
      many.append(try #require(ledger.events.last).bytes)
    }
    many[2] = entries[2]
    many[560] = entries[2]
    try liar.publish(many)
    let path = liar.layout.log + "/tile/entries/001"
    var bundle = try FileSystem.readFile(path)
    bundle[100] ^= 1
    try DurableFile.write(bundle, to: path)
    let damaged = liar.audit()
    #expect(damaged.names(.logDamaged, "tile/entries/001 was altered"), "\(damaged.text)")
    #expect(damaged.findings.contains { $0.subject == "entry 2" }, "\(damaged.text)")
    #expect(damaged.findings.contains { $0.subject == "entry 560" }, "\(damaged.text)")
    #expect(damaged.findings.count == 3, "\(damaged.text)")
  }

  @Test func `The report is the same on any number of threads`() throws {
    var ledger = dispute.ledger
    for number in 0..<700 { try ledger.grant(.sample(rate: Int64(number)), by: 1 + number % 2) }
    var entries = ledger.events.map(\.bytes)
    for place in stride(from: 20, to: entries.count, by: 37) { entries[place][90] ^= 1 }
    try liar.publish(entries)
    let one = liar.audit(threads: 1)
    #expect(one.findings.count > 15)
    for threads in [2, 3, 8] { #expect(liar.audit(threads: threads).json == one.json) }
  }

  @Test func `A checkpoint for a larger tree than exists is named`() throws {
    try liar.publish(dispute.entries)
    try liar.sign(size: 9, root: testDigest("a root"))
    let report = liar.audit()
    #expect(
      report.names(
        .treeTooLarge, "a larger tree than exists: it signs 9 entries and the files hold 7",
        at: "log/checkpoint"), "\(report.text)")
  }

  @Test func `A tile with one wrong hash is named, also where the operator signs over it`() throws {
    try liar.publish(dispute.entries)
    let path = liar.layout.log + "/tile/0/000.p/7"
    var bytes = try FileSystem.readFile(path)
    bytes[3 * 32] ^= 1
    try DurableFile.write(bytes, to: path)
    var report = liar.audit()
    #expect(report.names(.logDamaged, "tile/0/000.p/7 was altered"), "\(report.text)")
    let tile = try #require(Tile(path: "tile/0/000.p/7"))
    let hashes = try #require(tile.decodeHashes(bytes))
    try liar.sign(size: 7, root: SHA256Tree().root(of: hashes))
    report = liar.audit()
    #expect(report.names(.logDamaged, "tile/entries/000.p/7 was altered"), "\(report.text)")
  }

  @Test func `Another key under the log's name is named, with what to do`() throws {
    try liar.publish(dispute.entries)
    let checkpoint = try #require(Checkpoint(text: try liar.note().text))
    try liar.sign(size: checkpoint.size, root: checkpoint.root, by: 1)
    var report = liar.audit()
    let phrase = "in the name 'cadastre/sample' by another key: its key id is "
    #expect(report.names(.checkpointOtherKey, phrase), "\(report.text)")
    #expect(report.names(.checkpointOtherKey, "ask the operator for the new key"))
    #expect(report.names(.configuration, "not signed by the origin and operator it names"))
    // Who brings the new key is told that the register still names the old one.
    report = liar.audit(key: testParty(1))
    #expect(report.names(.configuration, "and the auditor's key is \(testParty(1))"))
    #expect(!report.names(.checkpointOtherKey, phrase), "\(report.text)")
  }

  @Test func `A forged key id in the log's name is named`() throws {
    try liar.publish(dispute.entries)
    let good = try liar.note()
    var forged = good
    forged.signatures[0].keyID ^= 0x0101
    try liar.place(forged)
    #expect(liar.audit().names(.checkpointOtherKey, "the line is forged"))
    // Another key's signature under the id of the operator's key.
    forged = try liar.signer(1).sign(good.text)
    forged.signatures[0].keyID = good.signatures[0].keyID
    try liar.place(forged)
    let report = liar.audit()
    #expect(
      report.names(.checkpoint, "the signature of 'cadastre/sample' does not fit the note's text"),
      "\(report.text)")
  }
}
