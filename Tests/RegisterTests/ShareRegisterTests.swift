// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Money
import Primitives
import Register
import TestSupport
import Testing

@Suite struct ShareRegisterTests {
  private static func row(_ work: Int, owner: Int, units: Int64) -> ShareRegister.Row {
    ShareRegister.Row(
      work: testDigest("work \(work)"), owner: testParty(owner), units: units, rate: testRate(5))
  }

  private static func register(_ rows: [ShareRegister.Row]) throws -> ShareRegister {
    try ShareRegister(model: testModel("m"), method: "by hand", rows: rows)
  }

  @Test func `Rows in any order give the same file, which reads back and has one spelling`() throws
  {
    var random = Philox4x32(key: 8, stream: 0)
    for _ in 0..<40 {
      let weights = (0...random.below(9)).map { _ in UInt64(random.below(1000)) + 1 }
      var rows = LargestRemainder.divide(Share.whole, weights: weights).enumerated().map {
        Self.row($0, owner: Int(random.below(3)), units: $1)
      }
      let register = try Self.register(rows)
      random.shuffle(&rows)
      #expect(try Self.register(rows).json.canonicalBytes == register.json.canonicalBytes)
      let read = try ShareRegister(json: try JSON.parse(Array(register.json.prettyText.utf8)))
      #expect(read.rows == register.rows && read.model == register.model)
      // One unit more or less anywhere is no share register any more.
      let index = Int(random.below(UInt32(rows.count)))
      for change: Int64 in [-1, 1] {
        var altered = rows
        let row = altered[index]
        altered[index] = ShareRegister.Row(
          work: row.work, owner: row.owner, units: row.units + change, rate: row.rate)
        #expect(throws: ShareRegisterError.self) { try Self.register(altered) }
      }
    }
  }

  @Test func `Rows that are not the whole, occur twice or are out of range are refused`() throws {
    let half = Share.whole / 2
    let wrong: [([ShareRegister.Row], ShareRegisterError)] = [
      ([], .notWhole(sum: 0)),
      ([Self.row(1, owner: 1, units: half)], .notWhole(sum: half)),
      (
        [Self.row(1, owner: 1, units: half), Self.row(1, owner: 2, units: half)],
        .workTwice
      ),
      (
        [Self.row(1, owner: 1, units: -1), Self.row(2, owner: 1, units: Share.whole)],
        .outOfRange(testDigest("work 1"))
      ),
      ([Self.row(1, owner: 1, units: .max)], .outOfRange(testDigest("work 1"))),
      (
        (0..<3).map { Self.row($0, owner: 1, units: Share.whole) },
        .notWhole(sum: 2 * Share.whole)
      ),
    ]
    for (rows, error) in wrong {
      #expect(throws: error) { try Self.register(rows) }
    }
  }

  @Test func `A file with its rows in another order or another format is refused`() throws {
    let half = Share.whole / 2
    let json = try Self.register((0..<2).map { Self.row($0, owner: 1, units: half) }).json
    func altered(_ name: String, _ value: JSON?) -> JSON {
      var object = json.object ?? [:]
      object[name] = value
      return .object(object)
    }
    #expect(try ShareRegister(json: altered("method", "another")).method == "another")
    for wrong in [
      altered("rows", .array((json["rows"]?.array ?? []).reversed())), altered("whole", 10),
      altered("format", "cadastre-shares/2"), altered("method", nil), altered("note", "x"),
    ] {
      #expect(throws: (any Error).self) { try ShareRegister(json: wrong) }
    }
  }
}
