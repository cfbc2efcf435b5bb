// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import Storage
import Testing
import TransparencyLog

@Suite struct LogTests {
  private let log: SampleLog

  init() throws { log = try SampleLog() }

  @Test func `An empty log has a signed checkpoint and nothing else`() throws {
    let writer = try LogWriter.create(path: log.path, signer: log.signer)
    #expect(writer.size == 0)
    #expect(try FileSystem.filesBelow(log.path) == ["checkpoint"])
    #expect(log.findings().isEmpty)
    #expect(try writer.append([]) == 0..<0)
    let reader = try log.reader()
    #expect(reader.checkpoint.root == SHA256Tree().emptyRoot)
    #expect(throws: LogError.outOfRange(0, size: 0)) { try reader.entry(at: 0) }
  }

  @Test(arguments: [1, 255, 256, 257, 511, 512, 513, 1500])
  func `What was appended is read, proven, and survives reopening`(size: UInt64) throws {
    try log.fill(to: size, key: size)
    let reader = try log.reader()
    #expect(reader.size == size)
    #expect(try reader.entries(0..<size) == (0..<size).map(SampleLog.entry))
    let tree = MerkleTree(
      hasher: SHA256Tree(), entries: (0..<size).map(SampleLog.entry))
    #expect(reader.checkpoint.root == tree.root)
    var random = Philox4x32(key: size, stream: 1)
    for _ in 0..<40 {
      let part = UInt64(random.below(UInt32(size))) + 1
      let index = UInt64(random.below(UInt32(part)))
      #expect(try reader.entry(at: index) == SampleLog.entry(index))
      #expect(try reader.root(at: part) == tree.root(at: part))
      #expect(
        try reader.inclusionProof(of: index, at: part) == tree.inclusionProof(of: index, at: part))
      let older = UInt64(random.below(UInt32(part))) + 1
      #expect(
        try reader.consistencyProof(from: older, to: part)
          == tree.consistencyProof(from: older, to: part))
    }
    #expect(log.findings().isEmpty)

    let writer = try LogWriter.open(path: log.path, signer: log.signer)
    #expect(try writer.append([[], [1]]) == size..<size + 2)
    let grown = try log.reader()
    let proof = try grown.consistencyProof(from: size)
    #expect(
      proof.verify(
        olderRoot: reader.checkpoint.root, newerRoot: grown.checkpoint.root, hasher: SHA256Tree())
        == .valid)
    #expect(log.findings().isEmpty)
    // The older reader keeps its state although its partial tiles have been superseded.
    #expect(try reader.entry(at: size - 1) == SampleLog.entry(size - 1))
  }

  @Test func `A log of 70,000 entries has the files and the root of other implementations`() throws
  {
    let writer = try LogWriter.create(path: log.path, signer: log.signer)
    for start in stride(from: UInt64(0), to: 70_000, by: 20_000) {
      _ = try writer.append((start..<min(70_000, start + 20_000)).map(SampleLog.entry))
    }
    #expect(
      Base64.encode(writer.checkpoint.root.bytes) == "EOKES+WPYDBHHMKbnRdNvvg+n8y+j/U3sXhyv6AD2g8=")
    let files = try FileSystem.filesBelow(log.path)
    #expect(files.count == 552)
    for name in ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"]
    {
      #expect(files.contains(name))
    }
    #expect(log.findings().isEmpty)
    let reader = try log.reader()
    let proof = try reader.inclusionProof(of: 12_345)
    #expect(
      proof.verify(
        leafHash: SHA256Tree().leaf(SampleLog.entry(12_345)), root: reader.checkpoint.root,
        hasher: SHA256Tree()) == .valid)
  }

  @Test func `The entry limit holds on both sides, and a refused batch leaves no trace`() throws {
    let writer = try LogWriter.create(path: log.path, signer: log.signer)
    let largest = [UInt8](repeating: 1, count: EntryBundle.maximumEntryByteCount)
    #expect(throws: LogError.entryTooLarge(position: 1, byteCount: 65_536)) {
      try writer.append([[1], largest + [1]])
    }
    #expect(try FileSystem.filesBelow(log.path) == ["checkpoint"])
    #expect(try writer.append([largest]) == 0..<1)
    #expect(try log.reader().entry(at: 0) == largest)
  }

  @Test func `There is one writer, and its log is not made twice`() throws {
    let writer = try log.fill(to: 3)
    #expect(throws: LogError.self) { try LogWriter.open(path: log.path, signer: log.signer) }
    #expect(throws: LogError.self) { try LogWriter.create(path: log.path, signer: log.signer) }
    #expect(writer.size == 3)
  }

  @Test func `A log is neither written nor read with another key`() throws {
    try log.fill(to: 3)
    let stranger = try #require(
      NoteSigner(name: "log.example/royalty", key: SecretKey.generate()))
    let error = #expect(throws: LogError.self) {
      try LogWriter.open(path: log.path, signer: stranger)
    }
    #expect(error?.description.contains("has no signature of") == true)
    #expect(throws: LogError.self) {
      try LogReader(path: log.path, verifier: stranger.verifier)
    }
    #expect(throws: LogError.alreadyExists(path: log.path)) {
      try LogWriter.create(path: log.path, signer: log.signer)
    }
    #expect(throws: LogError.self) {
      try LogWriter.open(path: log.path + "/none", signer: log.signer)
    }
  }

  @Test func `Superseded partial tiles are served from the longer ones`() throws {
    let writer = try LogWriter.create(path: log.path, signer: log.signer)
    var seen: [(String, [UInt8])] = []
    for size in 1...300 as ClosedRange<UInt64> {
      _ = try writer.append([SampleLog.entry(size - 1)])
      guard size % 37 == 0 || size == 256 || size == 300 else { continue }
      for name in try FileSystem.filesBelow(log.path) where name != "checkpoint" {
        seen.append((name, try FileSystem.readFile(log.path + "/" + name)))
      }
    }
    let reader = try log.reader()
    #expect(try FileSystem.filesBelow(log.path).count == 6)
    for (name, bytes) in seen {
      let served = try reader.file(name)
      #expect(served == bytes, "\(name)")
    }
    #expect(try reader.file("checkpoint") != nil)
    for name in ["tile/0/001.p/45", "tile/0/002", "tile/1/001", "tile/../checkpoint", "x", ""] {
      #expect(try reader.file(name) == nil)
    }
  }
}
