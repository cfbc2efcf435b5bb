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
    let files = try FileSystem.filesBelow(log.path).filter {
      SampleLog.isNeeded($0, size: 70_000)
    }
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

  @Test(arguments: [SyncMethod.fileSystem, .eachFile])
  func
    `Every file that a checkpoint implied can be served as it lies, until its full tile is there`(
      _ method: SyncMethod
    ) throws
  {
    let writer = try LogWriter.create(path: log.path, signer: log.signer, syncing: method)
    var seen: [Tile: [UInt8]] = [:]
    for size in 1...600 as ClosedRange<UInt64> {
      _ = try writer.append([SampleLog.entry(size - 1)])
      // What this checkpoint implies: each of its tiles, by its own name and no other.
      let contents = [Tile.Content.entries] + Tile.levels(size: size).map { .hashes(level: $0) }
      for tile in contents.flatMap({ Tile.row($0, size: size) }) where seen[tile] == nil {
        seen[tile] = try FileSystem.readFile(log.path + "/" + tile.path)
      }
      guard size % 37 == 0 || size % 256 < 3 else { continue }
      for (tile, bytes) in seen {
        // A client of any web server: the file, or the full tile in its place.
        let path = log.path + "/" + tile.path
        if FileSystem.fileExists(path) {
          #expect(try FileSystem.readFile(path) == bytes)
        } else {
          let full = try FileSystem.readFile(log.path + "/" + tile.full.path)
          #expect(full.starts(with: bytes), "\(tile.path) is gone, and no full tile has it")
        }
      }
    }
    let reader = try log.reader()
    for (tile, bytes) in seen {
      let served = try reader.file(tile.path)
      #expect(served == bytes, "\(tile.path)")
    }
    #expect(try reader.file("checkpoint") != nil)
    for name in ["tile/0/002.p/89", "tile/0/003", "tile/1/001", "tile/../checkpoint", "x", ""] {
      #expect(try reader.file(name) == nil)
    }
    // Full tiles had their narrower ones removed.
    for name in ["tile/0/000.p", "tile/entries/000.p", "tile/0/001.p"] {
      #expect(!FileSystem.fileExists(log.path + "/" + name), "\(name)")
    }
    #expect(log.findings().isEmpty)
  }

  @Test func `Narrower tiles of a writer that closed go when their full ones are durable`() throws {
    do {
      let writer = try log.fill(to: 200)
      _ = try writer.append((200..<300).map(SampleLog.entry))
      _ = consume writer
    }
    #expect(FileSystem.fileExists(log.path + "/tile/0/000.p/200"))
    #expect(log.findings().isEmpty)
    let writer = try LogWriter.open(path: log.path, signer: log.signer)
    #expect(FileSystem.fileExists(log.path + "/tile/0/000.p/200"), "nothing was synced since")
    _ = try writer.append([SampleLog.entry(300)])
    #expect(!FileSystem.fileExists(log.path + "/tile/0/000.p"))
    #expect(log.findings().isEmpty)
  }

  @Test func `A writer whose lock or checkpoint another one took writes nothing`() throws {
    let writer = try log.fill(to: 3)
    try FileSystem.removeFile(log.path + ".lock")
    let other = try LogWriter.open(path: log.path, signer: log.signer)
    #expect(throws: LogError.notTheWriter(path: log.path + ".lock")) {
      try writer.append([SampleLog.entry(3)])
    }
    #expect(throws: LogError.stopped) { try writer.append([SampleLog.entry(3)]) }
    #expect(try other.append([SampleLog.entry(3)]) == 3..<4)
    let third = try SampleLog()
    try third.fill(to: 9)
    try DurableFile.write(
      FileSystem.readFile(third.path + "/checkpoint"), to: log.path + "/checkpoint")
    #expect(throws: LogError.notTheWriter(path: log.path + "/checkpoint")) {
      try other.append([SampleLog.entry(4)])
    }
  }
}
