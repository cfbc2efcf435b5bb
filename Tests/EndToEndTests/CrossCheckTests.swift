// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// An interpreter that has what the imports name; nil, with one visible notice, where there is none.
func interpreter(importing modules: String, for what: String) -> BuiltProgram? {
  let named = ProcessInfo.processInfo.environment["CADASTRE_PYTHON"]
  for path in [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap(\.self)
  where FileManager.default.isExecutableFile(atPath: path) {
    let program = BuiltProgram(path: path)
    if (try? program.run(["-c", "import \(modules)"], in: "/"))?.status == 0 { return program }
  }
  print("NOTICE: \(what): skipped (set CADASTRE_PYTHON to a Python that has \(modules))")
  return nil
}

private let plain = interpreter(importing: "json", for: "recomputation of a settlement in Python")
private let withTorch = interpreter(
  importing: "torch, transformers", for: "measuring an exported model with transformers")

/// What other people's software makes of a register.
@Suite struct CrossCheckTests {
  static let scripts = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Python").path

  @Test(.enabled(if: plain != nil))
  func `A program without our code recomputes the settlement`() throws {
    let python = try #require(plain)
    let desk = try Sample.copy()
    let command = [Self.scripts + "/recompute_settlement.py", desk.register]
    let holds = try python.run(command, in: desk.root)
    #expect(holds.status == 0, "\(holds.output)\(holds.errors)")
    let path = "settlements/2026-Q4-1.json"
    var statements = String(decoding: try desk.bytes(path), as: UTF8.self)
    let amount = try #require(statements.range(of: "\"amount\": "))
    let digit = statements[amount.upperBound]
    statements.replaceSubrange(
      amount.upperBound...amount.upperBound, with: digit == "9" ? "8" : "9")
    try desk.write(Array(statements.utf8), to: path)
    let differs = try python.run(command, in: desk.root)
    #expect(differs.status == 1, "\(differs.output)\(differs.errors)")
  }

  @Test(.enabled(if: withTorch != nil))
  func `Transformers measures the losses that the books state`() throws {
    let python = try #require(withTorch)
    let desk = try Sample.copy()
    let model = desk.register + "/models/" + Sample.model
    let command = [
      Self.scripts + "/cross_check_export.py", model, desk.corpus, desk.root + "/manifest.json",
    ]
    let environment = ["HF_HUB_OFFLINE": "1"]
    let agrees = try python.run(command, in: desk.root, environment: environment)
    #expect(agrees.status == 0, "\(agrees.output)\(agrees.errors)")
    // A loss that is off by a millinat is noticed.
    let path = "models/\(Sample.model)/books/books.json"
    let books = try #require(
      try JSONSerialization.jsonObject(with: Data(try desk.bytes(path))) as? [String: Any])
    let targets = try #require(books["targets"] as? [[String: Any]])
    let loss = try #require(targets[0]["finalLoss"] as? Int)
    let altered = String(decoding: try desk.bytes(path), as: UTF8.self)
      .replacingOccurrences(of: "\(loss)", with: "\(loss + 1_000_000_000)")
    try desk.write(Array(altered.utf8), to: path)
    let differs = try python.run(command, in: desk.root, environment: environment)
    #expect(differs.status == 1, "\(differs.output)\(differs.errors)")
  }

  @Test(.enabled(if: withTorch != nil))
  func `PyTorch divides a text as a trace does`() throws {
    let python = try #require(withTorch)
    let desk = try Sample.copy()
    let text = String(Prose.text(author: 1, work: 1, byteCount: 12_000).prefix(100))
    try desk.place(text, at: "text.txt")
    let trace = try desk.run([
      "trace", Sample.model, "--text", text, "--fine", "--no-spans", "--json",
    ])
    try #require(trace.status == 0, "\(trace.errors)")
    let command = [
      Self.scripts + "/cross_check_trace.py", desk.register + "/models/" + Sample.model,
      desk.root + "/trace.json", desk.root + "/text.txt",
    ]
    try desk.place(trace.output, at: "trace.json")
    let agrees = try python.run(command, in: desk.root, environment: ["HF_HUB_OFFLINE": "1"])
    #expect(agrees.status == 0, "\(agrees.output)\(agrees.errors)")
    // Two amounts that changed places still add up, and are noticed.
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(trace.output.utf8)) as? [String: Any])
    var altered = object
    var part = try #require(object["contributive"] as? [String: Any])
    var rows = try #require(part["contributors"] as? [[String: Any]])
    rows[0]["amount"] = (rows[0]["amount"] as? Int ?? 0) + 20_000_000_000
    rows[1]["amount"] = (rows[1]["amount"] as? Int ?? 0) - 20_000_000_000
    part["contributors"] = rows
    altered["contributive"] = part
    let bytes = try JSONSerialization.data(withJSONObject: altered)
    try desk.place(String(decoding: bytes, as: UTF8.self), at: "trace.json")
    let differs = try python.run(command, in: desk.root, environment: ["HF_HUB_OFFLINE": "1"])
    #expect(differs.status == 1, "\(differs.output)\(differs.errors)")
  }
}
