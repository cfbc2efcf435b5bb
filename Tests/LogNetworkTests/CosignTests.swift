// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPClient
import HTTPListener
import LogNetwork
import Merkle
import Primitives
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// Collecting cosignatures from witnesses that keep to the protocol, and from those that do not.
@Suite(.serialized) struct CosignTests {
  private static let moment: Int64 = 1_795_219_200
  private let log: NetworkLog

  init() throws {
    log = try NetworkLog()
    try log.grow(to: 300)
  }

  private func serve(_ signer: CosignatureSigner, state: String) throws -> Served {
    let witness = try Witness(
      signer: signer, logs: [log.verifier], directory: log.temporary.path + "/" + state,
      clock: { Self.moment })
    return try Served { WitnessSite(witness).answer($0) }
  }

  private func policy(
    _ witnesses: [(CosignatureSigner, String)], quorum: String
  ) throws -> TrustPolicy {
    var lines = ["log \(log.verifier.text)"]
    for (number, (signer, url)) in witnesses.enumerated() {
      lines.append("witness w\(number) \(signer.verifier.text) \(url)")
    }
    return try TrustPolicy(parsing: Array((lines + [quorum]).joined(separator: "\n").utf8))
  }

  private func cosign(_ policy: TrustPolicy) throws -> CosignCheckpoint.Outcome {
    let session = HTTPSession(limits: .init(connectSeconds: 2, totalSeconds: 2))
    return try CosignCheckpoint(layout: log.layout, verifier: log.verifier, policy: policy)
      .run(session: session, clock: { Self.moment })
  }

  private var published: [UInt8]? {
    try? FileSystem.readFile(log.layout.witnessedCheckpoint, limit: 1 << 20)
  }

