// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Foundation
import FuzzTargets
import Primitives
import Storage
import TestSupport
import Testing

/// Inputs that are made to hurt: long, deep, contradictory, lying about themselves.
@Suite struct HostileInputTests {
  /// What may stand anywhere in any file.
  static let inputs: [(name: String, bytes: [UInt8])] = [
    ("a line of a megabyte", [UInt8](repeating: 0x61, count: 1 << 20)),
    ("a megabyte of zeros", [UInt8](repeating: 0, count: 1 << 20)),
    ("a megabyte of digits", [UInt8](repeating: 0x39, count: 1 << 20)),
    ("a megabyte of brackets", [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)),
    ("a megabyte of line feeds", [UInt8](repeating: 0x0A, count: 1 << 20)),
    ("a string of a megabyte", [0x22] + [UInt8](repeating: 0x61, count: 1 << 20) + [0x22]),
    ("a megabyte of marks on one letter", Array(String(repeating: "\u{301}", count: 1 << 19).utf8)),
    ("objects in objects", Array(String(repeating: "{\"a\":", count: 100_000).utf8)),
    ("five thousand names", Array(manyNames.utf8)),
    ("a name twice", Array(#"{"format":"x","format":"y"}"#.utf8)),
    ("invalid UTF-8 in a string", [0x22, 0xC0, 0x80, 0xFF, 0x22]),
    ("half a surrogate pair", Array(#""\ud800""#.utf8)),
    ("a number beyond doubles", Array("1e999999999".utf8)),
    ("a float where an integer belongs", Array(#"{"treeSize":1.5}"#.utf8)),
    ("nothing", []),
  ]

  private static let manyNames =
    "{" + (0..<5_000).map { "\"n\($0)\":0" }.joined(separator: ",") + "}"

  @Test(.timeLimit(.minutes(10)), arguments: FuzzTarget.all.map(\.name))
  func `A reader returns from every hostile input with its promises kept`(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    for input in Self.inputs { #expect(target.check(input.bytes) == nil, "\(input.name)") }
  }

  @Test func `Nesting is refused one level beyond the limit`() throws {
    func nested(_ levels: Int) -> [UInt8] {
      [UInt8](repeating: UInt8(ascii: "["), count: levels)
        + [UInt8](repeating: UInt8(ascii: "]"), count: levels)
    }
    _ = try JSON.parse(nested(JSON.maximumDepth + 1))
    #expect(throws: JSONError.tooDeep(limit: JSON.maximumDepth)) {
      try JSON.parse(nested(JSON.maximumDepth + 2))
    }
  }

  @Test func `A store of openings that is no database is an error that names it`() throws {
    let directory = try TemporaryDirectory()
    let whole = directory.path + "/whole.sqlite"
    _ = try OpeningStore(path: whole, readOnly: false)
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: whole)))
    var random = Philox4x32(key: 5, stream: 9)
    for round in 0..<200 {
      var broken = bytes
      switch round {
      case 0: broken = []
      case 1: broken = Array("SQLite format 3\0".utf8)
      case 2: broken = [UInt8](repeating: 0xFF, count: 4_096)
      case 3: broken = Array(bytes.prefix(1_000))
      default:
        for _ in 0..<8 {
          broken[Int(random.below(UInt32(broken.count)))] = UInt8(
            truncatingIfNeeded: random.next32())
        }
      }
      let path = directory.path + "/broken.sqlite"
      try Data(broken).write(to: URL(filePath: path))
      do {
        _ = try OpeningStore(path: path, readOnly: true).all()
      } catch {
        #expect("\(error)".contains("broken.sqlite"), "\(error)")
      }
    }
  }
}
