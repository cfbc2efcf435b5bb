// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Register
import Service
import Signing
import Storage
import TestSupport
import Testing

/// Who was erased is found in no file any more, and everything goes on.
@Suite struct ErasureTests {
  private static let name = "dorothea.of.nowhere"
  private static let title = "A most peculiar title"
  private let desk: Desk

  init() throws { desk = try Sample.copy() }

  /// Registers a person with a work, admits it, and writes a page that names both.
  private func person() throws -> (did: String, work: String) {
    let made = try desk.json("key", "new", Self.name, "--territory", "LI") as? [String: Any]
    try desk.place(Prose.text(author: 77, work: 1, byteCount: 9_000), at: "more/w7.txt")
    try desk.json("work", "add", "more/w7.txt", "--key", Self.name, "--title", Self.title)
    try desk.json("grant", "--all", "--purpose", "train", "--rate", "5%", "--key", Self.name)
    try desk.json("admit", desk.root + "/more", "--out", "more.json")
    try desk.write(Array("<p>\(Self.name): \(Self.title)</p>".utf8), to: "report.html")
    let works = try #require(try desk.json("work", "list", "--owner", Self.name) as? [String: Any])
    let work = (works["works"] as? [[String: Any]])?.first?["work"] as? String
    return (try #require(made?["did"] as? String), try #require(work))
  }

  /// Every file below the register, keys and locks too, whose bytes or path hold the text.
  private func holders(of text: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: desk.register).filter { path in
      let data = try? Data(contentsOf: URL(filePath: desk.register + "/" + path))
      return path.contains(text) || data?.firstRange(of: Data(text.utf8)) != nil
    }.sorted()
  }

  private func expectVerified() throws {
    let verdict = try desk.run(["verify"])
    #expect(verdict.status == 0, "\(verdict.output)")
  }

