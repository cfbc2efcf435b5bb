// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Audit
import Foundation
import HTTPClient
import HTTPListener
import LogNetwork
import Primitives
import Register
import Service
import Signing
import Storage
import TestSupport
import Testing

/// A register that is served over HTTP, and audited from what is served.
@Suite struct AuditedMirrorTests {
  private let temporary: TemporaryDirectory
  private let writer: RegisterWriter
  private let server: HTTPServer

  init() throws {
    temporary = try TemporaryDirectory()
    let root = temporary.path + "/register"
    writer = try InitialiseRegister.run(root: root, name: "served") { testMoment() }
    let site = RegisterSite(
      writer.layout, verifier: try #require(writer.configuration.verifier), policy: .bare)
    server = try HTTPServer(at: try #require(ListenAddress("127.0.0.1:0"))) { site.answer($0) }
  }

  private var url: String { "http://\(server.address)/" }

  private func join(_ party: Int) throws {
    try writer.append([
      RegisterWriter.Draft(
        .partyRegistered(
          PartyRegistration(role: .contributor, name: testDigest("name \(party)"))),
        signedBy: testKey(party))
    ])
  }

  private func addWork(_ text: String) throws -> Digest {
    let path = temporary.path + "/work.txt"
    try DurableFile.write(Array(text.utf8), to: path)
    return try AddWorks.run(
      [.init(path: path, title: "a work", key: testKey(1))], in: writer)[0].work
  }

  private func mirror(_ key: AuditedMirror.Key = .stated) throws -> AuditedMirror {
    try AuditedMirror(
      of: url, key: key, cache: temporary.path + "/mirrors", session: HTTPSession(),
      progress: { _ in })
  }

  private func audit(_ mirror: AuditedMirror) -> AuditReport {
    var options = RegisterAudit.Options()
    options.memory = AuditMemory(directory: temporary.path + "/verified")
    return mirror.audit(options) { _ in }
  }

  @Test func `What is served is copied and audited, and later only what is new`() throws {
    defer { server.stop() }
    try join(1)
    _ = try addWork("one two three four five six seven eight nine ten")
    let first = audit(try mirror())
    #expect(first.holds, "\(first.findings)")
    #expect(first.notes.contains { $0.text.contains("nobody vouches for it") })
    try join(2)
    let known = audit(try mirror(.known(writer.configuration.operator)))
    #expect(known.holds, "\(known.findings)")
    #expect(!known.notes.contains { $0.text.contains("nobody vouches for it") })
    #expect(known.checks.contains { $0.what.contains("verified before") && $0.count == 3 })
  }

  @Test func `Another key than the auditor's is refused, and so is another than at first`() throws {
    defer { server.stop() }
    let error = #expect(throws: ServiceError.self) { try mirror(.known(testParty(5))) }
    #expect(
      error.map { "\($0)".contains("is signed by another key: it states") } == true,
      "\(error as Any)")
    let honest = try mirror()
    let stranger = NoteVerifier(name: "cadastre/served", publicKey: testKey(5).publicKey)
    try DurableFile.write(
      Array((try #require(stranger).text + "\n").utf8), to: honest.layout.root + ".key")
    let later = #expect(throws: ServiceError.self) { try mirror() }
    #expect(
      later.map { "\($0)".contains("the operator's key was rotated, or somebody else answers") }
        == true, "\(later as Any)")
  }

  @Test func `A served rollback is refused, with both checkpoints kept`() throws {
    defer { server.stop() }
    let older = temporary.path + "/older"
    try FileManager.default.copyItem(atPath: writer.layout.log, toPath: older)
    try join(1)
    _ = try mirror()
    try FileManager.default.removeItem(atPath: writer.layout.log)
    try FileManager.default.copyItem(atPath: older, toPath: writer.layout.log)
    let error = #expect(throws: ServiceError.self) { try mirror() }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("rollback: the copy has 2 entries and the log shows 1"), "\(text)")
    let evidence = try FileSystem.listDirectory(temporary.path + "/mirrors")
    let folder = try #require(evidence.first { $0.hasSuffix(".evidence") })
    #expect(
      try FileSystem.listDirectory(temporary.path + "/mirrors/" + folder).count == 2, "\(text)")
  }

  @Test func `A file that is served with other bytes is named`() throws {
    defer { server.stop() }
    try join(1)
    let work = try addWork("one two three four five six seven eight nine ten")
    let path = writer.layout.fingerprint(work)
    try DurableFile.write(try FileSystem.readFile(path) + [0], to: path)
    let report = audit(try mirror())
    #expect(report.findings.contains { $0.code == .served && $0.subject.contains(work.hex) })
    #expect(report.findings.contains { $0.code == .fingerprint }, "it is not in the copy")
  }
}
