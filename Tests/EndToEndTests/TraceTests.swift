// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite struct TraceTests {
  private let desk: Desk
  /// 200 bytes of the first author's first work.
  private let text: String

  init() throws {
    desk = try Sample.copy()
    text = String(Prose.text(author: 0, work: 0, byteCount: 12_000).dropFirst(3000).prefix(200))
  }

  private func trace(_ arguments: String...) throws -> [String: Any] {
    let outcome = try desk.run(
      ["trace", Sample.model, "--corpus", desk.corpus, "--json"] + arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try #require(try outcome.json() as? [String: Any])
  }

  private func refusal(_ status: Int32, _ words: [String], _ arguments: String...) throws {
    let outcome = try desk.run(arguments)
    #expect(outcome.status == status, "\(arguments): \(outcome.output)\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
  }

  @Test func `A text's gain is divided to the last nanonat, and its own work is found`() throws {
    let trace = try trace("--text", text)
    let part = try #require(trace["contributive"] as? [String: Any])
    let number = { (name: String) in part[name] as? Int ?? .min / 4 }
    let rows = try #require(part["contributors"] as? [[String: Any]])
    let amounts = rows.compactMap { $0["amount"] as? Int }
    #expect(amounts.count == Desk.authors.count)
    #expect(number("gained") == number("after") - number("before"))
    #expect(amounts.reduce(number("decay") + number("residual"), +) == number("gained"))
    #expect(number("gained") > 100_000_000_000)
    #expect(abs(number("residual")) * 50 < number("gained"))
    let names = try #require(trace["names"] as? [String: String])
    #expect(Set(names.values) == Set(Desk.authors))

    let spans = try #require(
      (trace["corroborative"] as? [String: Any])?["spans"] as? [[String: Any]])
    let whole = try #require(spans.first { $0["length"] as? Int == 200 })
    let places = try #require(whole["places"] as? [[String: Any]])
    #expect(places.contains { $0["byte"] as? Int == 3000 })
    #expect(whole["start"] as? Int == 0 && whole["occurrences"] as? Int == 1)
  }

  @Test func `Standard input, files and the command line give the same answer`() throws {
    try desk.place(text, at: "text.txt")
    let named = try desk.run([
      "trace", Sample.model, "--corpus", desk.corpus, "--json", "--text", text, "--threads", "1",
    ])
    let file = try desk.run([
      "trace", Sample.model, "--corpus", desk.corpus, "--json", "--file", "text.txt", "--threads",
      "2",
    ])
    #expect(named.status == 0 && named.output == file.output)
    let shell = BuiltProgram(path: "/bin/sh")
    let piped = try shell.run(
      [
        "-c",
        "'\(Desk.program.path)' trace \(Sample.model) --corpus corpus --json --file - < text.txt",
      ], in: desk.root, environment: ["CADASTRE_REGISTER": desk.register])
    #expect(piped.output == named.output, "\(piped.errors)")
  }

  @Test func `A receipt holds until a byte of it, of the text or of the model differs`() throws {
    try desk.place(text, at: "text.txt")
    _ = try trace("--text", text, "--receipt", "receipt.json")
    let holds = try desk.run(["receipt", "verify", "receipt.json", "--file", "text.txt"])
    #expect(holds.status == 0 && holds.output.contains("the receipt holds"), "\(holds.errors)")
    let other = try desk.run(["receipt", "verify", "receipt.json", "--text", text + "."])
    #expect(other.status == 1 && other.output.contains("another text"))

    let url = URL(filePath: desk.root + "/receipt.json")
    let receipt = try String(contentsOf: url, encoding: .utf8)
    let signed = try #require(
      try JSONSerialization.jsonObject(with: Data(receipt.utf8)) as? [String: Any])
    let part = try #require(signed["contributive"] as? [String: Any])
    let decay = try #require(part["decay"] as? Int)
    let residual = try #require(part["residual"] as? Int)
    // Amounts that do not add up are no receipt; amounts that do, but were not signed, are no proof.
    let unbalanced = receipt.replacingOccurrences(
      of: "\"decay\": \(decay)", with: "\"decay\": \(decay + 1)")
    try desk.place(unbalanced, at: "receipt.json")
    try refusal(1, ["add up"], "receipt", "verify", "receipt.json")
    let balanced = unbalanced.replacingOccurrences(
      of: "\"residual\": \(residual)", with: "\"residual\": \(residual - 1)")
    try desk.place(balanced, at: "receipt.json")
    let forged = try desk.run(["receipt", "verify", "receipt.json"])
    #expect(forged.status == 1 && forged.output.contains("proof"), "\(forged.output)")
    try desk.place("{}", at: "receipt.json")
    try refusal(1, ["is no receipt"], "receipt", "verify", "receipt.json")
    try refusal(1, ["missing.json"], "receipt", "verify", "missing.json")
  }

  @Test(arguments: [
    "books/displacements/03.bin", "books/displacements/index.json", "books/spans.sa",
  ])
  func `A flipped byte is found by verify and by trace, and named`(_ file: String) throws {
    let path = "models/\(Sample.model)/\(file)"
    var bytes = try desk.bytes(path)
    bytes[bytes.count * 2 / 3] ^= 1
    try desk.write(bytes, to: path)
    let verdict = try desk.run(["verify"])
    #expect(verdict.status == 1 && verdict.output.contains(path), "\(verdict.output)")
    try refusal(
      1, [path, "cadastre verify"], "trace", Sample.model, "--corpus", desk.corpus, "--text", text)
  }

  @Test func `A work that is gone or changed is named, and nothing else answers for it`() throws {
    let work = desk.corpus + "/ben/1.txt"
    try Data("another text".utf8).write(to: URL(filePath: work))
    try refusal(
      1, [work, "not the work that was admitted"], "trace", Sample.model, "--corpus", desk.corpus,
      "--text", text)
    try FileManager.default.removeItem(atPath: work)
    try refusal(1, [work], "trace", Sample.model, "--corpus", desk.corpus, "--text", text)
    try refusal(1, ["elsewhere"], "trace", Sample.model, "--corpus", "elsewhere", "--text", text)
    let outcome = try desk.run(["trace", Sample.model, "--no-spans", "--text", text])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.output.contains("Corroborative"))
  }

  @Test func `Bad texts and models are refused in one line, and odd bytes are no bad text`() throws
  {
    try refusal(2, ["--text"], "trace", Sample.model)
    try refusal(2, ["both"], "trace", Sample.model, "--text", "a", "--file", "b")
    try refusal(2, ["--minimum"], "trace", Sample.model, "--text", text, "--minimum", "0")
    try refusal(1, ["longer one"], "trace", Sample.model, "--text", "")
    try refusal(1, ["longer one"], "trace", Sample.model, "--text", "x")
    try refusal(1, ["nobody"], "trace", "nobody", "--text", text)
    try refusal(1, ["nothing.txt"], "trace", Sample.model, "--file", "nothing.txt")
    let odd: [UInt8] = [0, 0xFF, 0xFE, 0x80, 0, 10, 13, 27] + Array(text.utf8) + [0xFF]
    try Data(odd).write(to: URL(filePath: desk.root + "/odd.bin"))
    let outcome = try desk.run([
      "trace", Sample.model, "--corpus", desk.corpus, "--file", "odd.bin",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("windows"), "longer than the context, and says so")
    #expect(!outcome.output.contains("\u{1b}"))
    #expect(outcome.output.contains(" 200 "), "the span beside the odd bytes")
  }
}
