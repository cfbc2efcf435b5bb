// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Foundation
import Money
import Primitives
import Register
import Signing
import TestSupport
import Testing

/// What cannot be done is said in one line with the right status, and leaves the register as it was.
@Suite struct RefusalTests {
  /// A command that must fail.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let status: Int32
    let says: String
    let arguments: @Sendable (Desk) throws -> [String]

    init(
      _ name: String, _ status: Int32, says: String,
      _ arguments: @escaping @Sendable (Desk) throws -> [String]
    ) {
      self.name = name
      self.status = status
      self.says = says
      self.arguments = arguments
    }

    var testDescription: String { name }
  }

  static let usage = [
    Case("unknown command", 2, says: "settle") { _ in ["setle", "--period", "2026-Q4"] },
    Case("unknown flag", 2, says: "--period") { _ in ["settle", "--perod", "2026-Q4"] },
    Case("missing option", 2, says: "--period") { _ in ["settle"] },
    Case("bad period", 2, says: "2026-Q5") { _ in ["settle", "--period", "2026-Q5"] },
    Case("too many decimals", 2, says: "1.005") { _ in
      revenue("1.005", "EUR", "2027-Q1")
    },
    Case("unknown currency", 2, says: "XQX") { _ in revenue("1.00", "XQX", "2027-Q1") },
    Case("no amount", 2, says: "a lot") { _ in revenue("a lot", "EUR", "2027-Q1") },
    Case("no did", 2, says: "did:key:zz") { _ in
      ["statement", "did:key:zz", "--period", "2026-Q4"]
    },
    Case("no threads", 2, says: "threads") { _ in train("other") + ["--threads", "0"] },
    Case("more threads than cores", 2, says: "more than the") { _ in
      train("other") + ["--threads", "\(ProcessInfo.processInfo.processorCount + 1)"]
    },
    Case("tokens too few for one step", 2, says: "one step, which reads 512") { _ in
      train("other") + ["--tokens", "511"]
    },
    Case("time too short for one step", 2, says: "one step on this machine") { _ in
      train("other") + ["--minutes", "0.0001"]
    },
    Case("minutes that are no number", 2, says: "soon") { _ in
      train("other") + ["--minutes", "soon"]
    },
    Case("kept states below nothing", 2, says: "--keep-states") { _ in
      train("other") + ["--keep-states=-1"]
    },
    Case("no model name", 2, says: "Big Model") { _ in train("Big Model") },
    Case("unknown member of the configuration", 2, says: "stepz") { desk in
      try desk.place(#"{"training": {"stepz": 10}}"#, at: "bad.json")
      return train("other", configuration: "bad.json")
    },
    Case("configuration out of range", 2, says: "steps") { desk in
      try desk.place(#"{"training": {"steps": 0}}"#, at: "bad.json")
      return train("other", configuration: "bad.json")
    },
    Case("shape that the kernels cannot run", 2, says: "heads") { desk in
      try desk.place(#"{"model": {"heads": 0}}"#, at: "bad.json")
      return train("other", configuration: "bad.json")
    },
    Case("books out of range", 2, says: "chord") { desk in
      try desk.place(#"{"books": {"maximumChord": 0}}"#, at: "bad.json")
      return train("other", configuration: "bad.json")
    },
    Case("segments out of range", 2, says: "segments") { desk in
      try desk.place(#"{"books": {"segments": -3}}"#, at: "bad.json")
      return train("other", configuration: "bad.json")
    },
    Case("configuration that is no JSON", 2, says: "bad.json") { desk in
      try desk.place("{", at: "bad.json")
      return train("other", configuration: "bad.json")
    },
    Case("a grant without a purpose", 2, says: "--purpose") { _ in
      ["grant", "--all", "--rate", "5%", "--key", "ada"]
    },
    Case("a rate above the whole", 2, says: "101%") { _ in
      ["grant", "--all", "--purpose", "train", "--rate", "101%", "--key", "ada"]
    },
  ]

  static let generation =
    [
      ("an empty prompt", 2, "empty", ["--prompt", ""]),
      ("a prompt longer than the context", 2, "shorten", ["--prompt", longPrompt]),
      ("no tokens", 2, "--tokens", ["--prompt", "a", "--tokens", "0"]),
      ("a temperature below 0", 2, "-1", ["--prompt", "a", "--temperature=-1"]),
      (
        "a temperature too low to divide by", 2, "too low", ["--prompt", "a", "--temperature=1e-9"]
      ),
      ("a probability of 0", 2, "--top-p", ["--prompt", "a", "--top-p", "0"]),
    ].map { name, status, says, words in
      Case(name, Int32(status), says: says) { _ in ["generate", Sample.model] + words }
    } + [
      Case("a model that is not there", 1, says: "neither") { _ in
        ["generate", "nowhere", "--prompt", "a"]
      }
    ]
  private static let longPrompt = String(repeating: "a", count: 5000)

  static let works = [
    Case("missing corpus", 1, says: "nowhere") { _ in ["admit", "nowhere"] },
    Case("manifest into a folder that is missing", 1, says: "nowhere/manifest.json") { desk in
      ["admit", desk.corpus, "--out", "nowhere/manifest.json"]
    },
    Case("report in place of a folder", 1, says: "directory") { _ in
      ["report", "--out", "corpus"]
    },
    Case("empty corpus", 1, says: "no files") { desk in
      try desk.place("hidden", at: "empty/.hidden")
      return ["admit", "empty"]
    },
    Case("missing work", 1, says: "gone.txt") { _ in add("gone.txt") },
    Case("dangling link", 1, says: "link.txt") { desk in
      try FileManager.default.createSymbolicLink(
        atPath: desk.root + "/link.txt", withDestinationPath: "gone.txt")
      return add("link.txt")
    },
    Case("empty work", 1, says: "empty.txt") { desk in
      try desk.place("", at: "empty.txt")
      return add("empty.txt")
    },
    Case("work that is no UTF-8", 1, says: "bad.txt") { desk in
      try desk.place("", at: "bad.txt")
      try Data([0x61, 0xFF, 0xFE]).write(to: URL(filePath: desk.root + "/bad.txt"))
      return add("bad.txt")
    },
    Case("one bad work among good ones", 1, says: "gone.txt") { desk in
      try desk.place("A text of its own that nobody has registered so far.", at: "new.txt")
      return add("new.txt") + ["gone.txt"]
    },
    Case("work registered already", 1, says: "registered already") { _ in
      add("corpus/ada/0.txt", key: "ben")
    },
    Case("unknown key", 1, says: "nobody") { _ in add("corpus/ada/0.txt", key: "nobody") },
    Case("key of no party", 1, says: "cadastre: ") { desk in
      let other = try Desk()
      try other.json("init", other.register, "--name", "Other")
      try FileManager.default.copyItem(
        atPath: other.register + "/keys/operator.json", toPath: desk.root + "/stranger.json")
      try desk.place("A text of its own that nobody has registered so far.", at: "new.txt")
      return add("new.txt", key: "stranger.json")
    },
    Case("directory in place of a key", 1, says: "corpus") { _ in
      add("corpus/ada/0.txt", key: "./corpus")
    },
    Case("key name taken", 1, says: "exists") { _ in ["key", "new", "ada"] },
    Case("register in a taken place", 1, says: "register already") { desk in
      ["init", desk.register, "--name", "Again"]
    },
    Case("register that is none", 1, says: "cadastre init") { desk in
      ["verify", "--register", desk.corpus]
    },
  ]

  static let grants = [
    Case("grant by another key than the owner's", 1, says: "cadastre: ") { desk in
      let work = SHA256.digest(try text(desk, "corpus/ada/0.txt")).hex
      return [
        "grant", "--work", work, "--purpose", "train", "--rate", "1%", "--key", "ben",
      ]
    },
    Case("revocation by another key than the grantor's", 1, says: "cadastre: ") { desk in
      ["revoke", try grants(desk)[0].identifier, "--key", "ben"]
    },
    Case("unknown grant", 1, says: "0000") { _ in ["revoke", "0000", "--key", "ada"] },
    Case("credential with an altered signature", 1, says: "altered.json") { desk in
      let credential = try grants(desk)[0].credential
      let mark = try #require(credential.range(of: "\"proofValue\":\"z"))
      var altered = credential
      let place = altered.index(mark.upperBound, offsetBy: 20)
      altered.replaceSubrange(place...place, with: altered[place] == "3" ? "4" : "3")
      try desk.place(altered, at: "altered.json")
      return ["grant", "--import", "altered.json"]
    },
    Case("credential with altered terms", 1, says: "altered.json") { desk in
      let credential = try grants(desk)[0].credential
      try #require(credential.contains("\"train\""))
      try desk.place(
        credential.replacingOccurrences(of: "\"train\"", with: "\"distil\""), at: "altered.json")
      return ["grant", "--import", "altered.json"]
    },
    Case("credential that is logged already", 1, says: "cadastre: ") { desk in
      try desk.place(try grants(desk)[0].credential, at: "again.json")
      return ["grant", "--import", "again.json"]
    },
    Case("credential signed by somebody else than the owner", 1, says: "cadastre: ") { desk in
      let file = try JSON.parse(
        [UInt8](
          try Data(
            contentsOf: URL(filePath: desk.register + "/keys/ben.json"))))
      let key = try #require(
        file.object?["secretKeyMultibase"]?.string.flatMap(SecretKey.init(multikey:)))
      let work = SHA256.digest(try text(desk, "corpus/ada/0.txt"))
      let grant = try Grant(
        terms: .sample(.work(work)), signedBy: key, uuid: [UInt8](repeating: 7, count: 16))
      try desk.place(
        String(decoding: grant.credential.canonicalBytes, as: UTF8.self), at: "stranger.json")
      return ["grant", "--import", "stranger.json"]
    },
    Case("credential that is none", 1, says: "config.json") { _ in
      ["grant", "--import", "config.json"]
    },
  ]

  static let models = [
    Case("work altered after its admission", 1, says: "ada/0.txt") { desk in
      let altered = String(decoding: try text(desk, "corpus/ada/0.txt"), as: UTF8.self) + "!"
      try desk.place(altered, at: "corpus/ada/0.txt")
      return train("other")
    },
    Case("work gone after its admission", 1, says: "ada/0.txt") { desk in
      try FileManager.default.removeItem(atPath: desk.root + "/corpus/ada/0.txt")
      return train("other")
    },
    Case("model name taken", 1, says: "exists") { _ in train(Sample.model) },
    Case("manifest that is none", 1, says: "config.json") { _ in
      train("other", manifest: "config.json")
    },
    Case("manifest that is missing", 1, says: "gone.json") { _ in
      train("other", manifest: "gone.json")
    },
    Case("altered manifest", 1, says: "cadastre admit") { desk in
      let manifest = String(decoding: try text(desk, "manifest.json"), as: UTF8.self)
      try #require(manifest.contains("\"train\""))
      try desk.place(
        manifest.replacingOccurrences(of: "\"train\"", with: "\"distil\""), at: "manifest.json")
      return train("other")
    },
    Case("target without text", 1, says: "nothing") { desk in
      try desk.place(
        #"{"targets": [{"name": "nothing", "weight": 1, "paths": ["none/*"]}]}"#, at: "bad.json")
      return train("other", configuration: "bad.json")
    },
    Case("unknown model", 1, says: "there is tiny") { _ in
      revenue("1.00", "EUR", "2027-Q1", model: "large")
    },
    Case("nothing earned", 1, says: "zero") { _ in revenue("0.00", "EUR", "2027-Q1") },
    Case("revenue of a settled period", 1, says: "--late") { _ in
      revenue("1.00", "EUR", "2026-Q4")
    },
    Case("period settled already", 1, says: "settled already") { _ in
      ["settle", "--period", "2026-Q4"]
    },
    Case("period that is not settled", 1, says: "2027-Q1") { _ in
      ["statement", "ada", "--period", "2027-Q1"]
    },
    Case("did that nobody has", 1, says: "no share") { _ in
      ["statement", testParty(77).text, "--period", "2026-Q4"]
    },
  ]

  private static func revenue(
    _ amount: String, _ currency: String, _ period: String, model: String = Sample.model
  ) -> [String] {
    ["revenue", model, "--amount=\(amount)", "--currency", currency, "--period", period]
  }

  private static func train(
    _ model: String, manifest: String = "manifest.json", configuration: String = "config.json"
  ) -> [String] {
    ["train", manifest, "--out", model, "--config", configuration]
  }

  private static func add(_ path: String, key: String = "ada") -> [String] {
    ["work", "add", "--key", key, path]
  }

  private static func text(_ desk: Desk, _ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: desk.root + "/" + path)))
  }

  /// The grants in the log: their digests, and their credentials in canonical form.
  private static func grants(_ desk: Desk) throws -> [(identifier: String, credential: String)] {
    let output = try desk.run(["grants", "list", "--json"]).output
    let page = try #require(try JSON.parse(Array(output.utf8)).object)
    return try (page["grants"]?.array ?? []).map { grant in
      let identifier = try #require(grant.object?["grant"]?.string)
      let shown = try desk.run(["grants", "show", identifier, "--json"]).output
      let credential = try #require(try JSON.parse(Array(shown.utf8)).object?["credential"])
      return (identifier, String(decoding: credential.canonicalBytes, as: UTF8.self))
    }
  }

  /// Checks that a command fails as it should, in one line.
  private func expectRefusal(
    _ outcome: BuiltProgram.Outcome, _ status: Int32, says text: String
  ) {
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("cadastre: "))
    #expect(outcome.errors.hasSuffix("\n") && outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.errors.contains(text), "\(outcome.errors)")
  }

  @Test(arguments: usage + works + grants + models + generation)
  func `A bad request is refused in one line and changes nothing`(_ refusal: Case) throws {
    let desk = try Sample.copy()
    let arguments = try refusal.arguments(desk)
    let before = try desk.contents()
    expectRefusal(try desk.run(arguments), refusal.status, says: refusal.says)
    #expect(try desk.contents() == before, "no file is left behind, and none is another")
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `A revoked grant ends new runs and leaves the old ones whole`() throws {
    let desk = try Sample.copy()
    let grant = try Self.grants(desk)[0].identifier
    try desk.json("revoke", grant, "--key", "ada")
    expectRefusal(try desk.run(Self.train("other")), 1, says: "does not hold any more")
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `A correction may lessen what was earned and not make it negative`() throws {
    let desk = try Sample.copy()
    let before = try desk.size()
    expectRefusal(
      try desk.run(Self.revenue("-2000.00", "EUR", "2027-Q1")), 1, says: "negative")
    #expect(try desk.size() == before)
    try desk.json(
      "revenue", Sample.model, "--amount=-500.00", "--currency", "EUR", "--period", "2027-Q1")
    let settled = try desk.json("settle", "--period", "2027-Q1") as? [String: Any]
    let totals = try #require(settled?["totals"] as? [[String: Any]])
    #expect(totals.compactMap { $0["revenue"] as? Int } == [-50_000])
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `A damaged log takes nothing in until it is restored`() throws {
    let desk = try Sample.copy()
    let path = try #require(try desk.files().first { $0.hasPrefix("log/tile/entries/") })
    let whole = try desk.bytes(path)
    try desk.write(Array(whole.dropLast(3)), to: path)
    for command in [["key", "new", "dora"], Self.train("other"), ["shares", Sample.model]] {
      expectRefusal(try desk.run(command), 1, says: "log")
    }
    try desk.write(whole, to: path)
    #expect(try desk.run(["verify"]).status == 0)
  }
}
