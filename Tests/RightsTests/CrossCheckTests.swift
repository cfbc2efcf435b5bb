// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Foundation
import Primitives
import TestSupport
import Testing

@testable import Rights

/// The interpreter that has what the cross-checks compare with, named by `CADASTRE_PYTHON`.
private let python: BuiltProgram? = {
  if let path = ProcessInfo.processInfo.environment["CADASTRE_PYTHON"] {
    return BuiltProgram(path: path)
  }
  print(
    "NOTICE: cross-check of robots.txt and Content-Usage: skipped "
      + "(set CADASTRE_PYTHON to an interpreter with protego and http-sfv)")
  return nil
}()

/// What other people's readers make of generated documents.
@Suite(.enabled(if: python != nil)) struct CrossCheckTests {
  private func agree(_ command: String, on cases: [JSON]) throws -> String {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/cases.json"
    try Data(JSON.array(cases).canonicalBytes).write(to: URL(filePath: file))
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Python/cross_check_rights.py").path
    let outcome = try #require(python).run([script, command, file], in: directory.path)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    return outcome.output
  }

  @Test func `Protego lets the same crawlers into the same places`() throws {
    var random = Philox4x32(key: 9309, stream: 1)
    var cases: [JSON] = []
    for _ in 0..<2_000 {
      let file = Self.robots(&random)
      let robots = RobotsFile(parsing: Array(file.utf8))
      for _ in 0..<3 {
        let url = "https://site.example" + Self.path(&random, isPattern: false)
        let crawler = ["alpha", "beta", "gamma"][Int(random.below(3))]
        cases.append([
          "file": .string(file), "crawler": .string(crawler), "url": .string(url),
          "allowed": .bool(robots.allows(crawler, to: RuleTarget(url))),
        ])
      }
    }
    #expect(try agree("robots", on: cases) == "6000 answers on access agree\n")
    let refused = cases.count { $0["allowed"] == .bool(false) }
    #expect((600...5_400).contains(refused), "the cases are of both kinds")
  }

  private static func robots(_ random: inout Philox4x32) -> String {
    var text = ""
    for _ in 0...random.below(3) {
      for _ in 0...random.below(2) {
        text += "User-agent: " + ["alpha", "beta", "Gamma", "*"][Int(random.below(4))] + "\n"
      }
      for _ in 0..<random.below(5) {
        let field = ["Allow", "Disallow", "DISALLOW", "allow"][Int(random.below(4))]
        text += field + ": " + path(&random, isPattern: true) + "\n"
      }
    }
    return text
  }

  private static func path(_ random: inout Philox4x32, isPattern: Bool) -> String {
    let plain = ["a", "b", "/", "ab", "%62", "é", "%C3%A9", "-", "%2F", ".html"]
    let pieces = isPattern ? plain + ["*", "*", "a*"] : plain
    var path = "/"
    for _ in 0..<random.below(5) { path += pieces[Int(random.below(UInt32(pieces.count)))] }
    return isPattern && random.below(6) == 0 ? path + "$" : path
  }

  @Test func `http-sfv reads the same dictionaries`() throws {
    var random = Philox4x32(key: 9651, stream: 1)
    let pieces = [
      "train-ai", "search", "a", "*b", "A", "=", "=y", "=n", "=?1", "=?0", "=1", "=-1.5", "=1.2345",
      "=\"n\"", "=:bg==:", ";p", ";p=1", ";P", ",", ", ", ",\t", " ", "(", ")", "=(y n)",
      "=(y  n);q",
      "é", "=tok/en:x", "=@1", "=%\"a\"", "=1234567890123456",
    ]
    var cases: [JSON] = []
    for _ in 0..<4_000 {
      var text = ""
      for _ in 0...random.below(7) {
        text += pieces[Int(random.below(UInt32(pieces.count)))]
      }
      // The other reader knows dates and display strings of RFC 9651 only in part, and refuses a
      // field of blanks, which is an empty dictionary.
      let isBlank = text.allSatisfy { $0 == " " }
      guard !text.contains("@"), !text.contains("%"), !isBlank else { continue }
      cases.append(["text": .string(text), "members": Self.members(text)])
    }
    let valid = cases.count { $0["members"] != .null }
    #expect(valid > 100 && valid < cases.count - 100, "the cases are of both kinds")
    #expect(try agree("fields", on: cases) == "\(cases.count) dictionaries agree\n")
  }

  /// The tokens of the members, which are all that `Content-Usage` reads.
  private static func members(_ text: String) -> JSON {
    guard let dictionary = try? StructuredFieldParser.dictionary(Array(text.utf8)) else {
      return .null
    }
    return .object(
      JSONObject(
        dictionary.members.map { name, member in
          guard case .item(let item) = member, case .token(let token) = item.value else {
            return (name, .null)
          }
          return (name, .array([.string(token)]))
        }))
  }
}
