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

/// Logs with one thing wrong in one file: it is found, named, and not believed.
@Suite struct SpoiledLogTests {
  private static let moment: Int64 = 1_795_219_200

  /// What is done to a file.
  enum Harm: String, CaseIterable, Sendable {
    case flip, cut, extend, remove, empty

    func apply(_ bytes: [UInt8], _ random: inout Philox4x32) -> [UInt8]? {
      var bytes = bytes
      switch self {
      case .flip:
        bytes[Int(random.below(UInt32(bytes.count)))] ^= 1 << UInt8(random.below(8))
      case .cut: bytes.removeLast(1 + Int(random.below(UInt32(bytes.count))))
      case .extend: bytes.append(UInt8(truncatingIfNeeded: random.next32()))
      case .remove: return nil
      case .empty: bytes = []
      }
      return bytes
    }
  }

  private func spoil(_ log: NetworkLog, _ file: String, _ bytes: [UInt8]?) throws {
    if let bytes {
      try log.put(bytes, at: file)
    } else {
      try FileSystem.removeFile(log.path + "/" + file)
    }
  }

  /// Sizes with one and with several unfinished tiles, and with none.
  private static let sizes: [UInt64] = [1, 5, 255, 256, 257, 512, 700]

  @Test(arguments: sizes) func `A monitor names the one file that is not what was signed`(
    _ size: UInt64
  ) throws {
    let log = try NetworkLog()
    try log.grow(to: size)
    let monitor = LogMonitor(verifier: log.verifier, policy: .bare)
    var random = Philox4x32(key: size, stream: 1)
    let whole = try monitor.visit(try log.source(), memory: nil, now: Self.moment)
    #expect(whole.findings == [])
    #expect(whole.entryCount == size)
    for file in try log.neededFiles() {
      let original = try log.bytes(file)
      for harm in Harm.allCases {
        for _ in 0..<(harm == .flip ? 8 : 1) {
          try spoil(log, file, harm.apply(original, &random))
          guard harm != .remove || file != "checkpoint" else { continue }
          let visit = try monitor.visit(try log.source(), memory: nil, now: Self.moment)
          #expect(visit.memory == nil, "\(harm) of \(file) is remembered as true")
          let finding = try #require(visit.findings.first, "\(harm) of \(file) is not found")
          switch finding {
          case .treeFault(let fault): #expect(fault.path == file, "\(harm): \(fault)")
          case .tooLarge: #expect(harm == .extend)
          default: #expect(file == "checkpoint", "\(harm) of \(file): \(finding)")
          }
        }
      }
      try log.put(original, at: file)
    }
    #expect(try monitor.visit(try log.source(), memory: nil, now: Self.moment).findings == [])
  }

  @Test(arguments: sizes) func `A mirror takes nothing of a spoiled log and stays what it was`(
    _ size: UInt64
  ) throws {
    let log = try NetworkLog()
    try log.grow(to: size / 2)
    let copy = log.temporary.path + "/copy"
    let mirror = LogMirror(directory: copy, verifier: log.verifier, policy: .bare)
    _ = try mirror.run(from: try log.source())
    try log.grow(to: size)
    let before = try FileSystem.readFile(copy + "/checkpoint")
    var random = Philox4x32(key: size, stream: 2)
    for file in try log.neededFiles() {
      let original = try log.bytes(file)
      for harm in Harm.allCases {
        try spoil(log, file, harm.apply(original, &random))
        do {
          _ = try mirror.run(from: try log.source())
          // The copy had the file's content already, or never needed it: it must be whole then.
          let findings = Fsck.check(path: copy, verifier: log.verifier).filter(\.isDamage)
          #expect(findings == [], "\(harm) of \(file)")
          #expect(file != "checkpoint")
          break
        } catch MirrorError.fault(let fault) {
          #expect(fault.path == file, "\(harm): \(fault)")
        } catch is LogSourceError {
          #expect(harm == .extend || harm == .remove)
        } catch is MirrorError {
          #expect(file == "checkpoint")
        }
        #expect(try FileSystem.readFile(copy + "/checkpoint") == before)
        let findings = Fsck.check(path: copy, verifier: log.verifier).filter(\.isDamage)
        #expect(findings == [], "\(harm) of \(file)")
      }
      try log.put(original, at: file)
    }
    _ = try mirror.run(from: try log.source())
    #expect(Fsck.check(path: copy, verifier: log.verifier).filter(\.isDamage) == [])
    #expect(try FileSystem.readFile(copy + "/checkpoint") == log.checkpointBytes())
  }

  // MARK: - What a log may do with its own key

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
    try FileManager.default.removeItem(atPath: log.path)
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

  @Test func `A checkpoint for more than there is is found by the first file that lacks`() throws {
    let log = try NetworkLog()
    try log.grow(to: 300)
    let (memory, visit) = try visits(log) {
      let larger = Checkpoint(
        origin: NetworkLog.origin, size: 100_000, root: SHA256.digest("no tree"))
      try log.put(Array(larger.signed(by: log.signer).encoded.utf8), at: "checkpoint")
    }
    guard case .treeFault(.missing) = visit.findings.first else {
      Issue.record("\(visit.findings)")
      return
    }
    #expect(visit.memory == memory)
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
