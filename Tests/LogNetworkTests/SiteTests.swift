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

/// A register served: the log as C2SP tlog-tiles asks, the public files, and nothing else.
@Suite(.serialized) struct SiteTests {
  private let log: NetworkLog
  private let session = HTTPSession(limits: .init(connectSeconds: 5, totalSeconds: 20))

  init() throws {
    log = try NetworkLog()
    try log.grow(to: 300)
  }

  private func serve(_ log: NetworkLog) throws -> Served {
    let site = RegisterSite(log.layout, verifier: log.verifier, policy: .bare)
    return try Served { site.answer($0) }
  }

  private func serve(_ policy: TrustPolicy = .bare) throws -> Served {
    let site = RegisterSite(log.layout, verifier: log.verifier, policy: policy)
    return try Served { site.answer($0) }
  }

  @Test func `Every tile of every size is served, also of sizes that are over`() throws {
    let log = try NetworkLog()
    try log.grow(to: 300, batch: 7)
    let served = try serve(log)
    for size in [1, 7, 14, 255, 256, 257, 300] as [UInt64] {
      let entries = (0..<size).map(NetworkLog.entry)
      let leaves = entries.map(SHA256Tree().leaf)
      for index in 0..<((size + 255) / 256) {
        let range = Int(index) * 256..<min(Int(size), Int(index + 1) * 256)
        let bundle = Tile(.entries, index: index, width: range.count)
        let tile = Tile(.hashes(level: 0), index: index, width: range.count)
        #expect(
          try session.bytes(at: served.url + "log/" + bundle.path, limit: 1 << 20)
            == EntryBundle.encode(entries[range]))
        let reply = try session.get(served.url + "log/" + tile.path, limit: 1 << 20)
        #expect(reply.body == Tile.encode(hashes: Array(leaves[range])))
        #expect(reply.header("content-type") == "application/octet-stream")
        #expect(reply.header("cache-control")?.contains("immutable") == true)
      }
    }
  }

  @Test func `The checkpoint is text for a short while and follows the log`() throws {
    let served = try serve()
    let url = served.url + "log/checkpoint"
    let reply = try session.get(url, limit: 1000)
    #expect(reply.header("content-type") == "text/plain; charset=utf-8")
    #expect(reply.header("cache-control") == "public, max-age=5")
    #expect(reply.body == (try log.checkpointBytes()))
    let tag = try #require(reply.header("etag"))
    let match = [HTTPReply.Header(name: "If-None-Match", value: tag)]
    #expect(try session.get(url, limit: 1000, headers: match).status == 304)
    try log.grow(to: 301)
    let next = try session.get(url, limit: 1000, headers: match)
    #expect(next.status == 200)
    #expect(try Checkpoint(signed: next.body, by: log.verifier).size == 301)
    #expect(try session.get(served.url + "log/tile/0/001.p/45", limit: 9999).status == 200)
  }

  @Test(arguments: [
    "log/tile/0/000.p/0", "log/tile/0/000.p/256", "log/tile/0/001.p/45", "log/tile/0/001",
    "log/tile/0/002", "log/tile/1/000", "log/tile/1/000.p/2", "log/tile/00/000", "log/tile/0/0",
    "log/tile/2/000.p/1", "log/tile/64/000", "log/tile/0/x000/000", "log/tile/entries/001",
    "log/tile/entries/000.p/", "log/tile", "log/", "log", "", "checkpoint", "tile/0/000",
    "log/checkpoint/", "log.lock", "keys/operator.json", "openings.sqlite", "register.sqlite",
    "witnessed/checkpoint", "models/m/.corpus", "log/checkpoint%00", "log/.hidden",
  ]) func `Nothing else is there`(_ path: String) throws {
    for name in ["keys/operator.json", "openings.sqlite", "register.sqlite", "models/m/.corpus"] {
      let place = log.root + "/" + name
      try FileSystem.createDirectory(FileSystem.parentDirectory(of: place))
      try Data([1]).write(to: URL(filePath: place))
    }
    let served = try serve()
    let reply = try session.get(served.url + path, limit: 1000)
    #expect([400, 404].contains(reply.status), "\(path): \(reply.status)")
  }

  @Test func `Public files are served with their type, links and private ones are not`() throws {
    try Data("{}".utf8).write(to: URL(filePath: log.root + "/cadastre.json"))
    let digest = String(repeating: "ab", count: 32)
    try FileSystem.createDirectory(log.root + "/signals")
    try FileSystem.createDirectory(log.root + "/keys")
    try Data("secret".utf8).write(to: URL(filePath: log.root + "/keys/operator.json"))
    try FileManager.default.createSymbolicLink(
      atPath: log.root + "/signals/" + digest,
      withDestinationPath: log.root + "/keys/operator.json")
    let served = try serve()
    let reply = try session.get(served.url + "cadastre.json", limit: 100)
    #expect(reply.body == Array("{}".utf8))
    #expect(reply.header("content-type") == "application/json")
    #expect(reply.header("x-content-type-options") == "nosniff")
    #expect(try session.get(served.url + "signals/" + digest, limit: 100).status == 404)
    let posted = try session.post(
      [1], type: "text/plain", to: served.url + "cadastre.json", limit: 100)
    #expect(posted.status == 405)
    #expect(posted.header("allow") == "GET, HEAD")
  }

  @Test func `Where witnesses are asked for, only what they cosigned is published`() throws {
    let signer = try witnessSigner("w.example/0", seed: 20)
    let policy = try TrustPolicy(
      parsing: Array("witness w \(signer.verifier.text)\nquorum w".utf8))
    let served = try serve(policy)
    let url = served.url + "log/checkpoint"
    #expect(try session.get(url, limit: 1000).status == 503)
    var note = try SignedNote(parsing: try log.checkpointBytes())
    let file = log.layout.witnessedCheckpoint
    try FileSystem.createDirectory(FileSystem.parentDirectory(of: file))
    try Data(note.encoded.utf8).write(to: URL(filePath: file))
    #expect(try session.get(url, limit: 1000).status == 503)
    note.signatures.append(signer.sign(note.text, at: 5))
    try Data(note.encoded.utf8).write(to: URL(filePath: file))
    #expect(try session.get(url, limit: 1000).body == Array(note.encoded.utf8))
    // The log grows; what was cosigned stays published, and its partial tiles are there.
    try log.grow(to: 420)
    #expect(try session.get(url, limit: 1000).body == Array(note.encoded.utf8))
    let visit = try LogMonitor(verifier: log.verifier, policy: policy)
      .visit(try LogSource(served.url, session: session).log(), memory: nil, now: 5)
    #expect(visit.findings == [])
    #expect(visit.entryCount == 300)
  }

  @Test func `A log that cannot be read is an error, never an empty answer`() throws {
    let served = try serve()
    try FileSystem.removeFile(log.path + "/checkpoint")
    #expect(try session.get(served.url + "log/checkpoint", limit: 1000).status == 503)
    #expect(try session.get(served.url + "log/tile/0/000", limit: 1000).status == 404)
  }
}
