// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPClient
import LogNetwork
import Merkle
import Primitives
import Signing
import Storage
import Synchronization
import TestSupport
import Testing
import TransparencyLog

/// The commands of the log, as an operator, a witness and a stranger type them.
@Suite(.serialized) struct LogOverNetworkTests {
  /// A command that serves, until the value goes.
  private final class Service {
    let running: BuiltProgram.Running
    let line: String
    var url: String {
      line.split(separator: " ").first { $0.hasPrefix("http://") }.map(String.init) ?? ""
    }

    init(_ desk: Desk, _ arguments: [String]) throws {
      running = try desk.start(arguments + ["--listen", "127.0.0.1:0"])
      line = try running.line()
      try #require(line.hasPrefix("serving "), "\(line)")
    }

    func stop() throws -> BuiltProgram.Outcome {
      running.send(SIGTERM)
      return try running.outcome()
    }

    deinit { if running.isRunning { running.send(SIGKILL) } }
  }

  private func small() throws -> Desk {
    let desk = try Desk()
    try desk.json("init", desk.register, "--name", "Town Library")
    for name in ["ada", "ben", "cleo"] { try desk.json("key", "new", name) }
    return desk
  }

  private func key(_ desk: Desk) throws -> String {
    try #require((try desk.json("log", "show") as? [String: Any])?["key"] as? String)
  }

