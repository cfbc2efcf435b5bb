// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import HTTPClient
import HTTPListener
import LogNetwork
import Merkle
import Primitives
import Signing
import Storage
import Synchronization
import TestSupport
import Testing
import TransparencyLog

/// The witness by the letter of C2SP tlog-witness.
@Suite(.serialized) struct WitnessTests {
  private let directory: TemporaryDirectory
  private let signer: CosignatureSigner
  private static let moment: Int64 = 1_795_219_200

  init() throws {
    directory = try TemporaryDirectory()
    signer = try witnessSigner("witness.example/w1", seed: 2)
  }

  private func witness(_ logs: [NoteVerifier], clock: Int64 = moment) throws -> Witness {
    try Witness(
      signer: signer, logs: logs, directory: directory.path + "/state", clock: { clock })
  }

  /// A log in memory that signs whatever a test wants.
  private struct PaperLog {
    let signer: NoteSigner
    var entries: [[UInt8]]

    init(seed: UInt8 = 1, name: String = "log.example/royalty", prefix: String = "entry") throws {
      let key = try #require(SecretKey(seed: [UInt8](repeating: seed, count: 32)))
      signer = try #require(NoteSigner(name: name, key: key))
      entries = (0..<20).map { Array("\(prefix) \($0)".utf8) }
    }

    var tree: MerkleTree<SHA256Tree> { MerkleTree(hasher: SHA256Tree(), entries: entries) }

    func note(_ size: UInt64) -> [UInt8] {
      let checkpoint = Checkpoint(
        origin: signer.verifier.name, size: size, root: tree.root(at: size))
      return Array(checkpoint.signed(by: signer).encoded.utf8)
    }

    func request(_ older: UInt64, _ newer: UInt64) -> [UInt8] {
      let proof = older == 0 ? [] : tree.consistencyProof(from: older, to: newer).path
      return WitnessRequest(older: older, proof: proof, note: note(newer)).encoded
    }
  }

  private func isCosigned(_ outcome: Witness.Outcome) -> Bool {
    if case .cosigned = outcome { true } else { false }
  }

  // MARK: - The published sequence

  /// The requests and answers of a published conformance script (FiloSottile/torchwood,
  /// cmd/litewitness/testdata/litewitness.txt); where it expects 403 for an unknown log, the
  /// specification of 2026 says 404.
  @Test func `The published sequence of requests gives the published statuses`() throws {
    let origin =
      "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
    let key = try #require(
      Hex.decode("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"))
    let publicKey = try #require(PublicKey(bytes: key))
    let log = try #require(NoteVerifier(name: origin, publicKey: publicKey))
    let witness = try witness([log])
    let served = try Served(limits: .init()) { WitnessSite(witness).answer($0) }
    let session = HTTPSession()

