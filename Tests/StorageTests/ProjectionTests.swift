// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Money
import Primitives
import Register
import Storage
import TestSupport
import Testing

extension SampleLedger {
  /// The size of the log, and a root that stands for it.
  var position: ProjectionPosition { Self.position(events.count) }

  /// A size, and a root that nothing else has.
  static func position(_ size: Int) -> ProjectionPosition {
    ProjectionPosition(size: size, root: testDigest("root \(size)"))
  }
}

/// An opening of a value under a salt that follows from a number.
func openingOf(_ value: String, _ number: Int) -> Commitment {
  Commitment(value: value, salt: testDigest("salt \(number)").bytes)
}

@Suite struct ProjectionTests {
  private static let ledger = Result<SampleLedger, any Error> {
    var ledger = try SampleLedger()
    for party in 1...10 {
      try ledger.join(party)
      for work in 0..<2 { try ledger.add(testDigest("\(party) \(work)"), of: party) }
      let grant = try ledger.grant(.sample(), by: party)
      if party.isMultiple(of: 5) { try ledger.revoke(grant, by: party) }
    }
    try ledger.release(testModel("m"))
    try ledger.report(1_000, "EUR", of: testModel("m"), in: "2026")
    let line = SettlementRecord.Line(
      model: testModel("m"), currency: testCurrency("EUR"), cumulativeRevenue: 1_000,
      revenue: 1_000, owed: 50, retained: 950)
    try ledger.append(
      .settlementComputed(
        SettlementRecord(
          period: testPeriod("2026"), number: 1, statements: testDigest("s"), lines: [line])))
    return ledger
  }

