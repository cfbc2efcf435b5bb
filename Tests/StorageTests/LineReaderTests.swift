// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Signing
import Storage
import TestSupport
import Testing

@Suite struct LineReaderTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.path + "/lines" }

  init() throws { directory = try TemporaryDirectory() }

  /// A line as it was given out, by its number.
  private struct Line: Equatable {
    var number: Int
    var bytes: [UInt8]?
    var digest: Digest
  }

  private func read(limit: Int, blockSize: Int) throws -> [Line] {
    var reader = try LineReader(path: path, longestLine: limit, blockSize: blockSize)
    var lines: [Line] = []
    while let block = try reader.next() {
      if let skipped = block.skipped {
        #expect(block.bytes.isEmpty && skipped.byteCount > limit)
        lines.append(Line(number: block.firstLine, bytes: nil, digest: skipped.digest))
        continue
      }
      var (start, number) = (0, block.firstLine)
      while start < block.bytes.count {
        let end = block.endOfLine(from: start)
        let bytes = Array(block.bytes[start..<end])
        lines.append(Line(number: number, bytes: bytes, digest: SHA256.digest(bytes)))
        (start, number) = (end + 1, number + 1)
      }
    }
    return lines
  }

  @Test(arguments: 0..<6)
  func `Lines come whole, in order and numbered, however the reads fall`(_ key: Int) throws {
    var random = Philox4x32(key: UInt64(key), stream: 3)
    let lines = (0..<200).map { _ in
      [UInt8](
        repeating: UInt8(ascii: "x"), count: Int(random.below(random.below(9) == 0 ? 300 : 9)))
    }
    for endsInLineFeed in [true, false] where endsInLineFeed || lines.last != [] {
      let text = Array(lines.joined(separator: [0x0a])) + (endsInLineFeed ? [0x0a] : [])
      try Data(text).write(to: URL(filePath: path))
      for blockSize in [1, 2, 7, 64, 1 << 20] {
        for limit in [0, 5, 100, 299, 300, 1 << 20] {
          let found = try read(limit: limit, blockSize: blockSize)
          #expect(found.map(\.number) == Array(1...lines.count))
          #expect(found.map(\.digest) == lines.map { SHA256.digest($0) })
          // What is within the limit is never skipped; what is beyond may come whole.
          #expect(zip(found, lines).allSatisfy { $0.bytes == $1 || $1.count > limit })
        }
      }
    }
  }

  @Test func `A file without lines has none`() throws {
    try Data().write(to: URL(filePath: path))
    #expect(try read(limit: 10, blockSize: 4).isEmpty)
    try Data([0x0a]).write(to: URL(filePath: path))
    #expect(try read(limit: 10, blockSize: 4).map(\.bytes) == [[]])
  }

  @Test func `A line far beyond the limit is read past in little memory`() throws {
    let size = 64 << 20
    var data = Data(repeating: UInt8(ascii: "y"), count: size)
    data.append(contentsOf: "\nshort\n".utf8)
    try data.write(to: URL(filePath: path))
    let found = try read(limit: 1 << 10, blockSize: 1 << 16)
    #expect(found.count == 2)
    #expect(found[0].bytes == nil && found[1].bytes == Array("short".utf8))
    #expect(found[0].digest == SHA256.digest([UInt8](repeating: UInt8(ascii: "y"), count: size)))
  }

  @Test func `A directory or a missing file is said to be one`() {
    #expect(throws: StorageError.self) {
      _ = try LineReader(path: directory.path, longestLine: 10)
    }
    #expect(throws: StorageError.self) { _ = try LineReader(path: path, longestLine: 10) }
  }
}
