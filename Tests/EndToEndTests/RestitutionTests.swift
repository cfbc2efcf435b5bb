// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import TestSupport
import Testing

private let python = interpreter(importing: "json", for: "recomputation of a restitution in Python")

/// `restitute`, its policies and its files, by the program as it was built.
@Suite struct RestitutionTests {
  private let desk: Desk
  private static let example = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Documentation/restitution").path

  init() throws {
    desk = try Desk()
    try desk.expect(["init", desk.register, "--name", "Demo"])
  }

  private static var policy: [String: Any] {
    [
      "format": "cadastre-restitution-policy/1", "name": "test", "incomeExponentPPM": 0,
      "speakerExponentPPM": 0, "capPPM": 1_000_000, "dividendPPM": 0, "people": "speakers",
      "unknown": "refuse", "undescribed": "refuse", "bootstrap": ["seed": 1, "replicates": 20],
    ]
  }

  /// Signs the policy with some members changed, and returns its path.
  private func sign(_ changes: [String: Any], in desk: Desk) throws -> String {
    let document = Self.policy.merging(changes) { $1 }
    let draft = desk.root + "/draft.json"
    try JSONSerialization.data(withJSONObject: document).write(to: URL(filePath: draft))
    try desk.expect(["restitution", "sign", draft, "--out", desk.root + "/policy.json"])
    return desk.root + "/policy.json"
  }

