// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

private let withCheckers = interpreter(
  importing: "openvc, apsig", for: "verifying grants with other people's verifiers")

/// The life of grants on the command line: many owners, suspension, status lists, checks.
@Suite struct GrantTests {
  /// A register with two contributors who own a song together, and one who owns a poem.
  private static func desk() throws -> (desk: Desk, song: String, poem: String) {
    let desk = try Desk()
    try desk.expect(["init", desk.register, "--name", "Grants"])
    for name in ["ada", "ben"] { try desk.expect(["key", "new", name]) }
    try desk.place(Prose.text(author: 1, work: 1, byteCount: 4000), at: "corpus/song.txt")
    try desk.place(Prose.text(author: 2, work: 1, byteCount: 4000), at: "corpus/poem.txt")
    let song = try #require(
      try desk.json(
        "work", "add", "corpus/song.txt", "--key", "ada", "--owner", "ada=2", "--owner", "ben=1")
        as? [[String: Any]])
    let poem = try #require(
      try desk.json("work", "add", "corpus/poem.txt", "--key", "ada") as? [[String: Any]])
    return (
      desk, try #require(song[0]["work"] as? String), try #require(poem[0]["work"] as? String)
    )
  }

  /// What the gate says of each file.
  private func decisions(_ desk: Desk, _ options: String...) throws -> [String: String] {
    let result = try #require(
      try desk.json(["admit", "corpus"] + options) as? [String: Any])
    var found: [String: String] = [:]
    for decision in try #require(result["decisions"] as? [[String: Any]]) {
      found[try #require(decision["path"] as? String)] = decision["explanation"] as? String
    }
    return found
  }

  private func issue(_ desk: Desk, _ arguments: String...) throws -> String {
    try issue(desk, arguments)
  }

  private func issue(_ desk: Desk, _ arguments: [String]) throws -> String {
    let issued = try #require(try desk.json(["grant"] + arguments) as? [[String: Any]])
    return try #require(issued[0]["grant"] as? String)
  }

  @Test func `A work of two owners is used when both agree on the price, and not before`() throws {
    let (desk, song, _) = try Self.desk()
    let first = try issue(
      desk, "--work", song, "--purpose", "train", "--rate", "6%", "--key", "ada")
    #expect(try decisions(desk)["song.txt"] == "owners of 2 parts agree, and 3 are needed")
    let other = try issue(
      desk, "--work", song, "--purpose", "train", "--rate", "7%", "--key", "ben")
    #expect(try decisions(desk)["song.txt"] == "owners of 2 parts agree, and 3 are needed")
    try desk.expect(["grant", "--join", first, "--key", "ben"])
    #expect(try decisions(desk)["song.txt"] == "granted at 6%")
    try desk.expect(["suspend", first, "--key", "ada"])
    #expect(try decisions(desk)["song.txt"] == "owners of 1 parts agree, and 3 are needed")
    try desk.expect(["resume", first, "--key", "ada"])
    #expect(try decisions(desk)["song.txt"] == "granted at 6%")
    // Nobody suspends what another granted.
    let wrong = try desk.run(["suspend", other, "--key", "ada"])
    #expect(wrong.status == 1 && wrong.errors.contains("did not issue this grant"))
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `The grant of one of two owners does not hold before both agree on its price`() throws
  {
    let (desk, song, _) = try Self.desk()
    func check(_ name: String, _ more: String...) throws -> (holds: Bool, owners: String?) {
      let outcome = try desk.run(["grants", "check", name, "--json"] + more)
      let result = try #require(try outcome.json() as? [String: Any])
      let lines = try #require(result["checks"] as? [[String: Any]])
      let holds = try #require(result["holds"] as? Bool)
      #expect(holds == (outcome.status == 0))
      return (holds, lines.first { $0["check"] as? String == "owners" }?["found"] as? String)
    }
    func credential(_ grant: String, _ name: String) throws {
      let shown = try desk.run(["grants", "show", grant, "--json"])
      let object = try #require(try shown.json() as? [String: Any])
      try JSONSerialization.data(withJSONObject: try #require(object["credential"]))
        .write(to: URL(filePath: desk.root + "/" + name))
    }
    let options = ["--work", song, "--purpose", "train", "--rate"]
    let first = try issue(desk, options + ["6%", "--purpose", "index", "--key", "ada"])
    try credential(first, "ada.json")
    let open = "it does not hold yet: owners of 2 parts agree, and 3 are needed"
    #expect(try check("ada.json") == (false, open))
    let other = try issue(desk, options + ["7%", "--key", "ben"])
    try credential(other, "ben.json")
    #expect(try check("ada.json") == (false, open))
    #expect(
      try check("ben.json")
        == (false, "it does not hold yet: owners of 1 parts agree, and 3 are needed"))
    // Ben agrees to one of the two purposes at Ada's price.
    let narrow = try issue(desk, options + ["6%", "--key", "ben"])
    let closed = "owners of 3 parts agree, and 3 are needed"
    #expect(try check("ada.json") == (false, open))
    #expect(try check("ada.json", "--purpose", "train") == (true, closed))
    #expect(try check("ada.json", "--purpose", "index") == (false, open))
    #expect(try decisions(desk)["song.txt"] == "granted at 6%")
    try desk.expect(["suspend", narrow, "--key", "ben"])
    #expect(try check("ada.json", "--purpose", "train") == (false, open))
    // A grant of all works holds for those that are the issuer's alone.
    let all = try issue(desk, ["--all", "--purpose", "train", "--rate", "5%", "--key", "ada"])
    try credential(all, "all.json")
    #expect(
      try check("all.json")
        == (true, "of 2 works it holds for 1; of 1 not enough owners agree yet"))
  }

  @Test func `A suspended grant, another territory and a day to come admit nothing`() throws {
    let (desk, _, poem) = try Self.desk()
    let grant = try issue(
      desk, "--work", poem, "--purpose", "train", "--rate", "5%", "--territory", "DE",
      "--territory", "AT", "--minimum-fee", "2.50 EUR", "--key", "ada")
    #expect(try decisions(desk)["poem.txt"] == "granted only for use in AT, DE")
    #expect(
      try decisions(desk, "--territory", "FR")["poem.txt"] == "granted only for use in AT, DE")
    #expect(try decisions(desk, "--territory", "DE")["poem.txt"] == "granted at 5%")
    try desk.expect(["suspend", grant, "--key", "ada"])
    let suspended = try #require(try decisions(desk, "--territory", "DE")["poem.txt"])
    #expect(suspended.hasPrefix("the grant is suspended since entry "))
    try desk.expect(["revoke", grant, "--key", "ada"])
    let revoked = try #require(try decisions(desk, "--territory", "DE")["poem.txt"])
    #expect(revoked.hasPrefix("the grant was revoked at entry "))
    _ = try issue(
      desk, "--work", poem, "--purpose", "train", "--rate", "5%", "--from", "2999-01-01", "--key",
      "ada")
    #expect(
      try decisions(desk)["poem.txt"] == "the grant is not in force at this time")
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `A collection is granted as one`() throws {
    let (desk, song, poem) = try Self.desk()
    let made = try #require(
      try desk.json("collection", "add", song, poem, "--key", "ada") as? [String: Any])
    let root = try #require(made["collection"] as? String)
    _ = try issue(
      desk, "--collection", root, "--purpose", "train", "--rate", "5%", "--key", "ada")
    let found = try decisions(desk)
    #expect(found["poem.txt"] == "granted at 5%")
    #expect(found["song.txt"] == "owners of 2 parts agree, and 3 are needed")
    let again = try desk.run(["collection", "add", song, poem, "--key", "ada"])
    #expect(again.status == 1 && again.errors.contains("is declared already"))
    let foreign = try desk.run(["collection", "add", poem, "--key", "ben"])
    #expect(foreign.status == 1 && foreign.errors.contains("does not own the work"))
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `A credential alone is checked against status lists, and fails without them`() throws {
    let (desk, _, poem) = try Self.desk()
    let issued = try #require(
      try desk.json(
        "grant", "--work", poem, "--purpose", "train", "--rate", "5%", "--anyone", "--key", "ada")
        as? [[String: Any]])
    let credential = try JSONSerialization.data(
      withJSONObject: try #require(issued[0]["credential"]))
    try desk.place(String(decoding: credential, as: UTF8.self), at: "away/grant.json")
    let grant = try #require(issued[0]["grant"] as? String)
    #expect(try desk.run(["grants", "check", desk.root + "/away/grant.json"]).status == 0)
    let wrong = try desk.run([
      "grants", "check", desk.root + "/away/grant.json", "--purpose", "distil",
    ])
    #expect(wrong.status == 1 && wrong.output.contains("the grant does not hold"))

    let away = { (lists: [String]) in
      try desk.elsewhere(
        ["grants", "check", "grant.json", "--operator", try desk.operatorDID()]
          + lists.flatMap { ["--status-list", $0] }, in: desk.root + "/away")
    }
    let copy = {
      for purpose in ["revocation", "suspension"] {
        try desk.place(
          String(decoding: try desk.bytes("status/\(purpose)/0"), as: UTF8.self),
          at: "away/\(purpose).json")
      }
    }
    #expect(try away([]).status == 1)
    try copy()
    #expect(try away(["revocation.json"]).status == 1)
    #expect(try away(["revocation.json", "suspension.json"]).status == 0)
    try desk.expect(["suspend", grant, "--key", "ada"])
    try copy()
    let found = try away(["revocation.json", "suspension.json"])
    #expect(found.status == 1 && found.output.contains("suspended"))
    #expect(try desk.run(["grants", "check", desk.root + "/away/grant.json"]).status == 1)
  }

  @Test func `What is no grant gets one line`() throws {
    let (desk, song, poem) = try Self.desk()
    let terms = ["--purpose", "train", "--rate", "5%", "--key", "ada"]
    let cases: [([String], Int32, String)] = [
      (["grant", "--work", poem] + terms + ["--territory", "Germany"], 2, "is no territory"),
      (["grant", "--work", poem] + terms + ["--minimum-fee", "2.50"], 2, "is no fee"),
      (["grant", "--work", poem] + terms + ["--minimum-fee", "0 EUR"], 2, "more than nothing"),
      (["grant", "--work", poem] + terms + ["--until", "1999-01-01"], 2, "is no date to come"),
      (["grant", "--work", poem] + terms + ["--from", "soon"], 2, "is no date"),
      (["grant", "--work", poem, "--all"] + terms, 2, "a grant covers one of"),
      (["grant", "--collection", "abcd"] + terms, 1, "no collection begins with 'abcd'"),
      (["grant", "--model", "nothing"] + terms, 1, "no released model is named"),
      (["grant", "--join", "abcd", "--key", "ben"], 1, "no grant begins with 'abcd'"),
      (["grant", "--work", poem, "--purpose", "train", "--rate", "5%", "--key", "ben"], 1, "own"),
      (["work", "add", "corpus/poem.txt", "--key", "ada", "--quorum", "2"], 2, "several owners"),
      (["work", "add", "x", "--key", "ada", "--owner", "ada"], 2, "names no owner and weight"),
      (["work", "add", "corpus/poem.txt", "--key", "ada", "--owner", "ada=1"], 2, "1 owners"),
      (["resume", song, "--key", "ada"], 1, "no grant begins with"),
      (["grants", "check", "corpus/poem.txt"], 1, ""),
      (["admit", "corpus", "--territory", "x"], 2, "is no territory"),
    ]
    for (arguments, status, words) in cases {
      let outcome = try desk.run(arguments)
      #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
      #expect(words.isEmpty || outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count <= 1, "\(outcome.errors)")
    }
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test(.enabled(if: withCheckers != nil))
  func `Two verifiers of other people accept what is issued and refuse what is altered`() throws {
    let python = try #require(withCheckers)
    let (desk, song, poem) = try Self.desk()
    let grants = try [
      issue(desk, "--work", song, "--purpose", "train", "--rate", "6%", "--key", "ada"),
      issue(
        desk, "--work", poem, "--purpose", "distil", "--rate", "6%", "--territory", "KE",
        "--minimum-fee", "1 EUR", "--until", "2999-01-01", "--anyone", "--key", "ada"),
      issue(
        desk, "--all", "--purpose", "index", "--rate", "0%", "--no-inheritance", "--key", "ben"),
      issue(desk, "--all", "--purpose", "train", "--rate", "1%", "--key", "ada"),
    ]
    try desk.expect(["revoke", grants[1], "--key", "ada"])
    try desk.expect(["suspend", grants[2], "--key", "ben"])
    let listing = try desk.run(["grants", "list", "--credentials", "--json"])
    try desk.place(listing.output, at: "grants.json")
    let command = [
      CrossCheckTests.scripts + "/cross_check_grants.py", desk.register, desk.root + "/grants.json",
    ]
    let agrees = try python.run(command, in: desk.root)
    #expect(agrees.status == 0, "\(agrees.output)\(agrees.errors)")
    // Lists that are behind the log are noticed.
    let stale = try desk.bytes("status/suspension/0")
    try desk.expect(["suspend", grants[3], "--key", "ada"])
    try desk.place(
      try desk.run(["grants", "list", "--credentials", "--json"]).output, at: "grants.json")
    try desk.write(stale, to: "status/suspension/0")
    #expect(try python.run(command, in: desk.root).status == 1)
    #expect(try desk.run(["verify"]).status == 1)
    // The next process that appends publishes them again.
    try desk.expect(["resume", grants[3], "--key", "ada"])
    #expect(try desk.run(["verify"]).status == 0)
  }
}
