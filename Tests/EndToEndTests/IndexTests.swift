// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Gate
import Primitives
import Signing
import TestSupport
import Testing

/// The index that a register keeps of its fingerprints: made once, never trusted.
@Suite struct IndexTests {
  private let desk: Desk

  /// The sample with a copy of Ada's first work under Ben's name.
  init() throws {
    desk = try Sample.copy()
    let whole = try String(contentsOfFile: desk.corpus + "/ada/0.txt", encoding: .utf8)
    try desk.place(String(whole.prefix(4000)) + "by somebody else", at: "corpus/ben/copied.txt")
    try desk.json("work", "add", "corpus/ben/copied.txt", "--key", "ben")
  }

  private var folder: String { desk.register + "/index" }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func reasons(_ outcome: BuiltProgram.Outcome) throws -> [String: String] {
    try #require(outcome.status == 0, "\(outcome.errors)")
    let object = try #require(try outcome.json() as? [String: Any])
    let decisions = try #require(object["decisions"] as? [[String: Any]])
    return Dictionary(
      uniqueKeysWithValues: decisions.compactMap { decision in
        (decision["path"] as? String).flatMap { path in
          (decision["reason"] as? String).map { (path, $0) }
        }
      })
  }

  private func admit() throws -> [String: String] {
    try reasons(try desk.run(["admit", "corpus", "--json"]))
  }

  @Test func `An index that leaves a work out deceives the gate once, and no audit`() throws {
    #expect(try admit()["ben/copied.txt"] == "copy-of")
    #expect(try desk.run(["verify"]).status == 0)
    // The works of the register with the fingerprints of other texts, and sums that agree.
    let state = try desk.registered()
    for name in try files() { try FileManager.default.removeItem(atPath: folder + "/" + name) }
    try desk.expect(["rebuild"])
    let name = try #require(try files().first)
    var builder = try GramIndexBuilder(path: folder + "/" + name)
    for (number, work) in state.enumerated() {
      let text = Array(Prose.text(author: 9, work: UInt64(number), byteCount: 500).utf8)
      try builder.add(try Fingerprint(utf8: text), of: work)
    }
    try builder.finish()
    #expect(try admit()["ben/copied.txt"] == "admitted")
    let audit = try desk.run(["verify"])
    #expect(audit.status == 1 && audit.output.contains("derives otherwise"), "\(audit.output)")
  }

  @Test func `A damaged index is made again, or refused with what to do`() throws {
    let expected = try admit()
    var random = Philox4x32(key: 71, stream: 0)
    var refused = 0
    for round in 0..<24 {
      let names = try files()
      let path = folder + "/" + names[Int(random.below(UInt32(names.count)))]
      var bytes = try Data(contentsOf: URL(filePath: path))
      if round % 4 == 0 {
        bytes = bytes.prefix(Int(random.below(UInt32(bytes.count))))
      } else {
        bytes[Int(random.below(UInt32(bytes.count)))] ^= UInt8(1 + random.below(255))
      }
      try bytes.write(to: URL(filePath: path))
      let outcome = try desk.run(["admit", "corpus", "--json"])
      if outcome.status == 0 {
        #expect(try reasons(outcome) == expected, "\(round)")
      } else {
        refused += 1
        #expect(outcome.status == 1 && outcome.errors.contains("run 'cadastre rebuild'"))
        try desk.expect(["rebuild"])
        #expect(try admit() == expected)
      }
    }
    #expect(refused < 24)
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `Processes that build at once, or are killed at it, leave one index and one truth`()
    throws
  {
    try desk.expect(["snapshot", "--out", "expected"])
    let expected = try Data(contentsOf: URL(filePath: desk.root + "/expected/works.table"))
    for round in 0..<6 {
      try? FileManager.default.removeItem(atPath: folder)
      let running = try (0..<4).map { try desk.start(["snapshot", "--out", "s\(round)-\($0)"]) }
      for (number, process) in running.enumerated() where (round + number) % 4 == 0 {
        usleep(UInt32(round) * 8_000)
        process.send(SIGKILL)
      }
      for (number, process) in running.enumerated() {
        guard try process.outcome().status == 0 else { continue }
        let table = desk.root + "/s\(round)-\(number)/works.table"
        #expect(try Data(contentsOf: URL(filePath: table)) == expected)
      }
      try desk.expect(["snapshot", "--out", "last-\(round)"])
      let table = desk.root + "/last-\(round)/works.table"
      #expect(try Data(contentsOf: URL(filePath: table)) == expected)
      #expect(try files().filter { $0.hasSuffix(".index") }.count == 1)
    }
  }

  @Test func `Near-duplicates are listed, and what was registered first is credited`() throws {
    let whole = try String(contentsOfFile: desk.corpus + "/ada/1.txt", encoding: .utf8)
    try desk.place(whole + " and an end", at: "corpus/cleo/again.txt")
    try desk.json("work", "add", "corpus/cleo/again.txt", "--key", "cleo")
    let found = try #require(try desk.json("work", "duplicates") as? [String: Any])
    let groups = try #require(found["groups"] as? [[String: Any]])
    let digest = SHA256.digest(whole).hex
    let group = try #require(groups.first { $0["credited"] as? String == digest })
    let works = try #require(group["works"] as? [[String: Any]])
    #expect(works.count == 2 && works[0]["work"] as? String == digest)
    #expect((works[1]["perMille"] as? Int ?? 0) > 900)
    #expect(try desk.run(["work", "duplicates"]).output.contains("registered first is credited"))
  }
}

extension Desk {
  /// The registered works in the order of the log.
  fileprivate func registered() throws -> [IndexedWork] {
    let page = try #require(try json("work", "list", "--limit", "100") as? [String: Any])
    let works = try #require(page["works"] as? [[String: Any]])
    return try works.sorted { ($0["position"] as? Int ?? 0) < ($1["position"] as? Int ?? 0) }.map {
      let work = try #require(Digest(hex: $0["work"] as? String ?? ""))
      return IndexedWork(
        work, fingerprint: SHA256.digest(try bytes("fingerprints/\(work.hex).grams")))
    }
  }
}