  private let directory: TemporaryDirectory
  private let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/register.sqlite"
  }

  private func rebuild(_ ledger: SampleLedger, at path: String) throws {
    try Projection.write(ledger.events, at: ledger.position, to: path)
  }

  private func difference(_ ledger: SampleLedger) throws -> String? {
    try Projection.difference(of: path, from: ledger.events, at: ledger.position)
  }

  @Test func `The same log gives the same bytes, which other programs read`() throws {
    let ledger = try Self.ledger.get()
    try rebuild(ledger, at: path)
    let bytes = try FileSystem.readFile(path)
    try rebuild(ledger, at: directory.path + "/again.sqlite")
    #expect(try FileSystem.readFile(directory.path + "/again.sqlite") == bytes)
    #expect(try difference(ledger) == nil)
    #expect(try FileSystem.listDirectory(directory.path) == ["again.sqlite", "register.sqlite"])
    let database = try Database(path: path, mode: .readOnly)
    #expect(try database.prepare("PRAGMA integrity_check").rows() == [[.text("ok")]])
    let counts = [
      "projection": 1, "event": ledger.events.count, "party": 11, "work": 20, "ownership": 20,
      "collection": 0, "collection_work": 0, "use_grant": 10,
      "grant_purpose": 10, "admission": 1, "run": 1, "target": 1, "checkpoint": 1, "model": 1,
      "revenue": 1, "settlement": 1, "signal": 0, "erasure": 0,
    ]
    for (table, count) in counts {
      let rows = try database.prepare("SELECT count(*) FROM \(table)").rows()
      #expect(rows == [[.integer(Int64(count))]], "\(table)")
    }
    let tables = try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").rows()
    #expect(Set(tables) == Set(counts.keys.map { [.text($0)] }))
    #expect(
      try database.prepare("SELECT count(*) FROM use_grant WHERE revoked_at IS NOT NULL").rows()
        == [[.integer(2)]])
    #expect(
      try database.prepare("SELECT finished_at IS NOT NULL, seed FROM run").rows()
        == [[.integer(1), .integer(7)]])
    #expect(
      try database.prepare("SELECT size, works, grants FROM projection").rows()
        == [[.integer(Int64(ledger.events.count)), .integer(20), .integer(10)]])
  }

  @Test func `Every flipped byte is found, and nothing is written while looking`() throws {
    let ledger = try Self.ledger.get()
    try rebuild(ledger, at: path)
    let bytes = try FileSystem.readFile(path)
    var random = Philox4x32(key: 9, stream: 0)
    let places = Array(0..<100) + (0..<100).map { _ in Int(random.below(UInt32(bytes.count))) }
    for place in places {
      var flipped = bytes
      flipped[place] ^= place.isMultiple(of: 2) ? 1 << UInt8(random.below(8)) : 0xff
      try DurableFile.write(flipped, to: path)
      let difference = try difference(ledger)
      #expect(difference?.hasSuffix("run 'cadastre rebuild'") == true, "byte \(place)")
    }
    #expect(try FileSystem.listDirectory(directory.path) == ["register.sqlite"])
    for other in [[], Array(bytes.dropLast()), bytes + [0], Array("no database".utf8)] {
      try DurableFile.write(other, to: path)
      #expect(try difference(ledger) != nil)
    }
    try FileSystem.removeFile(path)
    #expect(throws: StorageError.self) { try difference(ledger) }
  }

  @Test(arguments: [
    ("event", "UPDATE event SET type = 'x' WHERE position = 3"),
    ("party", "DELETE FROM party WHERE position = 1"),
    ("work", "UPDATE work SET owner = (SELECT key FROM party LIMIT 1)"),
    (
      "work",
      "INSERT INTO work SELECT 999, zeroblob(32), owner, 1, title, title, 1, NULL FROM work LIMIT 1"
    ),
    ("use_grant", "UPDATE use_grant SET rate = rate + 1 WHERE position > 9"),
    ("grant_purpose", "DELETE FROM grant_purpose WHERE position > 30"),
    ("settlement", "UPDATE settlement SET owed = owed + 1"),
    ("target", "UPDATE target SET residual = NULL"),
    ("projection", "UPDATE projection SET works = works + 1"),
    ("projection", "UPDATE projection SET root = zeroblob(32)"),
    ("extra", "CREATE TABLE extra (x)"),
    ("ownership", "DROP INDEX ownership_shared"),
    ("work", "CREATE INDEX work_extra ON work (fingerprint)"),
    ("work", "CREATE TRIGGER t AFTER INSERT ON work BEGIN SELECT 1; END"),
    ("v", "CREATE VIEW v AS SELECT 1"),
    ("revenue", "ALTER TABLE revenue ADD COLUMN more TEXT"),
  ])
  func `An altered row, table or index is told by its table`(
    table: String, statement: String
  ) throws {
    let ledger = try Self.ledger.get()
    try rebuild(ledger, at: path)
    do { try Database(path: path, mode: .readWrite).execute(statement) }
    #expect(
      try difference(ledger)
        == "it differs from a rebuild in the table \(table): run 'cadastre rebuild'")
    try rebuild(ledger, at: path)
    #expect(try difference(ledger) == nil)
  }

  @Test func `One event more or less is a difference`() throws {
    let ledger = try Self.ledger.get()
    let fewer = Array(ledger.events.dropLast())
    try Projection.write(fewer, at: ledger.position, to: path)
    #expect(try difference(ledger)?.contains("the table event, settlement") == true)
    try Projection.write(fewer, at: SampleLedger.position(fewer.count), to: path)
    #expect(try difference(ledger)?.contains("the table projection, event, settlement") == true)
    let none = SampleLedger.position(0)
    try Projection.write([], at: none, to: path)
    #expect(try Projection.difference(of: path, from: [], at: none) == nil)
  }

  @Test func `Errors of the database are typed and name the file`() throws {
    try DurableFile.write(Array("this is no database at all".utf8), to: path)
    func code(_ body: () throws -> Void) -> Int32? {
      let error = #expect(throws: DatabaseError.self, performing: body)
      #expect(error?.path.hasPrefix(directory.path) == true)
      return error.map { $0.code & 0xff }
    }
    #expect(code { _ = try Database(path: path, mode: .readOnly).prepare("SELECT * FROM x") } == 26)
    let missing = directory.path + "/none.sqlite"
    #expect(code { _ = try Database(path: missing, mode: .readOnly) } == 14)
    let other = try Database(path: directory.path + "/o.sqlite", mode: .readWrite)
    try other.execute("CREATE TABLE t (x INTEGER PRIMARY KEY, y TEXT) STRICT")
    #expect(code { try other.prepare("INSERT INTO t VALUES (1, ?)").run([.blob([1])]) } == 19)
    #expect(code { try other.execute("SELECT FROM") } == 1)
    #expect(
      code {
        try other.transaction {
          for _ in 0..<2 { try other.prepare("INSERT INTO t VALUES (1, 'a')").run([]) }
        }
      } == 19)
    #expect(try other.prepare("SELECT * FROM t").rows().isEmpty, "all or nothing")
    let reader = try Database(path: directory.path + "/o.sqlite", mode: .readOnly)
    #expect(code { try reader.execute("DELETE FROM t") } == 8)
    let values: [SQLValue] = [.text("a\0b é"), .text(""), .blob([]), .null, .integer(.min)]
    #expect(try other.prepare("SELECT ?, ?, ?, ?, ?").rows(values) == [values])
  }

  @Test func `Openings open, altered ones are found, and nobody else reads the file`() throws {
    let file = directory.path + "/openings.sqlite"
    let openings = (0..<30).map { openingOf(["name", "é\0x", ""][$0 % 3] + "\($0)", $0) }
    let store = try OpeningStore(path: file, readOnly: false)
    try store.add(openings)
    #expect(try Set(store.all().map(\.digest)) == Set(openings.map(\.digest)))
    #expect(try store.opening(of: openings[7].digest)?.value == openings[7].value)
    #expect(try store.opening(of: testDigest("none")) == nil)
    #expect(try store.audit().count == 30 && store.audit().broken.isEmpty)
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(throws: DatabaseError.self) { try store.add([openingOf("new", 99), openings[0]]) }
    #expect(try store.all().count == 30, "an addition is kept whole or not at all")
    let database = try Database(path: file, mode: .readWrite)
    let change = try database.prepare("UPDATE opening SET value = 'x' WHERE commitment = ?")
    for opening in openings[3..<5] { try change.run([.blob(opening.digest.bytes)]) }
    let audit = try OpeningStore(path: file, readOnly: true).audit()
    #expect(audit.count == 30 && Set(audit.broken) == Set(openings[3..<5].map(\.digest)))
    try database.execute("DELETE FROM opening")
    #expect(try store.audit().count == 0, "what was erased is no fault")
  }
}
