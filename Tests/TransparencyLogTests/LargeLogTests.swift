// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Merkle
import Primitives
import Signing
import Storage
import TestSupport
import Testing
import TransparencyLog

/// A log of a hundred million entries of which only the files on some paths are on the disk.
///
/// Where no file is needed a subtree's hash is drawn; every file that is there holds what the files
/// below it give, and the signed root is that of the whole. So it is a real tree as far as it is read.
private struct SparseLog {
  let temporary: TemporaryDirectory
  let signer: NoteSigner
  let size: UInt64
  /// The entries whose paths exist.
  let present: Set<UInt64>

  var path: String { temporary.path + "/log" }

  init(size: UInt64, present: Set<UInt64>) throws {
    temporary = try TemporaryDirectory()
    self.size = size
    self.present = present
    let key = try #require(SecretKey(seed: [UInt8](repeating: 1, count: 32)))
    signer = try #require(NoteSigner(name: "log.example/royalty", key: key))
    var root: [[Digest]] = []
    for level in Tile.levels(size: size) {
      let items = Tile.itemCount(level: level, size: size)
      let edge = try Tile.at(.hashes(level: level), index: items >> 8, size: size).map {
        try row(of: $0)
      }
      root.append(edge ?? [])
    }
    // The path of an entry in a full subtree is written from the edge row that it hangs from.
    var hashes: [Digest] = []
    for row in root.reversed() {
      var range = CompactRange(hasher: SHA256Tree())
      for hash in row { range.append(hash) }
      hashes += range.hashes
    }
    let whole = try #require(CompactRange(hasher: SHA256Tree(), size: size, hashes: hashes))
    let note = Checkpoint(origin: signer.verifier.name, size: size, root: whole.root)
      .signed(by: signer)
    try write(Array(note.encoded.utf8), "checkpoint")
  }

  static func entry(_ index: UInt64) -> [UInt8] { SampleLog.entry(index) }

  private func write(_ bytes: [UInt8], _ name: String) throws {
    let url = URL(filePath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// The items of a tile, written as a file, with those below that are needed.
  private func row(of tile: Tile) throws -> [Digest] {
    guard case .hashes(let level) = tile.content else { return [] }
    let first = tile.index << 8
    var row: [Digest] = []
    if level == 0 {
      let entries = (first..<first + UInt64(tile.width)).map(Self.entry)
      row = entries.map { SHA256Tree().leaf($0) }
      try write(
        EntryBundle.encode(entries), Tile(.entries, index: tile.index, width: tile.width).path)
    } else {
      for item in first..<first + UInt64(tile.width) {
        let shift = UInt64(8 * level)
        if present.contains(where: { $0 >> shift == item }) {
          let below = try self.row(of: Tile(.hashes(level: level - 1), index: item))
          row.append(SHA256Tree().root(of: below))
        } else {
          row.append(testDigest("\(level) \(item)"))
        }
      }
    }
    try write(Tile.encode(hashes: row), tile.path)
    return row
  }
}

/// Counts the files that this process opens below a directory, as the kernel reports them.
private final class OpenCounter {
  private let descriptor: Int32

  init(below path: String) throws {
    descriptor = inotify_init1(Int32(IN_NONBLOCK))
    try #require(descriptor >= 0)
    let folders = try FileManager.default.subpathsOfDirectory(atPath: path).filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder)
        && isFolder.boolValue
    }
    for folder in [""] + folders {
      try #require(inotify_add_watch(descriptor, path + "/" + folder, UInt32(IN_OPEN)) >= 0)
    }
  }

  deinit { close(descriptor) }

  /// How many files were opened since the last call; directories are left out.
  func count() -> Int {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var count = 0
    while true {
      let length = read(descriptor, &buffer, buffer.count)
      guard length > 0 else { return count }
      var offset = 0
      while offset + 16 <= length {
        let (mask, name): (UInt32, UInt32) = buffer.withUnsafeBytes {
          (
            $0.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self),
            $0.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)
          )
        }
        if mask & UInt32(IN_OPEN) != 0, mask & UInt32(IN_ISDIR) == 0, name > 0 { count += 1 }
        offset += 16 + Int(name)
      }
    }
  }
}

@Suite struct LargeLogTests {
  @Test(arguments: [100_000_000, 100_000_007, 100_065_793])
  func `A proof from a log of a hundred million entries reads at most ten files`(
    _ size: UInt64
  ) throws {
    var random = Philox4x32(key: size, stream: 4)
    let drawn = (0..<20).map { _ in random.next() % size }
    let indices = Set(drawn + [0, 255, 256, 65_536, 1 << 24, size / 2, size - 1])
    let log = try SparseLog(size: size, present: indices)
    let counter = try OpenCounter(below: log.path)
    #expect(counter.count() == 0)
    var most = 0
    for index in indices.sorted() {
      let reader = try LogReader(path: log.path, verifier: log.signer.verifier)
      let entry = try reader.entry(at: index)
      let inclusion = try reader.inclusionProof(of: index)
      let proof = LogProof(
        extra: entry, index: index, path: inclusion.path,
        checkpoint: try FileSystem.readFile(log.path + "/checkpoint"))
      let count = counter.count()
      #expect(count <= 10, "entry \(index)")
      most = max(most, count)
      #expect(entry == SparseLog.entry(index))
      #expect(
        try LogProof(parsing: proof.encoded).verify(entry: entry, by: log.signer.verifier)
          .size == size)
    }
    #expect(most >= 6, "the reads are counted")
    print("NOTICE: a proof from a log of \(size) entries reads at most \(most) files")
  }
}