  @Test func `All that is public of a register is copied, and nothing that is private`() throws {
    let desk = try Sample.copy()
    let key = try key(desk)
    let service = try Service(desk, ["log", "serve"])
    let copy = desk.root + "/copy"
    let first = try desk.run(["log", "mirror", service.url, copy, "--all", "--log", key])
    #expect(first.status == 0, "\(first.output)\(first.errors)")
    let own = Set(try FileSystem.filesBelow(desk.register))
    let copied = Set(try FileSystem.filesBelow(copy)).subtracting(["log.lock"])
    let shown = try desk.json("log", "show") as? [String: Any]
    let size = try #require((shown?["size"] as? String).flatMap { UInt64($0) })
    let expected = own.filter { path in
      // Narrower tiles, which older checkpoints imply, are not those of this size.
      if path.hasPrefix("log/") {
        return Tile(path: String(path.dropFirst(4)))
          .map { Tile.at($0.content, index: $0.index, size: size) == $0 } ?? true
      }
      return PublicFile.isPublic(path) && !path.hasSuffix(".state")
    }
    #expect(copied == expected)
    #expect(own.contains { $0.hasPrefix("keys/") } && own.contains("openings.sqlite"))
    for path in expected {
      #expect(
        try FileSystem.readFile(copy + "/" + path)
          == FileSystem.readFile(desk.register + "/" + path), "\(path)")
    }
    let again = try desk.run(["log", "mirror", service.url, copy, "--all", "--log", key, "--json"])
    #expect((try again.json() as? [String: Any])?["files"] as? Int == 0)
    #expect(try service.stop().status == 0)
  }

  @Test func `A file that is not what the log binds is named and not kept`() throws {
    let desk = try Sample.copy()
    let key = try key(desk)
    let model = "models/\(Sample.model)/model.safetensors"
    var bytes = try FileSystem.readFile(desk.register + "/" + model)
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(filePath: desk.register + "/" + model))
    try FileSystem.removeFile(desk.register + "/models/\(Sample.model)/shares.json")
    let outcome = try desk.run(
      ["log", "mirror", desk.register, desk.root + "/copy", "--all", "--log", key])
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("\(model): is not what the log binds"))
    #expect(outcome.output.contains("models/\(Sample.model)/shares.json: is not there"))
    #expect(!FileSystem.fileExists(desk.root + "/copy/" + model))
  }

  @Test func `Serve, witness, cosign and monitor work together`() throws {
    let desk = try small()
    let key = try key(desk)
    let watching = ["log", "witness", "--name", "example.org/w", "--log", key, "--state", "w"]
    let witness = try Service(desk, watching + ["--key", "w.json", "--new-key"])
    let verifier = try #require(witness.line.split(separator: " ").first { $0.contains("+") })
    #expect(
      try FileManager.default.attributesOfItem(atPath: desk.root + "/w.json")[.posixPermissions]
        as? Int == 0o600)
    let policy = "log \(key)\nwitness w \(verifier) \(witness.url)\nquorum w\n"
    try Data(policy.utf8).write(to: URL(filePath: desk.register + "/policy"))
    let service = try Service(desk, ["log", "serve"])
    let watch = [
      "log", "monitor", service.url, "--log", key, "--policy", desk.register + "/policy",
      "--state", "memory.json", "--json",
    ]
    #expect(try desk.run(watch).status == 3, "nothing is published before it is cosigned")
    #expect(try desk.run(["log", "cosign"]).status == 0)
    let visit = try desk.run(watch)
    #expect(visit.status == 0, "\(visit.output)\(visit.errors)")
    let entries = (try visit.json() as? [String: Any])?["entries"] as? [[String: Any]]
    #expect(
      entries?.compactMap { $0["type"] as? String }
        == Array(repeating: "party.registered", count: 4))
    // The log grows; until it is cosigned again the older checkpoint stays published.
    try desk.json("key", "new", "dora")
    #expect((try desk.run(watch).json() as? [String: Any])?["size"] as? String == "4")
    #expect(try desk.run(["log", "cosign"]).status == 0)
    #expect((try desk.run(watch).json() as? [String: Any])?["size"] as? String == "5")
    #expect(try witness.stop().status == 0)
    let refused = try desk.run(["log", "cosign"])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("w: nobody answers at \(witness.url)"))
    #expect(try service.stop().status == 0)
  }

  @Test func `A fork is found by a monitor, whose evidence convinces others`() throws {
    let desk = try small()
    let key = try key(desk)
    let fork = desk.root + "/fork"
    try FileManager.default.copyItem(atPath: desk.register, toPath: fork)
    try desk.json("key", "new", "dora")
    try desk.json("key", "new", "dora", "--register", fork)
    try desk.json("key", "new", "elsa", "--register", fork)
    let watch = ["--log", key, "--state", "memory.json"]
    #expect(try desk.run(["log", "monitor", desk.register] + watch).status == 0)
    let visit = try desk.run(["log", "monitor", fork] + watch)
    #expect(visit.status == 1)
    #expect(visit.output.contains("split-view: "))
    let evidence = try #require(
      try FileSystem.listDirectory(desk.root).first { $0.hasPrefix("memory.json.split-") })
    let shown = try desk.run(["log", "contradiction", evidence, "--log", key])
    #expect(shown.status == 0)
    #expect(shown.output.contains("a tree of 5 and one of 6 entries"))
    let mirror = try desk.run(["log", "mirror", desk.register, "copy", "--log", key])
    #expect(mirror.status == 0)
    let refused = try desk.run(["log", "mirror", fork, "copy", "--log", key])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("split view"))
  }

  @Test func `Wrong words are usage errors, an absent server is the system's`() throws {
    let desk = try small()
    let key = try key(desk)
    for (arguments, status, word) in [
      (["log", "serve", "--listen", "example.org:80"], 2, "no place to listen"),
      (["log", "monitor", desk.register, "--log", "x"], 2, "no log's key"),
      (["log", "monitor", "http://127.0.0.1:1/", "--log", key], 3, "nobody answers"),
      (["log", "monitor", desk.root + "/absent", "--log", key], 1, "no log at"),
      (["log", "monitor", desk.register, "--log", key, "--once", "--every", "5"], 2, "--once"),
      (["log", "cosign"], 2, "no policy"),
      (["log", "mirror", desk.register, "copy", "--log", key, "--policy", "absent"], 1, "absent"),
      (["log", "contradiction", "absent.json", "--log", key], 1, "absent.json"),
      (
        ["log", "witness", "--key", "absent", "--name", "w", "--log", key, "--state", "w"], 1,
        "no key 'absent'"
      ),
    ] as [([String], Int32, String)] {
      let outcome = try desk.run(arguments)
      #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains(word), "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  /// Kills a witness at any moment: whatever it answered, it knows after its restart.
  @Test func `A killed witness has kept every checkpoint that it answered for`() throws {
    let desk = try Desk()
    let logKey = try #require(SecretKey(seed: [UInt8](repeating: 1, count: 32)))
    let log = try #require(NoteSigner(name: "log.example/killed", key: logKey))
    let tree = MerkleTree(
      hasher: SHA256Tree(), entries: (0..<4000).map { Array("entry \($0)".utf8) })
    var random = Philox4x32(key: 7, stream: 0)
    var known: UInt64 = 0
    for round in 0..<12 {
      let service = try Service(
        desk,
        [
          "log", "witness", "--name", "example.org/w", "--log", log.verifier.text, "--state", "w",
          "--key", "w.json",
        ] + (round == 0 ? ["--new-key"] : []))
      let text = try #require(service.line.split(separator: " ").first { $0.contains("+") })
      let witness = try #require(CosignatureVerifier(String(text)))
      let address = try #require(HTTPAddress(service.url)).file("add-checkpoint")
      let pause = 20_000 + random.below(100_000)
      let running = service.running
      let killer = Thread {
        usleep(pause)
        running.send(SIGKILL)
      }
      killer.start()
      let session = HTTPSession(limits: .init(connectSeconds: 2, totalSeconds: 5))
      // The size it states after a restart is at least the largest it answered for.
      var size: UInt64?
      while true {
        let older = size ?? 0
        let newer = older + 1
        guard newer < 4000 else { break }
        let checkpoint = Checkpoint(
          origin: log.verifier.name, size: newer, root: tree.root(at: newer))
        let note = checkpoint.signed(by: log)
        let request = WitnessRequest(
          older: older,
          proof: older == 0 ? [] : tree.consistencyProof(from: older, to: newer).path,
          note: Array(note.encoded.utf8))
        guard
          let reply = try? session.post(
            request.encoded, type: "text/plain", to: address, limit: 1000)
        else { break }
        let body = String(decoding: reply.body, as: UTF8.self)
        if reply.status == 409 {
          let stated = try #require(UInt64(body.dropLast()))
          #expect(stated >= known, "it forgot what it answered for")
          size = stated
        } else {
          #expect(reply.status == 200, "\(body)")
          let line = try #require(SignedNote.Signature(line: String(body.dropLast())))
          #expect(
            (try? witness.cosignatures(on: SignedNote(text: note.text, signatures: [line]))) != nil)
          size = newer
          known = max(known, newer)
        }
      }
      while !killer.isFinished { usleep(1000) }
      _ = try service.running.outcome()
    }
    #expect(known > 12)
  }
}
