// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Lists page by page, and what they say where there is nothing, or no projection to believe.
@Suite struct ListingTests {
  private func object(_ desk: Desk, _ words: [String]) throws -> [String: Any] {
    let outcome = try desk.run(words + ["--json"])
    try #require(outcome.status == 0, "\(words): \(outcome.errors)")
    return try #require(try outcome.json() as? [String: Any])
  }

  private func items(_ desk: Desk, _ words: [String]) throws -> [[String: Any]] {
    let name = words[0] == "work" ? "works" : "grants"
    return try #require(try object(desk, words)[name] as? [[String: Any]])
  }

  private func refusal(_ desk: Desk, _ words: [String]) throws -> (status: Int32, line: String) {
    let outcome = try desk.run(words)
    #expect(outcome.output.isEmpty && outcome.errors.hasPrefix("cadastre: "))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    return (outcome.status, outcome.errors)
  }

  @Test(arguments: ["position", "title", "bytes"])
  func `Pages of every length put together are the whole list`(order: String) throws {
    let desk = try Sample.copy()
    let whole = try items(desk, ["work", "list", "--sort", order]).map { $0["work"] as? String }
    #expect(whole.count == 6 && Set(whole).count == 6)
    for limit in 1...7 {
      var (found, words): ([String?], [String]) = ([], [])
      while true {
        let page = try object(
          desk, ["work", "list", "--sort", order, "--limit", "\(limit)"] + words)
        let works = try #require(page["works"] as? [[String: Any]])
        #expect(page["count"] as? Int == 6)
        found += works.map { $0["work"] as? String }
        guard let next = page["next"] as? String else { break }
        #expect(works.count == limit)
        words = ["--after", next]
      }
      #expect(found == whole, "pages of \(limit)")
    }
  }

