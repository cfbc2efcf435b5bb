// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Register
import Storage
import TestSupport
import Testing

/// A projection that follows its log, and one that cannot.
@Suite struct ProjectionUpdateTests {
  private static let ledger = Result<SampleLedger, any Error> {
    var ledger = try SampleLedger()
    var random = Philox4x32(key: 3, stream: 0)
    var grants: [(Digest, Int)] = []
    for number in 0..<300 {
      let party = 1 + number / 30
      if number.isMultiple(of: 30) { try ledger.join(party) }
      switch random.below(6) {
      case 0:
        let purposes = Purpose.allCases.filter { _ in random.below(2) == 0 }
        let terms = GrantTerms.sample(for: purposes.isEmpty ? [.train] : purposes)
        grants.append((try ledger.grant(terms, by: party), party))
      case 1 where !grants.isEmpty:
        let (grant, issuer) = grants.remove(at: Int(random.below(UInt32(grants.count))))
        try ledger.revoke(grant, by: issuer)
      case 2 where !grants.isEmpty:
        let (grant, issuer) = grants[Int(random.below(UInt32(grants.count)))]
        if ledger.state.grant(grant)?.suspendedAt == nil {
          try ledger.suspend(grant, by: issuer)
        } else {
          try ledger.resume(grant, by: issuer)
        }
      default: try ledger.add(testDigest("work \(number)"), of: party)
      }
    }
    return ledger
  }

  private let directory: TemporaryDirectory
  private let path: String
  private let ledger: SampleLedger

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/register.sqlite"
    ledger = try Self.ledger.get()
  }

  private func update(to size: Int) throws {
    try Projection.update(
      path, to: SampleLedger.position(size), events: Array(ledger.events[..<size])
    ) { SampleLedger.position($0).root }
  }

  private func expectCurrent(_ size: Int, after cause: String) throws {
    let difference = try Projection.difference(
      of: path, from: Array(ledger.events[..<size]), at: SampleLedger.position(size))
    #expect(difference == nil, "\(cause)")
  }

  /// The number in the file's header that counts transactions.
  private func changes() throws -> Int {
    try FileSystem.readFile(path)[24..<28].reduce(0) { $0 << 8 | Int($1) }
  }

  @Test func `However a log was appended, the projection has the bytes of a rebuild`() throws {
    let whole = directory.path + "/whole.sqlite"
    try Projection.write(ledger.events, at: ledger.position, to: whole)
    let expected = try FileSystem.readFile(whole)
    var random = Philox4x32(key: 21, stream: 0)
    for longest in [1, 3, 40, 300] as [UInt32] {
      try FileSystem.removeFile(path)
      var size = 0
      while size < ledger.events.count {
        size = min(ledger.events.count, size + 1 + Int(random.below(longest)))
        try update(to: size)
      }
      let bytes = try FileSystem.readFile(path)
      let other = bytes.indices.filter { bytes[$0] != expected[$0] }
      #expect(bytes.count == expected.count)
      #expect(other.allSatisfy { (24..<28).contains($0) || (92..<96).contains($0) }, "\(longest)")
      try expectCurrent(ledger.events.count, after: "batches up to \(longest)")
    }
  }

  @Test func `What the projection lacks is added, and what it has is not written again`() throws {
    try update(to: 200)
    let made = try changes()
    try update(to: 200)
    #expect(try changes() == made, "a projection at the log's state is left alone")
    try update(to: 260)
    #expect(try changes() == made + 1, "one transaction")
    try expectCurrent(260, after: "an update")
    #expect(try FileSystem.listDirectory(directory.path) == ["register.sqlite"])
  }

  @Test(arguments: [
    "UPDATE projection SET size = 999", "UPDATE projection SET root = zeroblob(32)",
    "UPDATE projection SET size = -1", "UPDATE projection SET schema = zeroblob(32)",
    "DELETE FROM projection", "DROP TABLE projection", "DROP TABLE work",
    "DELETE FROM event; UPDATE projection SET size = 3",
    "INSERT INTO event VALUES (205, 'x', 0, x'', x'')", "CREATE TABLE projection2 (x)",
  ])
  func `A projection that is ahead, of another log or altered is made again by the next writer`(
    statement: String
  ) throws {
    try update(to: 200)
    do { try Database(path: path, mode: .readWrite).execute(statement) }
    try update(to: 210)
    let difference = try Projection.difference(
      of: path, from: Array(ledger.events[..<210]), at: SampleLedger.position(210))
    // An extra table hinders no append; the audit names it, and a rebuild removes it.
    let isHarmless = statement.hasPrefix("CREATE")
    #expect((difference != nil) == isHarmless, "\(difference ?? "")")
    try Projection.write(
      Array(ledger.events[..<210]), at: SampleLedger.position(210), to: path)
    try expectCurrent(210, after: "a rebuild")
  }

  @Test func `Files that are no projection are made again`() throws {
    for bytes in [[], Array("no database at all".utf8), [UInt8](repeating: 0, count: 8192)] {
      try DurableFile.write(bytes, to: path)
      try update(to: 50)
      try expectCurrent(50, after: "\(bytes.count) bytes")
    }
    var bytes = try FileSystem.readFile(path)
    bytes.replaceSubrange(4096..<12_288, with: repeatElement(0xAA, count: 8192))
    try DurableFile.write(bytes, to: path)
    try update(to: 60)
    try expectCurrent(60, after: "garbled pages")
  }

  @Test func `A journal or write-ahead log that lies beside a projection is found and removed`()
    throws
  {
    try update(to: 100)
    for suffix in ["-journal", "-wal", "-shm"] {
      try DurableFile.write([1, 2, 3], to: path + suffix)
      let difference = try Projection.difference(
        of: path, from: Array(ledger.events[..<100]), at: SampleLedger.position(100))
      #expect(difference?.contains(suffix) == true)
      try Projection.write(
        Array(ledger.events[..<100]), at: SampleLedger.position(100), to: path)
      try expectCurrent(100, after: suffix)
      #expect(try FileSystem.listDirectory(directory.path) == ["register.sqlite"])
    }
  }

  @Test func `A projection that another version of SQLite wrote is held to its content`() throws {
    try update(to: 100)
    do {
      let database = try Database(path: path, mode: .readWrite)
      try database.execute("UPDATE projection SET sqlite = 3007000; VACUUM")
    }
    var bytes = try FileSystem.readFile(path)
    #expect(try difference(100) != nil, "the header names this version")
    bytes.replaceSubrange(96..<100, with: [0, 0x2D, 0xE2, 0x18])
    try DurableFile.write(bytes, to: path)
    #expect(try difference(100) == nil)
    try DurableFile.write(bytes + [0], to: path)
    #expect(try difference(100) != nil, "bytes behind the last page")
    try DurableFile.write(bytes, to: path)
    do { try Database(path: path, mode: .readWrite).execute("UPDATE work SET bytes = bytes + 1") }
    #expect(try difference(100)?.contains("in the table work") == true)
  }

  private func difference(_ size: Int) throws -> String? {
    try Projection.difference(
      of: path, from: Array(ledger.events[..<size]), at: SampleLedger.position(size))
  }
}
