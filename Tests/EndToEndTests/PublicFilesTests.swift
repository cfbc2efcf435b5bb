// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Who has the public files alone can verify everything that is not private.
@Suite struct PublicFilesTests {
  private let desk: Desk
  private var copy: String { desk.root + "/copy" }

  init() throws {
    desk = try Sample.copy()
    let isPrivate = { (path: String) in
      path.hasPrefix("keys/") || path.hasSuffix(".sqlite") || path.hasSuffix(".lock")
        || path.contains("/.") || path.hasSuffix(".state")
    }
    for path in try desk.files() where !isPrivate(path) {
      let target = URL(filePath: copy + "/" + path)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(try desk.bytes(path)).write(to: target)
    }
  }

  private func verify(_ more: String...) throws -> (status: Int32, report: [String: Any]) {
    let outcome = try desk.elsewhere(
      ["verify", "--log", copy, "--json"] + more, in: desk.root)
    let report = try #require(try outcome.json() as? [String: Any], "\(outcome.errors)")
    return (outcome.status, report)
  }

  private func codes(_ report: [String: Any]) -> [String] {
    (report["findings"] as? [[String: String]] ?? []).compactMap { $0["code"] }
  }

  @Test func `A copy of the public files verifies, on one thread as on all`() throws {
    let key = try desk.operatorDID()
    #expect(try verify("--key", key).status == 0)
    let whole = try verify("--key", key, "--from-start")
    #expect(whole.status == 0, "\(whole.report)")
    let one = try verify("--key", key, "--from-start", "--threads", "1")
    #expect(one.report["checks"] as? NSArray == whole.report["checks"] as? NSArray)
    let again = try verify()
    let notes = try #require(again.report["notes"] as? [[String: String]])
    #expect(notes.contains { $0["note"]?.contains("verified in an earlier audit") == true })
    #expect(notes.contains { $0["subject"] == "register.sqlite" })
  }

  @Test func `Programs tell findings apart by their codes`() throws {
    func altered(_ path: String, _ code: String) throws {
      let url = URL(filePath: copy + "/" + path)
      let good = try Data(contentsOf: url)
      var bad = good
      bad[bad.count / 2] ^= 1
      try bad.write(to: url)
      let (status, report) = try verify()
      #expect(status == 1 && codes(report).contains(code), "\(path): \(report)")
      try good.write(to: url)
    }
    let files = try FileManager.default.subpathsOfDirectory(atPath: copy)
    func first(_ suffix: String) throws -> String {
      try #require(files.first { $0.hasSuffix(suffix) }, "\(suffix)")
    }
    try altered(try first("books.json"), "run")
    try altered(try first("shares.json"), "run")
    try altered(try first("model.safetensors"), "model")
    try altered(try first(".grams"), "fingerprint")
    try altered(try first("decisions.jsonl"), "admission")
    try altered(try #require(files.first { $0.hasPrefix("settlements/") }), "settlement")
    try altered("log/checkpoint", "checkpoint")
    try Data([1]).write(to: URL(filePath: copy + "/models/stray"))
    #expect(codes(try verify().report) == ["stray"])
  }

  @Test func `Wrong usage is told from what does not hold`() throws {
    for arguments in [["--key", "nobody"], ["--threads", "0"]] {
      let outcome = try desk.elsewhere(["verify", "--log", copy] + arguments, in: desk.root)
      #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
    }
    let nowhere = try desk.elsewhere(["verify", "--log", copy + "/none"], in: desk.root)
    #expect(nowhere.status != 0 && nowhere.errors.contains("is no register"))
    let other = try desk.elsewhere(
      [
        "verify", "--log", copy, "--json", "--key",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
      ],
      in: desk.root)
    #expect(other.status == 1 && other.output.contains("checkpoint-other-key"), "\(other.output)")
  }
}
