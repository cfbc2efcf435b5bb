// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPClient
import LogNetwork
import Merkle
import Primitives
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// What a log may do with its own key, and what a monitor and a mirror make of it.
@Suite struct FaithlessLogTests {
  private static let moment: Int64 = 1_795_219_200

  private func visits(
    _ log: NetworkLog, then change: () throws -> Void
  ) throws -> (MonitorMemory, LogMonitor.Visit) {
    let monitor = LogMonitor(verifier: log.verifier, policy: .bare)
    let first = try monitor.visit(try log.source(), memory: nil, now: Self.moment)
    let memory = try #require(first.memory)
    try change()
    return (memory, try monitor.visit(try log.source(), memory: memory, now: Self.moment))
  }

  /// Puts another log of the same key in place, as a forking operator would.
  private func replace(_ log: NetworkLog, size: UInt64) throws {
    for name in try FileSystem.listDirectory(log.root) where name.hasPrefix("log") {
      try FileManager.default.removeItem(atPath: log.root + "/" + name)
    }
    try log.grow(to: size) { Array("forked \($0)".utf8) }
  }

  @Test(
    arguments: [(300, 300), (300, 301), (300, 700), (256, 600), (1, 2), (5, 1000)]
      as [(UInt64, UInt64)])
  func `A split view is found, kept and proves itself to anyone`(_ sizes: (UInt64, UInt64)) throws {
    let log = try NetworkLog()
    try log.grow(to: sizes.0)
    let (memory, visit) = try visits(log) { try replace(log, size: sizes.1) }
    #expect(visit.findings == [.splitView(first: sizes.0, second: sizes.1)])
    #expect(visit.memory == memory)
    let evidence = try #require(visit.contradiction)
    let read = try Contradiction(json: evidence.json)
    #expect(read == evidence)
    #expect(try read.verify() == sizes)
    // What proves something proves it of nobody else and of no other pair.
    let key = try #require(SecretKey(seed: [UInt8](repeating: 9, count: 32)))
    let other = try #require(NoteVerifier(name: NetworkLog.origin, publicKey: key.publicKey))
    #expect(throws: NoteError.self) {
      try Contradiction(
        log: other, first: read.first, second: read.second, hashes: read.hashes
      ).verify()
    }
    #expect(throws: ContradictionError.self) {
      try Contradiction(log: read.log, first: read.first, second: read.first).verify()
    }
    for place in read.hashes.indices {
      var hashes = read.hashes
      hashes[place] = SHA256.digest("x")
      #expect(throws: ContradictionError.wrongHashes) {
        try Contradiction(log: read.log, first: read.first, second: read.second, hashes: hashes)
          .verify()
      }
    }
  }

  @Test func `An honest log's checkpoints prove nothing against it`() throws {
    let log = try NetworkLog()
    try log.grow(to: 300)
    let first = try log.checkpointBytes()
    try log.grow(to: 700)
    let second = try log.checkpointBytes()
    let reader = try LogReader(path: log.path, verifier: log.verifier)
    let tree = MerkleTree(hasher: SHA256Tree(), entries: try reader.entries(0..<700))
    let hashes = SubtreeSequence.nodes(300, 700).map { node in
      let begin = Int(node.index) << node.level
      return SHA256Tree().root(
        of: (begin..<begin + 1 << node.level).map {
          SHA256Tree().leaf(NetworkLog.entry(UInt64($0)))
        })
    }
    #expect(tree.root(at: 700) == reader.checkpoint.root)
    #expect(throws: ContradictionError.noContradiction) {
      try Contradiction(log: log.verifier, first: first, second: second, hashes: hashes).verify()
    }
  }

  @Test func `A rollback is found, and the larger state is remembered`() throws {
    let log = try NetworkLog()
    try log.grow(to: 300)
    let older = try log.checkpointBytes()
    try log.grow(to: 310)
    let (memory, visit) = try visits(log) { try log.put(older, at: "checkpoint") }
    #expect(visit.findings == [.rollback(from: 310, to: 300)])
    #expect(visit.memory == memory)
  }

  @Test func `A mirror of a log that is put back keeps the larger state`() throws {
    let log = try NetworkLog()
    try log.grow(to: 300)
    let older = try log.checkpointBytes()
    try log.grow(to: 310)
    let copy = log.temporary.path + "/copy"
    let mirror = LogMirror(directory: copy, verifier: log.verifier, policy: .bare)
    _ = try mirror.run(from: try log.source())
    try log.put(older, at: "checkpoint")
    #expect(throws: MirrorError.self) { try mirror.run(from: try log.source()) }
    #expect(try LogReader(path: copy, verifier: log.verifier).size == 310)
  }

  @Test(arguments: [(300, 300), (300, 301), (256, 700)] as [(UInt64, UInt64)])
  func `A mirror of a log that forks keeps its own state and both checkpoints`(
    _ sizes: (UInt64, UInt64)
  ) throws {
    let log = try NetworkLog()
    try log.grow(to: sizes.0)
    let copy = log.temporary.path + "/copy"
    let mirror = LogMirror(directory: copy, verifier: log.verifier, policy: .bare)
    let first = try mirror.run(from: try log.source()).checkpoint
    try replace(log, size: sizes.1)
    do {
      _ = try mirror.run(from: try log.source())
      Issue.record("the fork was copied")
    } catch MirrorError.splitView(let contradiction) {
      #expect(try contradiction.verify() == sizes)
    }
    #expect(try LogReader(path: copy, verifier: log.verifier).checkpoint == first)
    #expect(Fsck.check(path: copy, verifier: log.verifier).filter(\.isDamage) == [])
  }

  @Test(arguments: [301, 100_000, 1 << 32, 1 << 63, UInt64.max])
  func `A checkpoint for more than there is is found by the first file that lacks`(
    _ size: UInt64
  ) throws {
    let log = try NetworkLog()
    try log.grow(to: 300)
    let copy = LogMirror(
      directory: log.temporary.path + "/copy", verifier: log.verifier, policy: .bare)
    _ = try copy.run(from: try log.source())
    let (memory, visit) = try visits(log) {
      let larger = Checkpoint(
        origin: NetworkLog.origin, size: size, root: SHA256.digest("no tree"))
      try log.put(Array(larger.signed(by: log.signer).encoded.utf8), at: "checkpoint")
    }
    guard case .treeFault(.missing) = visit.findings.first else {
      Issue.record("\(visit.findings)")
      return
    }
    #expect(visit.memory == memory)
    #expect(throws: MirrorError.self) { try copy.run(from: try log.source()) }
  }

  /// A log may sign any size and serve the same tile everywhere: arithmetic must bear it.
  @Test(arguments: [1 << 62, UInt64.max - 255, UInt64.max])
  func `A made-up tree of the largest sizes is read as far as it fits`(_ size: UInt64) throws {
    let log = try NetworkLog()
    try log.grow(to: 0)
    let hasher = SHA256Tree()
    var row = [Digest](repeating: hasher.leaf([1]), count: 256)
    var rows: [[Digest]] = []
    for level in Tile.levels(size: size) {
      let width = Int(Tile.itemCount(level: level, size: size) % 256)
      rows.append(Array(row.prefix(width)))
      row = [Digest](repeating: hasher.root(of: row), count: 256)
    }
    var hashes: [Digest] = []
    for row in rows.reversed() {
      var range = CompactRange(hasher: hasher)
      for hash in row { range.append(hash) }
      hashes += range.hashes
    }
    let root = try #require(CompactRange(hasher: hasher, size: size, hashes: hashes)).root
    let tree = try VerifiedTree(
      Checkpoint(origin: NetworkLog.origin, size: size, root: root)
    ) { tile, _ in
      switch tile.content {
      case .entries: return EntryBundle.encode([[UInt8]](repeating: [1], count: tile.width))
      case .hashes(let level):
        var hash = hasher.leaf([1])
        for _ in 0..<level { hash = hasher.root(of: [Digest](repeating: hash, count: 256)) }
        return Tile.encode(hashes: [Digest](repeating: hash, count: tile.width))
      }
    }
    #expect(
      try tree.entries(bundle: (size - 1) / 256).count == (size % 256 == 0 ? 256 : Int(size % 256)))
    for older in [1, 255, 1 << 40, size / 2, size / 2 + 1, size - 1, size] {
      let sequence = try tree.sequence(from: older)
      #expect(sequence.roots(hasher: hasher).newer == root)
    }
    #expect(try tree.root(at: size) == root)
  }

  @Test func `A signed root that is not the tiles' is found though no one tile is to blame`() throws
  {
    let log = try NetworkLog()
    try log.grow(to: 300)
    let wrong = Checkpoint(origin: NetworkLog.origin, size: 300, root: SHA256.digest("no tree"))
    try log.put(Array(wrong.signed(by: log.signer).encoded.utf8), at: "checkpoint")
    let visit = try LogMonitor(verifier: log.verifier, policy: .bare)
      .visit(try log.source(), memory: nil, now: Self.moment)
    #expect(visit.findings == [.treeFault(.wrongRoot(size: 300))])
    #expect(visit.memory == nil)
  }

  @Test func `Another key under the log's name is named, beside the known one or in its place`()
    throws
  {
    let log = try NetworkLog()
    try log.grow(to: 3)
    let key = try #require(SecretKey(seed: [UInt8](repeating: 9, count: 32)))
    let other = try #require(NoteSigner(name: NetworkLog.origin, key: key))
    let checkpoint = try log.checkpoint()
    let (memory, replaced) = try visits(log) {
      try log.put(Array(checkpoint.signed(by: other).encoded.utf8), at: "checkpoint")
    }
    #expect(
      replaced.findings == [
        .otherKey(name: NetworkLog.origin, keyID: other.verifier.keyID, ownIsThere: false)
      ])
    #expect(replaced.memory == memory)
    var both = checkpoint.signed(by: log.signer)
    both.signatures += checkpoint.signed(by: other).signatures
    try log.put(Array(both.encoded.utf8), at: "checkpoint")
    let beside = try LogMonitor(verifier: log.verifier, policy: .bare)
      .visit(try log.source(), memory: memory, now: Self.moment)
    #expect(
      beside.findings == [
        .otherKey(name: NetworkLog.origin, keyID: other.verifier.keyID, ownIsThere: true)
      ])
  }

  // MARK: - Witnesses and time

  @Test func `Cosignatures that are forged, missing, early or late are named`() throws {
    let log = try NetworkLog()
    try log.grow(to: 3)
    let witness = try witnessSigner("witness.example/w1", seed: 2)
    let policy = try TrustPolicy(
      parsing: Array("witness w \(witness.verifier.text)\nquorum w\n".utf8))
    let monitor = LogMonitor(verifier: log.verifier, policy: policy)
    let bare = try SignedNote(parsing: try log.checkpointBytes())
    var memory: MonitorMemory?
    func findings(_ change: (inout SignedNote) -> Void) throws -> [MonitorFinding] {
      var note = bare
      change(&note)
      try log.put(Array(note.encoded.utf8), at: "checkpoint")
      let visit = try monitor.visit(try log.source(), memory: memory, now: Self.moment)
      memory = visit.memory
      return visit.findings
    }
    let lacking = PolicyRefusal.quorumNotMet(size: 3, has: [], lacks: ["w"])
    #expect(try findings { _ in } == [.quorumNotMet(lacking)])
    #expect(memory == nil)
    #expect(
      try findings { note in
        note.signatures.append(witness.sign(note.text + "x\n", at: Self.moment))
      } == [.forgedCosignature("witness.example/w1")])
    #expect(memory == nil)
    #expect(
      try findings { $0.signatures.append(witness.sign($0.text, at: Self.moment)) } == [])
    #expect(memory?.cosigned[witness.verifier.text] == Self.moment)
    #expect(
      try findings { $0.signatures.append(witness.sign($0.text, at: Self.moment - 1)) } == [
        .cosignatureTimeWentBack(witness: "w", from: Self.moment, to: Self.moment - 1)
      ])
    #expect(memory?.cosigned[witness.verifier.text] == Self.moment)
    let late = Self.moment + LogMonitor.maximumClockDifference
    #expect(try findings { $0.signatures.append(witness.sign($0.text, at: late)) } == [])
    #expect(
      try findings { $0.signatures.append(witness.sign($0.text, at: late + 1)) } == [
        .cosignatureFromFuture(witness: "w", aheadSeconds: 3601)
      ])
    #expect(memory?.cosigned[witness.verifier.text] == late)
  }

  @Test func `Entries whose moments go back are named once, and the rest is listed`() throws {
    let log = try NetworkLog()
    let moments = ["00:00:05", "00:00:05", "00:00:04", "00:00:06", "no time", "00:00:01"]
    try log.grow(to: 6) { index in
      Array(#"{"at":"2026-11-26T\#(moments[Int(index)])Z","type":"t\#(index)"}"#.utf8)
    }
    let monitor = LogMonitor(verifier: log.verifier, policy: .bare)
    var types: [String?] = []
    let visit = try monitor.visit(try log.source(), memory: nil, now: Self.moment) {
      types.append($0.type)
    }
    #expect(types == (0..<6).map { "t\($0)" })
    #expect(visit.findings.map(\.code) == ["entry-time-went-back", "entry-time-went-back"])
    let memory = try #require(visit.memory)
    #expect(try MonitorMemory(json: memory.json) == memory)
    #expect(
      try monitor.visit(try log.source(), memory: memory, now: Self.moment).findings == [])
  }

  @Test func `An empty log is a log`() throws {
    let log = try NetworkLog()
    try log.grow(to: 0)
    let (_, visit) = try visits(log) { try log.grow(to: 3) }
    #expect(visit.findings == [])
    #expect(visit.entryCount == 3)
    let copy = log.temporary.path + "/copy"
    let empty = try NetworkLog()
    try empty.grow(to: 0)
    let mirror = LogMirror(directory: copy, verifier: log.verifier, policy: .bare)
    #expect(try mirror.run(from: try empty.source()).checkpoint.size == 0)
    #expect(try mirror.run(from: try log.source()).checkpoint.size == 3)
  }
}