  @Test func `Two of three witnesses are enough, and each growth is cosigned again`() throws {
    let signers = try (0..<3).map { try witnessSigner("w.example/\($0)", seed: UInt8(20 + $0)) }
    let first = try serve(signers[0], state: "w0")
    let second = try serve(signers[1], state: "w1")
    let dead = try { try ScriptedServer { _ in [] }.url }()
    let policy = try policy(
      [(signers[0], first.url), (signers[1], second.url), (signers[2], dead)],
      quorum: "group g 2 w0 w1 w2\nquorum g")
    for size in [300, 300, 301, 511, 512, 513, 900] as [UInt64] {
      try log.grow(to: size)
      let outcome = try cosign(policy)
      #expect(outcome.published.checkpoint == (try log.checkpoint()))
      #expect(outcome.published.witnessings.map(\.witness.name) == ["w0", "w1"])
      let accepted = try policy.accept(try #require(published), of: log.verifier)
      #expect(accepted.checkpoint.size == size)
    }
    // A witness that knows nothing of this log, and one that saw an older state, both catch up.
    let late = try serve(signers[2], state: "w2")
    let all = try self.policy(
      [(signers[0], first.url), (signers[1], second.url), (signers[2], late.url)],
      quorum: "group g all w0 w1 w2\nquorum g")
    #expect(try cosign(all).published.witnessings.count == 3)
  }

  @Test
  func `Where the quorum is not met, the older publication stays and the witnesses are named`()
    throws
  {
    let signers = try (0..<2).map { try witnessSigner("w.example/\($0)", seed: UInt8(20 + $0)) }
    let first = try serve(signers[0], state: "w0")
    let one = try policy([(signers[0], first.url)], quorum: "quorum w0")
    _ = try cosign(one)
    let before = try #require(published)
    try log.grow(to: 310)
    let dead = try { try ScriptedServer { _ in [] }.url }()
    let both = try policy(
      [(signers[0], first.url), (signers[1], dead)], quorum: "group g all w0 w1\nquorum g")
    let error = #expect(throws: CosignError.self) { try cosign(both) }
    let text = "\(try #require(error))"
    #expect(text.contains("w1: nobody answers at \(dead)"))
    #expect(!text.contains("w0:"))
    #expect(published == before)
  }

  @Test func `A policy of another log is refused before anybody is asked`() throws {
    let stranger = try NetworkLog(seed: 9)
    let policy = try TrustPolicy(
      parsing: Array("log \(stranger.verifier.text)\nquorum none".utf8))
    #expect(throws: CosignError.self) { try cosign(policy) }
    #expect(published == nil)
  }

  @Test func `A log put back to an older state gets no cosignature`() throws {
    let signer = try witnessSigner("w.example/0", seed: 20)
    let served = try serve(signer, state: "w0")
    let policy = try policy([(signer, served.url)], quorum: "quorum w0")
    let older = try log.checkpointBytes()
    try log.grow(to: 305)
    _ = try cosign(policy)
    try log.put(older, at: "checkpoint")
    #expect(throws: CosignError.self) { try cosign(policy) }
    try FileSystem.removeFile(log.layout.witnessedCheckpoint)
    let error = #expect(throws: CosignError.self) { try cosign(policy) }
    #expect("\(try #require(error))".contains("cosigned 305 entries"))
  }

  // MARK: - Hostile witnesses

  /// What a witness may answer, and what it is refused for.
  enum Trick: String, CaseIterable, Sendable {
    case garbage, empty, oversized, slow, cut, forged, otherText, otherKey, otherName
    case tooEarly, tooLate, hugeSize, sizeWithoutType, sizeForEver, sizeWords, redirect, noBody
    case logSignature, manyLines
  }

  private static func steps(
    _ trick: Trick, _ request: String, _ signer: CosignatureSigner
  ) -> [ScriptedServer.Step] {
    let body = request.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
    let note = body.split(separator: "\n\n", maxSplits: 1).last.map { $0 + "" } ?? ""
    let text = note.split(separator: "\n\n").first.map { $0 + "\n" } ?? ""
    let size = ["Content-Type: text/x.tlog.size"]
    func line(_ text: String, _ time: Int64) -> [UInt8] {
      Array(signer.sign(text, at: time).line.utf8)
    }
    func reply(
      _ body: [UInt8], _ status: String = "200 OK", _ headers: [String] = []
    ) -> [ScriptedServer.Step] { [ScriptedServer.reply(body, status: status, headers: headers)] }
    var signature = signer.sign(text, at: moment)
    switch trick {
    case .garbage: return reply([0xff, 0x00, 0x0a])
    case .empty, .noBody: return reply([])
    case .oversized: return reply([UInt8](repeating: 0x61, count: 1 << 20))
    case .slow: return [.wait(milliseconds: 3000)]
    case .cut:
      return [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nab".utf8)), .close]
    case .forged:
      signature.bytes[40] ^= 1
      return reply(Array(signature.line.utf8))
    case .otherText: return reply(line("log.example/royalty\n999\n" + text, moment))
    case .otherKey:
      guard let key = SecretKey(seed: [UInt8](repeating: 77, count: 32)),
        let other = CosignatureSigner(name: signer.verifier.name, key: key)
      else { return [] }
      return reply(Array(other.sign(text, at: moment).line.utf8))
    case .otherName:
      signature.name = "somebody.example"
      return reply(Array(signature.line.utf8))
    case .tooEarly: return reply(line(text, moment - 3601))
    case .tooLate: return reply(line(text, moment + 3601))
    case .hugeSize: return reply(Array("18446744073709551615\n".utf8), "409 Conflict", size)
    case .sizeWithoutType: return reply(Array("1\n".utf8), "409 Conflict")
    case .sizeForEver:
      let asked = body.split(separator: "\n").first.flatMap { UInt64($0.dropFirst(4)) } ?? 0
      return reply(Array("\((asked + 1) % 300)\n".utf8), "409 Conflict", size)
    case .sizeWords: return reply(Array("seven\n".utf8), "409 Conflict", size)
    case .redirect: return reply([], "302 Found", ["Location: http://127.0.0.1:1/"])
    case .logSignature:
      return reply(Array((note.split(separator: "\n\n").last.map { $0 + "" } ?? "").utf8))
    case .manyLines:
      return reply([UInt8]((0..<101).map { _ in Array(signature.line.utf8) }.joined()))
    }
  }

  @Test(arguments: Trick.allCases) func `A witness that breaks the protocol is refused by name`(
    _ trick: Trick
  ) throws {
    let signer = try witnessSigner("w.example/0", seed: 20)
    let server = try ScriptedServer { request in Self.steps(trick, request, signer) }
    let policy = try policy([(signer, server.url)], quorum: "quorum w0")
    let error = #expect(throws: CosignError.self) { try cosign(policy) }
    #expect("\(try #require(error))".contains("w0: "))
    #expect(published == nil)
    #expect(server.connectionCount <= 2)
  }

  @Test func `Times at the limit count`() throws {
    let signer = try witnessSigner("w.example/0", seed: 20)
    for difference in [-3600, 3600] as [Int64] {
      let server = try ScriptedServer { request in
        let text = request.components(separatedBy: "\n\n")[1] + "\n"
        let line = signer.sign(text, at: Self.moment + difference).line
        return [ScriptedServer.reply(Array(line.utf8))]
      }
      let policy = try policy([(signer, server.url)], quorum: "quorum w0")
      #expect(try cosign(policy).published.witnessings.count == 1)
    }
  }
}
