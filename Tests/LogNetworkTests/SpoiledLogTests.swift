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
}
