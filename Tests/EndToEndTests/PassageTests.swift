// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Passages that count for nobody, and passages that count once.
@Suite struct PassageTests {
  private static let notice = Prose.text(author: 0, work: 9, byteCount: 3000)

  /// Two contributors whose works both carry a notice of three thousand bytes.
  private static func desk() throws -> Desk {
    let desk = try Desk()
    try desk.expect(["init", desk.register, "--name", "Passages"])
    for (number, name) in ["ada", "ben"].enumerated() {
      try desk.expect(["key", "new", name])
      try desk.place(
        notice + "\n" + Prose.text(author: UInt64(number + 1), work: 1, byteCount: 4000),
        at: "corpus/\(name).txt")
      try desk.expect(["work", "add", "corpus/\(name).txt", "--key", name])
      try desk.expect(["grant", "--all", "--purpose", "train", "--rate", "5%", "--key", name])
    }
    try desk.place(notice + "\n%\nthe quick brown fox\n", at: "notices.txt")
    return desk
  }

  private func reasons(_ desk: Desk, _ options: String...) throws -> [String: String] {
    let result = try #require(try desk.json(["admit"] + options) as? [String: Any])
    var found: [String: String] = [:]
    for decision in try #require(result["decisions"] as? [[String: Any]]) {
      found[try #require(decision["path"] as? String)] = decision["reason"] as? String
    }
    return found
  }

  @Test func `A notice that both carry makes a copy, and none where it is declared`() throws {
    let desk = try Self.desk()
    #expect(try reasons(desk, "corpus") == ["ada.txt": "admitted", "ben.txt": "copy-of"])
    let declared = try reasons(desk, "corpus", "--whitelist", "notices.txt")
    #expect(declared == ["ada.txt": "admitted", "ben.txt": "admitted"])
    #expect(try desk.run(["verify"]).status == 0)
    // The same by a snapshot, and the parts are joined under the same whitelist.
    try desk.expect(["snapshot", "--out", "snap", "--whitelist", "notices.txt"])
    let texts = try ["ada", "ben"].map { name in
      let text = try String(contentsOfFile: desk.corpus + "/\(name).txt", encoding: .utf8)
      let line = try JSONSerialization.data(withJSONObject: ["path": "\(name).txt", "text": text])
      return String(decoding: line, as: UTF8.self)
    }
    let stream = try Desk.program.run(
      ["admit", "--stream", "--snapshot", "snap"], in: desk.root,
      input: Data((texts.joined(separator: "\n") + "\n").utf8))
    #expect(stream.status == 0, "\(stream.errors)")
    try desk.place(stream.output, at: "decisions")
    let joined = try reasons(
      desk, "--snapshot", "snap", "--decisions", "decisions", "--out", "joined.json")
    #expect(joined == declared)
    #expect(try desk.run(["verify"]).status == 0)
    // A whitelist that is another than the log's is found.
    let path = try #require(try desk.files().first { $0.hasSuffix("/whitelist.txt") })
    let whole = try desk.bytes(path)
    try desk.write(whole + Array("\n%\nand more words than there were before\n".utf8), to: path)
    let verdict = try desk.run(["verify"])
    #expect(verdict.status == 1 && verdict.output.contains("whitelist"), "\(verdict.output)")
    try desk.write(whole, to: path)
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `A whitelist that is none gets one line, and hides no copy of itself`() throws {
    let desk = try Self.desk()
    try desk.place("\u{fffd}", at: "empty.txt")
    for (file, words) in [("empty.txt", "is no whitelist"), ("nowhere.txt", "nowhere.txt")] {
      let outcome = try desk.run(["admit", "corpus", "--whitelist", file])
      #expect(outcome.status != 0 && outcome.errors.contains(words), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
    // A work that is the notice and nothing else is still the same text.
    for name in ["ada", "ben"] {
      let text = name == "ada" ? Self.notice : Self.notice.uppercased()
      try desk.place(text, at: "notice/\(name).txt")
      try desk.expect(["work", "add", "notice/\(name).txt", "--key", name])
    }
    let found = try reasons(desk, "notice", "--whitelist", "notices.txt")
    #expect(found == ["ada.txt": "admitted", "ben.txt": "copy-of"])
  }

  @Test func `A work that says the same over and over is refused`() throws {
    let desk = try Self.desk()
    let passage = Prose.text(author: 1, work: 3, byteCount: 1000)
    try desk.place(
      String(repeating: passage + "\n", count: 20), at: "again/again.txt")
    try desk.expect(["work", "add", "again/again.txt", "--key", "ada"])
    #expect(try reasons(desk, "again") == ["again.txt": "repetitive"])
    #expect(try desk.run(["verify"]).status == 0)
  }
}