  private func recompute(in desk: Desk) throws -> BuiltProgram.Outcome {
    try #require(python).run(
      [CrossCheckTests.scripts + "/recompute_restitution.py", desk.root + "/out/restitution.json"],
      in: desk.root)
  }

  @Test(.enabled(if: python != nil))
  func `A program without our code finds the example's amounts, or what is altered`() throws {
    let policy = desk.root + "/policy.json"
    try desk.expect(["restitution", "sign", Self.example + "/policy.json", "--out", policy])
    try desk.expect([
      "restitute", "1000000.00 EUR", "--profile", Self.example + "/common-crawl.json", "--policy",
      policy, "--out", desk.root + "/out",
    ])
    let holds = try recompute(in: desk)
    #expect(
      holds.status == 0 && holds.output.hasSuffix(" checks, 0 differences\n"), "\(holds.output)")
    let page = try String(contentsOfFile: desk.root + "/out/report.html", encoding: .utf8)
    #expect(page.contains("What a person gets, by the policy") && page.contains("Lorenz curves"))
    #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"))
    let path = desk.root + "/out/restitution.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for member in ["amount", "byContribution", "dividend", "weight", "population"] {
      let range = try #require(text.range(of: "\"\(member)\": "))
      let altered = text.replacingCharacters(
        in: range.upperBound...range.upperBound, with: text[range.upperBound] == "9" ? "8" : "9")
      try altered.write(toFile: path, atomically: true, encoding: .utf8)
      #expect(try recompute(in: desk).status == 1, "\(member)")
    }
  }

  @Test(.enabled(if: python != nil), arguments: 0..<6)
  func `Rules drawn at random are computed again, from profiles of both kinds`(key: Int) throws {
    var random = Philox4x32(key: UInt64(key), stream: 1)
    let languages = ["eng", "zh", "sw", "tl", "gn", "hi", "fr", "zh_Hant", "yo", "sr"]
    let territories = ["KE", "US", "DE", "BI", "IC", "AQ", "CN", "PY"]
    let isByLanguage = key.isMultiple(of: 2)
    var codes = isByLanguage ? languages.filter { $0 != "zh_Hant" } : territories
    random.shuffle(&codes)
    let rows: [[String: Any]] = codes.prefix(5).map {
      let units = Int(random.below(1_000_000)) + 1
      return isByLanguage
        ? ["languages": [$0], "units": units] : ["territory": $0, "units": units]
    }
    let profile: [String: Any] = [
      "format": "cadastre-profile/1", "name": "drawn", "source": "a seed", "version": "\(key)",
      "by": isByLanguage ? "language" : "territory", "whole": 5_000_000, "rows": rows,
    ]
    try JSONSerialization.data(withJSONObject: profile)
      .write(to: URL(filePath: desk.root + "/profile.json"))
    let policy = try sign(
      [
        "incomeExponentPPM": Int(random.below(2_000_000)),
        "speakerExponentPPM": Int(random.below(1_500_000)),
        "capPPM": 1_000_000 + Int(random.below(500_000_000)),
        "dividendPPM": Int(random.below(1_000_001)),
        "people": ["speakers", "readers"][Int(random.below(2))],
        "undescribed": ["described", "dividend"][Int(random.below(2))],
        "bootstrap": ["seed": key, "replicates": 20],
        "corrections": [
          ["territory": "KE", "figure": "product", "value": 1_000_000_000, "source": "a test"]
        ],
      ], in: desk)
    try desk.expect([
      "restitute", "\(1 + random.below(1_000_000)).5 CLF", "--profile", "profile.json", "--policy",
      policy, "--out", desk.root + "/out",
    ])
    let outcome = try recompute(in: desk)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test(.enabled(if: python != nil))
  func `The books of a model say where it comes from, as far as contributors do`() throws {
    let desk = try Sample.copy()
    let call = ["restitute", "500.00 EUR", "--profile", Sample.model]
    let refused = try desk.run(call)
    #expect(refused.status == 1 && refused.errors.contains("undescribed"), "\(refused.errors)")
    let policy = try sign(["undescribed": "dividend"], in: desk)
    try desk.expect(call + ["--policy", policy, "--out", desk.root + "/out"])
    #expect(try recompute(in: desk).status == 0)
    let answer = try #require(
      try desk.json(call + ["--policy", policy]) as? [String: Any])
    let profile = try #require(answer["profile"] as? [String: Any])
    let rows = try #require(profile["rows"] as? [[String: Any]])
    #expect(rows.compactMap { $0["territory"] as? String } == ["FR", "GB"])
    try desk.expect([
      "restitute", "500.00 EUR", "--profile", desk.root + "/manifest.json", "--policy", policy,
    ])
  }

  private static let profile = """
    {"format": "cadastre-profile/1", "name": "n", "source": "s", "version": "v", "by": "language",
     "whole": 1, "rows": [{"languages": ["CODE"], "units": 1}]}
    """

  @Test(arguments: [
    ("-5.00 EUR", "en", 2), ("0.00 EUR", "en", 2), ("1.001 EUR", "en", 2), ("5 XAU", "en", 2),
    ("5 EURO", "en", 2), ("5", "en", 2), ("99999999999999999999.00 EUR", "en", 2),
    ("5.00 EUR", "xx", 1), ("5.00 EUR", "und", 1),
  ])
  func `Sums and codes that mean nothing are refused in one line`(
    sum: String, code: String, status: Int32
  ) throws {
    let text = Self.profile.replacingOccurrences(of: "CODE", with: code)
    try desk.place(text, at: "profile.json")
    let outcome = try desk.run(["restitute", "--profile", "profile.json", "--", sum])
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("cadastre: ") && outcome.errors.count { $0 == "\n" } == 1)
    #expect(outcome.output.isEmpty)
  }

  @Test func `Policies not the operator's, or of other data, are refused in one line`() throws {
    try desk.place(Self.profile.replacingOccurrences(of: "CODE", with: "en"), at: "profile.json")
    let call = ["restitute", "5.00 EUR", "--profile", "profile.json"]
    let policy = try sign([:], in: desk)
    try desk.expect(call + ["--policy", policy])
    let signed = try String(contentsOfFile: policy, encoding: .utf8)
    try desk.place(signed.replacingOccurrences(of: "1000000", with: "2000000"), at: "altered.json")
    try desk.place(
      signed.replacingOccurrences(of: "\"name\"", with: "\"name\": \"\", \"name\""),
      at: "twice.json")
    try desk.place("{}", at: "empty.json")
    let other = try sign(["territoryData": String(repeating: "0", count: 64)], in: desk)
    let stranger = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    for (arguments, status) in [
      (["--policy", "altered.json"], 1), (["--policy", "twice.json"], 1),
      (["--policy", "draft.json"], 1), (["--policy", "empty.json"], 1), (["--policy", other], 1),
      (["--policy", policy, "--signer", stranger], 1), (["--policy", policy, "--signer", "me"], 2),
      (["--territories", desk.root], 3),
    ] as [([String], Int32)] {
      let outcome = try desk.run(call + arguments)
      #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.hasPrefix("cadastre: ") && outcome.errors.count { $0 == "\n" } == 1)
    }
    let nowhere = try desk.run(["restitute", "5.00 EUR", "--profile", "nowhere.json"])
    #expect(nowhere.status == 2 && nowhere.errors.contains("no file"))
  }
}