  @Test func `A person is gone from every file, and every command goes on`() throws {
    let (did, work) = try person()
    let before = try holders(of: Self.name)
    #expect(before.contains("openings.sqlite") && before.contains("keys/\(Self.name).json"))
    #expect(before.contains("report.html"))
    #expect(try holders(of: Self.title).contains("openings.sqlite"))
    let erased = try desk.run(["erase", Self.name, "--yes"])
    #expect(erased.status == 0, "\(erased.errors)")
    #expect(erased.output.contains("3 openings erased, as entry \(try desk.size() - 1) says"))
    #expect(erased.output.contains("in the log stay: the did:key"))
    for text in [Self.name, Self.title] { #expect(try holders(of: text) == []) }
    try expectVerified()
    let short = "erased " + (try #require(DIDKey(did))).short
    let keyName = String(did.dropFirst("did:key:".count))
    for (command, shows) in [
      (["key", "list"], keyName), (["key", "show", keyName], did), (["work", "list"], short),
      (["work", "show", String(work.prefix(12))], "title   erased"), (["grants", "list"], "grant"),
      (["shares", Sample.model], "ben"), (["rebuild"], "entries"), (["verify"], "erased"),
      (["report", "--out", "again.html"], "wrote"),
      (["proof", String(work.prefix(12))], "tlog-proof"),
      (["work", "list", "--title", "peculiar"], "no works"),
      (["grant", "--all", "--purpose", "index", "--rate", "1%", "--key", keyName], "index"),
      (["admit", desk.root + "/more", "--out", "later.json"], "admitted"),
    ] {
      let outcome = try desk.run(command)
      #expect(outcome.status == 0, "\(command): \(outcome.errors)")
      #expect(outcome.output.contains(shows), "\(command): \(outcome.output)")
      #expect(!(outcome.output + outcome.errors).contains(Self.name))
      #expect(!(outcome.output + outcome.errors).contains(Self.title))
    }
    // A model trained afterwards shows the person as erased as well.
    let command = ["train", "more.json", "--out", "after", "--config", "config.json"]
    _ = try desk.run(command)
    #expect(try holders(of: Self.name) == [])
    try expectVerified()
  }

  @Test func `Somebody with shares and payments is erased, and both stand`() throws {
    let shares = try desk.json("shares", Sample.model) as? [String: Any]
    let rows = try #require(shares?["rows"] as? [[String: Any]])
    let did = try #require(rows.first { $0["name"] as? String == "cleo" }?["party"] as? String)
    let said = try #require(try desk.json("erase", "cleo", "--yes") as? [String: Any])
    #expect(said["erased"] as? Int == 4, "a name, a territory and two titles")
    let remaining = try #require(said["remaining"] as? [String])
    #expect(remaining.contains { $0.hasSuffix("/decisions.jsonl") }, "paths of the corpus stay")
    #expect(!remaining.contains { $0.hasPrefix("keys/") || $0 == "openings.sqlite" })
    let after = try desk.json("shares", Sample.model) as? [String: Any]
    let row = try #require(
      (after?["rows"] as? [[String: Any]])?.first { $0["party"] as? String == did })
    #expect(row["name"] as? String == "erased " + (try #require(DIDKey(did))).short)
    for command in [
      ["shares", Sample.model, "--by", "work"], ["shares", Sample.model, "--by", "territory"],
      ["statement", did, "--period", "2026-Q4"],
      ["trace", Sample.model, "--text", "the text of it"],
      ["export", Sample.model, "--format", "croissant", "--names"],
    ] {
      let outcome = try desk.run(command)
      #expect(outcome.status == 0 || outcome.status == 2, "\(command): \(outcome.errors)")
      #expect(!outcome.output.contains("cleo"), "\(command)")
    }
    try expectVerified()
  }

  @Test func `A work's title is erased by itself, and only once`() throws {
    let (_, work) = try person()
    let said = try #require(try desk.json("erase", work, "--yes") as? [String: Any])
    #expect(said["erased"] as? Int == 1)
    #expect((said["entries"] as? [Int])?.count == 1)
    #expect(try holders(of: Self.title) == [])
    #expect(try holders(of: Self.name).contains("openings.sqlite"))
    let size = try desk.size()
    let again = try #require(try desk.json("erase", work, "--yes") as? [String: Any])
    #expect(again["entries"] as? [Int] == [] && again["erased"] as? Int == 0)
    #expect(try desk.size() == size)
    try expectVerified()
  }

  @Test func `Who was cut off between the log and the openings is finished by the next writer`()
    throws
  {
    let (did, _) = try person()
    let layout = RegisterLayout(root: desk.register)
    do {
      let writer = try RegisterWriter(
        layout, clock: { Timestamp(secondsSinceEpoch: 1_800_000_000) })
      let openings = try EraseOpenings.openings(
        of: .party(try #require(DIDKey(did))), in: writer.state)
      try writer.append(OpeningErasure.parts(of: openings).map { .openingErased($0) })
    }
    let verdict = try desk.run(["verify"])
    #expect(verdict.status == 1)
    #expect(verdict.output.contains("is kept still"), "\(verdict.output)")
    #expect(try desk.run(["rebuild"]).status == 0)
    try expectVerified()
    #expect(try holders(of: Self.name) == ["report.html"])
    #expect(try holders(of: Self.title) == ["report.html"])
  }

  @Test func `Free pages and a journal of another program hold nothing either`() throws {
    let (did, _) = try person()
    let path = desk.register + "/openings.sqlite"
    do {
      // A program that overwrites nothing: copies of the name in pages that are free again.
      let other = try Database(path: path, mode: .readWrite)
      try other.execute(
        """
        PRAGMA secure_delete=OFF; CREATE TABLE note (text TEXT); INSERT INTO note
          SELECT value || printf('%4000s', '') FROM opening, (SELECT 1 UNION SELECT 2 UNION SELECT 3);
        DROP TABLE note
        """)
    }
    let copies = try Data(contentsOf: URL(filePath: path)).ranges(of: Data(Self.name.utf8)).count
    #expect(copies > 2, "the name stands in free pages")
    // As a program leaves it that was killed while it wrote ahead.
    var left: [String: Data] = [:]
    do {
      let other = try Database(path: path, mode: .readWrite)
      try other.execute("PRAGMA journal_mode=WAL; UPDATE opening SET value = value")
      for suffix in ["", "-wal"] {
        left[suffix] = try Data(contentsOf: URL(filePath: path + suffix))
      }
    }
    for (suffix, data) in left { try data.write(to: URL(filePath: path + suffix)) }
    #expect(left["-wal"]?.firstRange(of: Data(Self.name.utf8)) != nil)
    try desk.expect(["erase", did, "--yes"])
    for text in [Self.name, Self.title] { #expect(try holders(of: text) == []) }
    for suffix in ["-wal", "-shm", "-journal"] {
      #expect(!FileManager.default.fileExists(atPath: path + suffix))
    }
    try expectVerified()
  }

  @Test func `Nothing is erased without a word, nor what is nobody's`() throws {
    let before = try desk.contents()
    func expect(_ arguments: [String], _ status: Int32, _ text: String) throws {
      let outcome = try desk.run(["erase"] + arguments)
      #expect(outcome.status == status, "\(outcome.output)")
      #expect(outcome.errors.contains(text), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
    try expect(["ada"], 2, "--yes")
    try expect(["operator", "--yes"], 1, "cannot be erased")
    try expect(["abcd", "--yes"], 1, "no work begins with 'abcd'")
    let stranger = DIDKey(SecretKey.generate().publicKey).text
    try expect([stranger, "--yes"], 1, "not registered here")
    try expect(["did:web:x", "--yes"], 2, "no did:key")
    #expect(try desk.contents() == before)
  }

  @Test func `Every value has a salt of 32 bytes that no other has`() throws {
    _ = try person()
    let store = try OpeningStore(path: desk.register + "/openings.sqlite", readOnly: true)
    let openings = try store.all()
    #expect(openings.count > 10)
    #expect(openings.allSatisfy { $0.salt.count == 32 })
    #expect(Set(openings.map(\.salt)).count == openings.count)
    // Bits of random bytes are even: 8,000 of them deviate by less than 300 from the half.
    let bits = RegisterWriter.commitments(to: [String](repeating: "x", count: 32))
      .flatMap(\.salt).reduce(0) { $0 + $1.nonzeroBitCount }
    #expect((3_800...4_400).contains(bits))
    let copy = Commitment(value: "another", salt: openings[0].salt)
    try OpeningStore(path: desk.register + "/openings.sqlite", readOnly: false).add([copy])
    let verdict = try desk.run(["verify"])
    #expect(verdict.status == 1 && verdict.output.contains("a salt stands twice"))
  }
}