  @Test func `A page says how many there are and how to go on`() throws {
    let desk = try Sample.copy()
    let page = try desk.run(["work", "list", "--limit", "4"])
    let last = try #require(page.output.split(separator: "\n").last)
    let next = try #require(try object(desk, ["work", "list", "--limit", "4"])["next"] as? String)
    #expect(last == "6 works; the next page: the same with --after \(next)")
    let rest = try desk.run(["work", "list", "--limit", "4", "--after", next]).output
    #expect(rest.hasSuffix("6 works\n") && rest.split(separator: "\n").count == 5)
    let owned = try desk.run(["work", "list", "--owner", "ada"]).output
    #expect(owned.hasSuffix("\n2 works\n"))
    #expect(
      try desk.run(["work", "list", "--title", "none such"]).output
        == "no works answer to this\n")
    let after = try #require(try items(desk, ["work", "list"]).last?["position"] as? Int)
    #expect(try desk.run(["work", "list", "--after", "\(after)"]).output == "no more works\n")
    let empty = try object(desk, ["work", "list", "--title", "none such"])
    #expect(empty["count"] as? Int == 0 && empty["next"] is NSNull)
    #expect((empty["works"] as? [Any])?.isEmpty == true)
  }

  @Test func `What is granted, and to whom, is told by filters`() throws {
    let desk = try Sample.copy()
    #expect(try items(desk, ["work", "list", "--granted-for", "train"]).count == 6)
    #expect(try items(desk, ["work", "list", "--granted-for", "index"]).isEmpty)
    #expect(try items(desk, ["work", "list", "--ungranted"]).isEmpty)
    let grants = try items(desk, ["grants", "list"])
    #expect(grants.count == 3 && grants.allSatisfy { $0["state"] as? String == "standing" })
    let ada = try items(desk, ["grants", "list", "--issuer", "ada"])
    let grant = try #require(ada.first?["grant"] as? String)
    try desk.json("revoke", grant, "--key", "ada")
    #expect(try items(desk, ["work", "list", "--ungranted"]).count == 2)
    #expect(try items(desk, ["work", "list", "--granted-for", "train", "--owner", "ada"]).isEmpty)
    let revoked = try items(desk, ["grants", "list", "--state", "revoked"])
    #expect(revoked.map { $0["grant"] as? String } == [grant])
    #expect(revoked.first?["revokedAt"] as? Int == (try desk.size() - 1))
    #expect(try items(desk, ["grants", "list", "--state", "standing"]).count == 2)
    #expect(try items(desk, ["grants", "list", "--state", "expired"]).isEmpty)
    #expect(try items(desk, ["grants", "list", "--purpose", "evaluate"]).count == 3)
    #expect(try items(desk, ["grants", "list", "--grantee", "operator"]).count == 3)
    #expect(try items(desk, ["grants", "list", "--grantee", "anyone"]).isEmpty)
    let work = try #require(
      try items(desk, ["work", "list", "--owner", "ben"]).first?["work"] as? String)
    let covering = try items(desk, ["grants", "list", "--work", String(work.prefix(8))])
    #expect(covering.count == 1 && covering[0]["covers"] as? String == "all-works-of-issuer")
  }

  @Test func `A work tells its grants, its admissions and its share, a grant its terms`() throws {
    let desk = try Sample.copy()
    let rows = try #require(
      try object(desk, ["shares", Sample.model, "--by", "work"])["rows"] as? [[String: Any]])
    for row in rows {
      let work = try #require(row["work"] as? String)
      let shown = try object(desk, ["work", "show", work])
      #expect((shown["grants"] as? [[String: Any]])?.count == 1)
      let admissions = try #require(shown["admissions"] as? [[String: Any]])
      #expect(admissions.count == 1 && admissions[0]["purpose"] as? String == "train")
      let model = try #require((admissions[0]["models"] as? [[String: Any]])?.first)
      #expect(model["model"] as? String == Sample.model)
      let units = (model["shares"] as? [[String: Any]])?.compactMap { $0["units"] as? Int } ?? []
      #expect(units.reduce(0, +) == row["units"] as? Int)
      let text = try desk.run(["work", "show", String(work.prefix(12))]).output
      #expect(text.contains("used    for train") && text.contains("model   \(Sample.model), of"))
    }
    let grant = try #require(try items(desk, ["grants", "list"]).first)
    let identifier = try #require(grant["grant"] as? String)
    let shown = try object(desk, ["grants", "show", identifier])
    let credential = try #require(shown["credential"] as? [String: Any])
    #expect(credential["issuer"] as? String == grant["issuer"] as? String)
    #expect(credential["proof"] != nil)
    let text = try desk.run(["grants", "show", String(identifier.prefix(10))]).output
    for word in ["issuer    ada", "covers    all works", "rate      5.5%", "state     standing"] {
      #expect(text.contains(word), "\(text)")
    }
  }

  @Test func `Bad cursors, limits and names are one clear line`() throws {
    let desk = try Sample.copy()
    for (words, status, text) in [
      (["work", "list", "--after", "0"], 2, "no work stands at '0'"),
      (["grants", "list", "--after", "999"], 2, "no grant stands at '999'"),
      (["work", "list", "--after", "x"], 2, "--after"), (["work", "list", "--limit", "0"], 2, "1"),
      (["work", "list", "--limit", "10001"], 2, "10000"),
      (["work", "show", "abc"], 2, "too short"),
      (["work", "show", "zzzzzz"], 1, "no work begins"),
      (["grants", "show", "0000"], 1, "no grant"),
      (["work", "list", "--ungranted", "--granted-for", "train"], 2, "not both"),
      (["work", "list", "--owner", "nobody"], 1, "no key 'nobody'"),
      (["grants", "list", "--work", "ffffffff"], 1, "no work begins"),
    ] as [([String], Int32, String)] {
      let refused = try refusal(desk, words)
      #expect(refused.status == status && refused.line.contains(text), "\(words): \(refused)")
    }
  }

  @Test func `A projection that is behind, of another log or gone is not read`() throws {
    let desk = try Sample.copy()
    let older = try desk.bytes("register.sqlite")
    try desk.json("key", "new", "dora")
    let newer = try desk.bytes("register.sqlite")
    func expectRefused(_ text: String) throws {
      for words in [["work", "list"], ["grants", "list"], ["work", "show", "abcdef"]] {
        let refused = try refusal(desk, words)
        #expect(refused.status == 1 && refused.line.contains(text), "\(refused)")
        #expect(refused.line.contains("run 'cadastre rebuild'"))
      }
    }
    try desk.write(older, to: "register.sqlite")
    try expectRefused("stands at")
    try FileManager.default.removeItem(atPath: desk.register + "/register.sqlite")
    try expectRefused("is not there")
    let size = try desk.size()
    let rebuilt = try object(desk, ["rebuild"])
    #expect(rebuilt["entries"] as? Int == size)
    #expect(try items(desk, ["work", "list"]).count == 6)
    try desk.write(newer, to: "register.sqlite")
    #expect(try desk.run(["verify"]).status == 0)
    // A writer needs no telling: it brings the projection to the log.
    try desk.write(older, to: "register.sqlite")
    try desk.json("key", "new", "emil")
    #expect(try desk.run(["verify"]).status == 0)
  }
}
