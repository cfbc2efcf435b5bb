// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import FuzzTargets
import Primitives
import Testing

/// The inputs in `Tests/Corpora`, and small changes of them, without libFuzzer.
@Suite struct ReplayTests {
  static let corpora = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpora")

  static func inputs(of target: String) throws -> [(name: String, bytes: [UInt8])] {
    let folder = corpora.appending(path: target)
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      ($0, [UInt8](try Data(contentsOf: folder.appending(path: $0))))
    }
  }

  @Test func `Each target has inputs, and each folder of inputs a target`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpora.path)
    #expect(folders.sorted() == FuzzTarget.all.map(\.name).sorted())
    for target in FuzzTarget.all { #expect(try !Self.inputs(of: target.name).isEmpty) }
  }

  @Test(arguments: FuzzTarget.all.map(\.name))
  func `A reader keeps its promises on every input that is kept`(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    for input in try Self.inputs(of: name) {
      #expect(target.check(input.bytes) == nil, "\(input.name)")
    }
  }

  @Test(arguments: FuzzTarget.all.map(\.name))
  func `A reader keeps its promises on inputs that were cut, changed and doubled`(
    _ name: String
  ) throws {
    let target = try #require(FuzzTarget.named(name))
    var random = Philox4x32(key: 77, stream: 0)
    let inputs = try Self.inputs(of: name).filter { $0.bytes.count < 4_096 && !$0.bytes.isEmpty }
    for input in inputs {
      for _ in 0..<20 {
        var bytes = input.bytes
        for _ in 0...random.below(3) where !bytes.isEmpty {
          let place = Int(random.below(UInt32(bytes.count)))
          switch random.below(5) {
          case 0: bytes.removeSubrange(place...)
          case 1: bytes[place] ^= 1 << UInt8(random.below(8))
          case 2: bytes.remove(at: place)
          case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next32()), at: place)
          default: bytes.insert(contentsOf: bytes[place...].prefix(64), at: place)
          }
        }
        #expect(target.check(bytes) == nil, "\(input.name): \(bytes)")
      }
    }
  }
}
