// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Storage
import Testing

/// One call that changed files, as `faults.c` records it.
struct FileOperation: Sendable {
  enum Kind: UInt8, Sendable {
    case open = 0x4f  // O
    case write = 0x57  // W
    case sync = 0x53  // S
    case syncFileSystem = 0x41  // A
    case rename = 0x52  // R
    case unlink = 0x55  // U
    case makeDirectory = 0x44  // D
    case removeDirectory = 0x58  // X
    case truncate = 0x54  // T
    case mark = 0x4d  // M
  }

  let kind: Kind
  /// The descriptor.
  let descriptor: Int
  /// The flags of an open, the offset of a write, the length of a truncation.
  let number: Int
  /// Whether what was opened was there before.
  let existed: Bool
  let first: [UInt8]
  let second: [UInt8]

  var path: String { String(decoding: first, as: UTF8.self) }
  var target: String { String(decoding: second, as: UTF8.self) }

  /// Reads a whole record.
  static func read(_ path: String) throws -> [FileOperation] {
    var reader = ByteReader(try FileSystem.readFile(path))
    var operations: [FileOperation] = []
    while reader.remaining > 0 {
      let kind: UInt8? = reader.readBigEndian()
      var numbers: [Int] = []
      for _ in 0..<5 {
        let number: Int64? = reader.readLittleEndian()
        numbers.append(Int(try #require(number)))
      }
      let (first, second) = (reader.read(count: numbers[3]), reader.read(count: numbers[4]))
      operations.append(
        FileOperation(
          kind: try #require(kind.flatMap(Kind.init)), descriptor: numbers[0], number: numbers[1],
          existed: numbers[2] != 0, first: Array(try #require(first)),
          second: Array(try #require(second))))
    }
    return operations
  }
}