    let leaf = { (n: Int) in
      "Kg\(["A", "E", "I", "M", "Q"][n])" + String(repeating: "A", count: 40) + "="
    }
    let notes = [
      1:
        "1\n\(leaf(0))\n\n\u{2014} ORIGIN UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=\n",
      3:
        "3\nRcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n\n\u{2014} ORIGIN UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=\n",
      5:
        "5\nQrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=\n\n\u{2014} ORIGIN UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=\n",
    ].mapValues { "ORIGIN\n" + $0 }
    let toThree = [leaf(1), leaf(2)]
    let toFive = [
      leaf(2), leaf(3), "wgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=", leaf(4),
    ]
    let wrongProof = [leaf(1), leaf(2).dropLast(3) + "BA="].map { String($0) }
    let other = origin.dropLast() + "3"
    let three = try #require(notes[3])
    let script: [(String, [String], String, String, Int, String?)] = [
      ("0", [], try #require(notes[1]), origin, 200, nil),
      ("1", toThree, three.replacing("WVrx6go=", with: "WVrx6gx="), origin, 400, nil),
      (
        "1", toThree, three.replacing("2VbtI", with: "2VbtJ"), origin,
        403, nil
      ),
      ("1", toThree, three, String(other), 404, nil),
      ("1", [], three, origin, 422, nil),
      ("1", wrongProof, three, origin, 422, nil),
      ("1", toThree, three, origin, 200, nil),
      (
        "1", [leaf(1), "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=", leaf(4)],
        try #require(notes[5]), origin, 409, "3\n"
      ),
      ("3", toFive, try #require(notes[5]), origin, 200, nil),
      ("0", [], try #require(notes[5]), origin, 409, "5\n"),
    ]
    for (step, (old, proof, note, name, status, body)) in script.enumerated() {
      let lines = (["old \(old)"] + proof + [""]).map { $0 + "\n" }.joined()
      let reply = try session.post(
        Array((lines + note.replacing("ORIGIN", with: name)).utf8), type: "text/plain",
        to: served.url + "add-checkpoint", limit: 10_000)
      let text = String(decoding: reply.body, as: UTF8.self)
      #expect(reply.status == status, "step \(step): \(text)")
      if let body {
        #expect(text == body)
        #expect(reply.header("content-type") == "text/x.tlog.size")
      }
      if status == 200 { #expect(text.hasPrefix("\u{2014} witness.example/w1 ")) }
    }
  }

  // MARK: - The rules one by one

  @Test func `Sizes 0, 1, 3 and 5 go up, and each wrong step has its status`() throws {
    let log = try PaperLog()
    let stranger = try PaperLog(seed: 9)
    let unknown = try PaperLog(seed: 1, name: "other.example/log")
    let witness = try witness([log.signer.verifier])
    #expect(witness.add(unknown.request(0, 1)) == .unknownLog("other.example/log"))
    guard case .notSigned = witness.add(stranger.request(0, 1)) else {
      Issue.record("another key under the log's name was not refused")
      return
    }
    #expect(isCosigned(witness.add(log.request(0, 0))))
    #expect(isCosigned(witness.add(log.request(0, 1))))
    #expect(witness.add(log.request(0, 3)) == .otherSize(1))
    #expect(isCosigned(witness.add(log.request(1, 3))))
    #expect(isCosigned(witness.add(log.request(3, 3))), "the same tree is cosigned again")
    #expect(witness.add(log.request(1, 5)) == .otherSize(3))
    for wrong in [
      WitnessRequest(older: 3, proof: [], note: log.note(5)).encoded,
      WitnessRequest(older: 3, proof: [SHA256.digest("x")], note: log.note(3)).encoded,
      try PaperLog(prefix: "fork").request(3, 5), try PaperLog(prefix: "fork").request(3, 3),
    ] {
      guard case .notConsistent = witness.add(wrong) else {
        Issue.record("taken: \(String(decoding: wrong, as: UTF8.self))")
        return
      }
    }
    let beyond = WitnessRequest(older: 6, proof: [], note: log.note(5)).encoded
    guard case .malformed = witness.add(beyond) else {
      Issue.record("an old size beyond the checkpoint's")
      return
    }
    #expect(isCosigned(witness.add(log.request(3, 5))))
  }

  @Test func `Size 0 has the root of the empty tree, and no proof begins at it`() throws {
    let log = try PaperLog()
    let witness = try witness([log.signer.verifier])
    let wrong = Checkpoint(
      origin: log.signer.verifier.name, size: 0, root: Digest(0, 0, 0, 0)
    ).signed(by: log.signer)
    let bodies = [
      WitnessRequest(older: 0, proof: [], note: Array(wrong.encoded.utf8)).encoded,
      WitnessRequest(older: 0, proof: [SHA256.digest("x")], note: log.note(3)).encoded,
    ]
    for body in bodies {
      guard case .notConsistent = witness.add(body) else {
        Issue.record("taken")
        continue
      }
    }
  }

  @Test func `The largest sizes are arithmetic like others`() throws {
    let log = try PaperLog()
    let witness = try witness([log.signer.verifier])
    #expect(isCosigned(witness.add(log.request(0, 3))))
    for size in [1 << 32, 1 << 63, UInt64.max] {
      let note = Checkpoint(
        origin: log.signer.verifier.name, size: size, root: SHA256.digest("x")
      ).signed(by: log.signer)
      for count in [0, 1, 62, 63] {
        let proof = [Digest](repeating: SHA256.digest("y"), count: count)
        let bytes = Array(note.encoded.utf8)
        guard
          case .notConsistent = witness.add(
            WitnessRequest(older: 3, proof: proof, note: bytes).encoded)
        else {
          Issue.record("\(size) with \(count) hashes")
          continue
        }
        #expect(
          witness.add(WitnessRequest(older: size, proof: proof, note: bytes).encoded)
            == .otherSize(3))
      }
    }
  }

  @Test func `The log's signature counts by name and key though the witness's own is there`() throws
  {
    let log = try PaperLog()
    let witness = try witness([log.signer.verifier])
    var note = try SignedNote(parsing: log.note(3))
    note.signatures = [signer.sign(note.text, at: 1)]
    let body = WitnessRequest(older: 0, proof: [], note: Array(note.encoded.utf8)).encoded
    guard case .notSigned = witness.add(body) else {
      Issue.record("cosigned without the log's signature")
      return
    }
  }

  @Test func `A log with two keys is one log`() throws {
    let first = try PaperLog()
    let second = try PaperLog(seed: 3)
    let witness = try witness([first.signer.verifier, second.signer.verifier])
    #expect(isCosigned(witness.add(first.request(0, 3))))
    #expect(witness.add(second.request(0, 5)) == .otherSize(3))
    #expect(isCosigned(witness.add(second.request(3, 5))))
  }

  @Test func `What it cosigned outlives it, and a fork at the old size finds that`() throws {
    let log = try PaperLog()
    let fork = try PaperLog(prefix: "fork")
    do {
      // Persisted and never answered: as if killed between the two.
      let first = try witness([log.signer.verifier])
      _ = first.add(log.request(0, 7))
      #expect(throws: StorageError.self) { try witness([log.signer.verifier]) }
    }
    let again = try witness([log.signer.verifier])
    #expect(again.add(fork.request(0, 8)) == .otherSize(7))
    guard case .notConsistent = again.add(fork.request(7, 8)) else {
      Issue.record("two histories were cosigned")
      return
    }
    #expect(isCosigned(again.add(log.request(7, 7))), "the log asks again and gets its answer")
    let kept = try FileSystem.filesBelow(directory.path + "/state/contradictions")
    #expect(kept.count == 1)
  }

  @Test func `A record that was altered stops the witness from starting`() throws {
    let log = try PaperLog()
    do { _ = try witness([log.signer.verifier]).add(log.request(0, 7)) }
    let file =
      directory.path + "/state/" + SHA256.digest(log.signer.verifier.name).hex + "/checkpoint"
    var bytes = try FileSystem.readFile(file)
    let place = try #require(bytes.firstIndex(of: 0x37))
    bytes[place] = 0x33
    try Data(bytes).write(to: URL(filePath: file))
    #expect(throws: WitnessStateError.self) { try witness([log.signer.verifier]) }
  }

  @Test func `Its time does not go back with the machine's clock`() throws {
    let log = try PaperLog()
    do { _ = try witness([log.signer.verifier], clock: 5000).add(log.request(0, 3)) }
    let later = try witness([log.signer.verifier], clock: 4000)
    guard case .cosigned(let line) = later.add(log.request(3, 5)) else {
      Issue.record("not cosigned")
      return
    }
    let note = SignedNote(text: try SignedNote(parsing: log.note(5)).text, signatures: [line])
    #expect(try signer.verifier.cosignatures(on: note).map(\.time) == [5000])
  }

  @Test func `Of many at once only one history is cosigned, and it only grows`() throws {
    let log = try PaperLog()
    let forks = try (0..<4).map { try PaperLog(prefix: $0 == 0 ? "entry" : "fork \($0)") }
    let witness = try witness([log.signer.verifier])
    let lines = Mutex<[(fork: Int, size: UInt64)]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { worker in
      let fork = forks[worker % 4]
      var older: UInt64 = 0
      for step in 1...12 {
        let size = max(older, UInt64(step))
        switch witness.add(fork.request(older, size)) {
        case .cosigned:
          lines.withLock { $0.append((worker % 4, size)) }
          older = size
        case .otherSize(let size): older = min(size, 12)
        default: continue
        }
      }
    }
    let found = lines.withLock { $0 }
    #expect(Set(found.map(\.fork)).count == 1, "two histories were cosigned")
  }

  @Test func `The newest cosigned checkpoint is served under the hash of its origin`() throws {
    let log = try PaperLog()
    let witness = try witness([log.signer.verifier])
    let served = try Served { WitnessSite(witness).answer($0) }
    let address = served.url + SHA256.digest(log.signer.verifier.name).hex + "/checkpoint"
    let session = HTTPSession()
    #expect(try session.get(address, limit: 1000).status == 404)
    _ = witness.add(log.request(0, 4))
    let note = try SignedNote(parsing: try session.bytes(at: address, limit: 1000))
    try note.verify(by: log.signer.verifier)
    #expect(try signer.verifier.cosignatures(on: note).map(\.time) == [Self.moment])
    #expect(try session.get(served.url + "add-checkpoint", limit: 1000).status == 405)
    let large = [UInt8](repeating: 0x61, count: 70_000)
    #expect(
      try session.post(large, type: "a/b", to: served.url + "add-checkpoint", limit: 1000).status
        == 413)
  }

  @Test func `A body has one spelling`() throws {
    let request = WitnessRequest(
      older: 20_852_014, proof: [SHA256.digest("a"), SHA256.digest("b")],
      note: Array("note".utf8))
    #expect(WitnessRequest(parsing: request.encoded) == request)
    let most = WitnessRequest(
      older: 1, proof: [Digest](repeating: SHA256.digest("a"), count: 63), note: [])
    #expect(WitnessRequest(parsing: most.encoded) == most)
    let text = String(decoding: request.encoded, as: UTF8.self)
    for wrong in [
      "", "old", "old \n\n", "old 01\n\n", "old +1\n\n", "old -1\n\n", "old 1\r\n\n", "new 1\n\n",
      "old 18446744073709551616\n\n", "old 1\n", "old 1\nAAAA\n\n",
      text.replacing("=\n", with: "\n"), text.replacing("old ", with: "old  "),
      String(
        decoding: WitnessRequest(
          older: 1, proof: [Digest](repeating: SHA256.digest("a"), count: 64), note: []
        ).encoded, as: UTF8.self),
    ] {
      #expect(WitnessRequest(parsing: Array(wrong.utf8)) == nil, "\(wrong)")
    }
  }
}
