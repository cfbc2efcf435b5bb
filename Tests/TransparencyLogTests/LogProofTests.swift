// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import Storage
import Testing
import TransparencyLog

@Suite struct LogProofTests {
  private let log: SampleLog

  init() throws { log = try SampleLog() }

  private func proof(of index: UInt64, extra: [UInt8]? = nil) throws -> LogProof {
    let reader = try log.reader()
    return LogProof(
      extra: extra, index: index, path: try reader.inclusionProof(of: index).path,
      checkpoint: try FileSystem.readFile(log.path + "/checkpoint"))
  }

  @Test(arguments: [1, 2, 3, 255, 256, 257, 1500])
  func `A proof is written, read and verified`(size: UInt64) throws {
    try log.fill(to: size)
    for index in Set([0, size / 3, size / 2, size - 1]) {
      let entry = SampleLog.entry(index)
      for extra in [nil, [], entry] {
        let proof = try proof(of: index, extra: extra)
        let read = try LogProof(parsing: proof.encoded)
        #expect(read == proof)
        #expect(read.encoded == proof.encoded)
        let checkpoint = try read.verify(entry: entry, by: log.signer.verifier)
        #expect(checkpoint.size == size)
      }
    }
  }

  @Test func `A proof shows nothing of another entry, place, log or key`() throws {
    try log.fill(to: 700)
    let proof = try proof(of: 333)
    let entry = SampleLog.entry(333)
    let verifier = log.signer.verifier
    #expect(throws: LogProofError.inclusion(.wrongRoot)) {
      try proof.verify(entry: SampleLog.entry(334), by: verifier)
    }
    var other = proof
    other.index = 332
    #expect(throws: LogProofError.inclusion(.wrongRoot)) {
      try other.verify(entry: entry, by: verifier)
    }
    other.index = 700
    #expect(throws: LogProofError.inclusion(.indexOutsideTree(index: 700, size: 700))) {
      try other.verify(entry: entry, by: verifier)
    }
    other = proof
    other.path.removeLast()
    #expect(throws: LogProofError.self) { try other.verify(entry: entry, by: verifier) }
    let stranger = try #require(NoteSigner(name: verifier.name, key: SecretKey.generate()))
    #expect(throws: LogProofError.checkpoint(.notSigned(by: verifier.name))) {
      try proof.verify(entry: entry, by: stranger.verifier)
    }
    // A checkpoint under another name that only somebody else signed opens nothing.
    let checkpoint = try Checkpoint(signed: proof.checkpoint, by: verifier)
    other = proof
    other.checkpoint = Array(checkpoint.signed(by: stranger).encoded.utf8)
    #expect(throws: LogProofError.checkpoint(.notSigned(by: verifier.name))) {
      try other.verify(entry: entry, by: verifier)
    }
  }

  @Test func `Cosignatures travel byte for byte, and count for nothing by themselves`() throws {
    try log.fill(to: 20)
    var proof = try proof(of: 4, extra: SampleLog.entry(4))
    let own = proof.checkpoint
    let line = "\u{2014} witness.example/w1 " + Base64.encode([1, 2, 3, 4] + [UInt8](own[..<72]))
    proof.checkpoint = own + Array((line + "\n").utf8)
    let read = try LogProof(parsing: proof.encoded)
    #expect(read.checkpoint == proof.checkpoint)
    #expect(try read.verify(entry: SampleLog.entry(4), by: log.signer.verifier).size == 20)
    let text = String(decoding: own, as: UTF8.self)
    let start = try #require(text.firstRange(of: "\n\n")).upperBound
    proof.checkpoint = Array((text[..<start] + line + "\n").utf8)
    #expect(throws: LogProofError.checkpoint(.notSigned(by: log.signer.verifier.name))) {
      try proof.verify(entry: SampleLog.entry(4), by: log.signer.verifier)
    }
  }

  @Test func `Any one altered byte is noticed, but for those outside the log's own word`() throws {
    try log.fill(to: 300)
    let entry = SampleLog.entry(7)
    let bytes = try proof(of: 7).encoded
    for place in bytes.indices {
      var altered = bytes
      altered[place] ^= 1
      let verdict = Result {
        try LogProof(parsing: altered).verify(entry: entry, by: log.signer.verifier)
      }
      #expect((try? verdict.get()) == nil, "byte \(place)")
    }
  }

  @Test(arguments: [
    ("", 1), ("c2sp.org/tlog-proof@v2\nindex 0\n\nx", 1), ("c2sp.org/tlog-proof@v1", 1),
    ("c2sp.org/tlog-proof@v1\n", 2), ("c2sp.org/tlog-proof@v1\nindex 00\n\nx", 2),
    ("c2sp.org/tlog-proof@v1\nindex +1\n\nx", 2), ("c2sp.org/tlog-proof@v1\nextra ?\n", 2),
    ("c2sp.org/tlog-proof@v1\nextra AA==\nextra AA==\n", 3),
    ("c2sp.org/tlog-proof@v1\nindex 0\nAA==\n\nx", 3), ("c2sp.org/tlog-proof@v1\nindex 0\n\n", 4),
    ("c2sp.org/tlog-proof@v1\nindex 0\n", 3),
    ("c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\nx", 2),
  ])
  func `What is no proof is refused at its line`(_ text: String, line: Int) {
    #expect(throws: LogProofError.malformed(line: line)) { try LogProof(parsing: Array(text.utf8)) }
  }

  @Test func `The limits of a proof hold on both sides`() throws {
    let hash = Base64.encode([UInt8](repeating: 7, count: 32)) + "\n"
    let start = "c2sp.org/tlog-proof@v1\nindex 0\n"
    let longest = start + String(repeating: hash, count: 64) + "\nx"
    #expect(try LogProof(parsing: Array(longest.utf8)).path.count == 64)
    #expect(throws: LogProofError.malformed(line: 67)) {
      try LogProof(parsing: Array((start + String(repeating: hash, count: 65) + "\nx").utf8))
    }
    let padding = LogProof.maximumByteCount - start.utf8.count - 1
    let largest = Array((start + "\n" + String(repeating: "x", count: padding)).utf8)
    #expect(try LogProof(parsing: largest).checkpoint.count == padding)
    #expect(throws: LogProofError.tooLarge(byteCount: LogProof.maximumByteCount + 1)) {
      try LogProof(parsing: largest + [0])
    }
  }
}
