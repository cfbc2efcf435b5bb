// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Foundation
import TestSupport
import Testing

/// The gate as a stream against a snapshot: the same decisions as one process with the register.
@Suite struct StreamTests {
  private let desk: Desk

  /// The sample's corpus with documents of every kind, as lines.
  init() throws {
    desk = try Sample.copy()
    // An excerpt of a registered work under its author's name, and one nobody registered.
    let whole = try String(contentsOfFile: desk.corpus + "/ada/0.txt", encoding: .utf8)
    try desk.place(String(whole.prefix(6000)) + "and so on, changed", at: "corpus/ada/excerpt.txt")
    try desk.json("work", "add", "corpus/ada/excerpt.txt", "--key", "ada")
    try desk.place(String(whole.prefix(4000)) + "by somebody else", at: "corpus/ben/copied.txt")
    try desk.json("work", "add", "corpus/ben/copied.txt", "--key", "ben")
    try desk.place("Nobody has registered this text so far.", at: "corpus/new.txt")
    try desk.place("", at: "corpus/empty.txt")
    try lines().write(to: URL(filePath: desk.root + "/corpus.jsonl"))
    try desk.json("snapshot", "--out", "snapshot")
  }

  /// The files of the corpus as lines, the last path first.
  private func lines() throws -> Data {
    var data = Data()
    for path in try FileManager.default.subpathsOfDirectory(atPath: desk.corpus).sorted().reversed()
    {
      guard path.hasSuffix(".txt") else { continue }
      let text = try String(contentsOfFile: desk.corpus + "/" + path, encoding: .utf8)
      let line: JSON = ["path": .string(path), "text": .string(text), "more": [1, ["a": "b"]]]
      data.append(contentsOf: line.canonicalBytes + [0x0a])
    }
    return data
  }

  /// What the program writes for lines on its standard input.
  private func stream(_ input: Data, threads: Int = 1) throws -> BuiltProgram.Outcome {
    try Desk.program.run(
      ["admit", "--stream", "--snapshot", "snapshot", "--threads", "\(threads)"], in: desk.root,
      input: input)
  }

  /// The decisions file of the newest admission.
  private func decisions(of desk: Desk, _ outcome: BuiltProgram.Outcome) throws -> [UInt8] {
    try #require(outcome.status == 0, "\(outcome.errors)")
    let manifest = try #require((try outcome.json() as? [String: Any])?["manifest"] as? String)
    return try desk.bytes("admissions/\(manifest)/decisions.jsonl")
  }

  @Test func `A directory, lines, standard input and joined streams give the same decisions`()
    throws
  {
    let parts = try split(lines(), into: 3)
    for (number, part) in parts.enumerated() {
      let outcome = try stream(part, threads: Desk.threads)
      #expect(outcome.status == 0 && outcome.errors.isEmpty)
      try desk.place(outcome.output, at: "part-\(number)")
    }
    let joined = try decisions(
      of: desk,
      try desk.run([
        "admit", "--snapshot", "snapshot", "--decisions", "part-2", "part-0", "part-1", "--corpus",
        "corpus", "--out", "joined.json", "--json",
      ]))
    let directory = try decisions(of: desk, try desk.run(["admit", "corpus", "--json"]))
    let file = try decisions(of: desk, try desk.run(["admit", "corpus.jsonl", "--json"]))
    let input = try decisions(
      of: desk,
      try Desk.program.run(
        ["admit", "-", "--json", "--register", desk.register], in: desk.root, input: lines()))
    #expect(joined == directory && file == directory && input == directory)
    let text = String(decoding: directory, as: UTF8.self)
    for reason in ["admitted", "copy-of", "no-grant", "unreadable"] {
      #expect(text.contains("\"reason\":\"\(reason)\""))
    }
    // The excerpt is admitted alone, and gives way where its original is in the corpus.
    let alone = try stream(lines(of: ["ada/excerpt.txt"])).output
    #expect(alone.contains("\"decision\":\"admit\"") && alone.contains("\"yieldsTo\""))
    let audit = try desk.run(["verify"])
    #expect(audit.status == 0, "\(audit.output)")
  }

  @Test func `One and two threads write the same bytes, a line for each line`() throws {
    var input = Data()
    for _ in 0..<40 { input.append(try lines()) }
    input.append(contentsOf: "broken\n\n{\"path\":\"a\"}\nno line feed at the end".utf8)
    let one = try stream(input)
    let two = try stream(input, threads: Desk.threads)
    #expect(one.status == 0 && one.output == two.output)
    let count = input.count { $0 == 0x0a } + 1
    let written = one.output.split(separator: "\n")
    #expect(written.count == count + 1)
    #expect(written.last?.contains("\"documents\":\(count)") == true)
    #expect(written[count - 1].contains("\"line\":\(count)"))
  }

  @Test func `An answer comes before the next line is written`() throws {
    let process = Process()
    process.executableURL = URL(filePath: Desk.program.path)
    process.arguments = ["admit", "--stream", "--snapshot", desk.root + "/snapshot"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    for path in ["ada/0.txt", "new.txt", "ben/1.txt"] {
      input.fileHandleForWriting.write(try lines(of: [path]))
      let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      #expect(answer.contains("\"path\":\"\(path)\"") && answer.hasSuffix("}\n"))
    }
    try input.fileHandleForWriting.close()
    let end = try output.fileHandleForReading.readToEnd() ?? Data()
    #expect(String(decoding: end, as: UTF8.self).contains("\"documents\":3"))
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func `A stream needs no register and writes nothing, and a damaged snapshot is refused`()
    throws
  {
    let bare = try Desk()
    try FileManager.default.copyItem(
      atPath: desk.root + "/snapshot", toPath: bare.root + "/snapshot")
    func run() throws -> BuiltProgram.Outcome {
      try Desk.program.run(
        ["admit", "--stream", "--snapshot", "snapshot"], in: bare.root, input: lines())
    }
    let before = try bare.contents()
    let outcome = try run()
    let beside = try stream(lines())
    #expect(outcome.status == 0 && outcome.output == beside.output)
    #expect(try bare.contents() == before)
    for name in ["works.table", "snapshot.json"] {
      let url = URL(filePath: bare.root + "/snapshot/" + name)
      let bytes = try Data(contentsOf: url)
      var altered = bytes
      altered[bytes.count / 2] ^= 1
      for wrong in [altered, bytes.dropLast(2), Data(), bytes + Data("x".utf8)] {
        try wrong.write(to: url)
        let refused = try run()
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(refused.errors.hasPrefix("cadastre: ") && refused.errors.contains("snapshot"))
      }
      try FileManager.default.removeItem(at: url)
      #expect(try run().status == 1)
      try bytes.write(to: url)
    }
    #expect(try run().status == 0)
  }

  @Test func `What was not decided by this snapshot, or not wholly, is not joined`() throws {
    let whole = try stream(lines()).output
    let size = try desk.size()
    func refuse(_ text: String, says: String, line: UInt = #line) throws {
      try desk.place(text, at: "wrong")
      let outcome = try desk.run([
        "admit", "--snapshot", "snapshot", "--decisions", "wrong", "--out", "never.json",
      ])
      #expect(outcome.status == 1 && outcome.errors.contains(says), "\(outcome.errors)")
      #expect(try desk.size() == size && !FileManager.default.fileExists(atPath: "never.json"))
    }
    let lines = whole.split(separator: "\n").map(String.init)
    try refuse("", says: "no decisions")
    try refuse(lines.dropLast().joined(separator: "\n") + "\n", says: "breaks off")
    try refuse(String(whole.dropLast(9)), says: "breaks off")
    try refuse(lines.dropFirst().joined(separator: "\n") + "\n", says: "stand before the end")
    try refuse(whole + lines[0] + "\n", says: "no end of a stream")
    try refuse("garbage\n" + whole, says: "line 1")
    try refuse(
      whole.replacingOccurrences(of: "\"snapshot\":\"", with: "\"snapshot\":\"00"), says: "line")
    // An admission that nobody granted, in the right form.
    let granted = try #require(lines.first { $0.contains("ada/0.txt") })
    let refused = try #require(lines.first { $0.contains("\"path\":\"new.txt\"") })
    let members = ["work", "bytes", "path"]
    var forged = try #require(try JSON.parse(granted).object)
    let source = try #require(try JSON.parse(refused).object)
    for name in members { forged[name] = source[name] }
    let forgery = JSON.object(forged).canonicalText
    try refuse(
      whole.replacingOccurrences(of: refused, with: forgery), says: "'new.txt' derives otherwise")
    // A refusal that hides what is admitted is noticed as well.
    forged = source
    let admitted = try #require(try JSON.parse(granted).object)
    for name in members { forged[name] = admitted[name] }
    try refuse(
      whole.replacingOccurrences(of: granted, with: JSON.object(forged).canonicalText),
      says: "'ada/0.txt' derives otherwise")
    // The register has grown since.
    try desk.place("A text that comes later than the snapshot was made.", at: "late.txt")
    try desk.json("work", "add", "late.txt", "--key", "ada")
    try desk.place(whole, at: "right")
    let late = try desk.run(["admit", "--snapshot", "snapshot", "--decisions", "right"])
    #expect(late.status == 1 && late.errors.contains("'cadastre snapshot'"))
  }

  @Test func `What was admitted from lines is trained on from lines, with the same weights`() throws
  {
    var weights: Set<[UInt8]> = []
    for (name, corpus) in [("files", "corpus"), ("lines", "corpus.jsonl")] {
      try desk.json("admit", corpus, "--out", "\(name).json")
      let run = try desk.run([
        "train", "\(name).json", "--out", name, "--config", "config.json", "--threads", "1",
      ])
      try #require(run.status == 0, "\(run.errors)")
      weights.insert(try desk.bytes("models/\(name)/model.safetensors"))
    }
    #expect(weights.count == 1)
    // A work that is not there any more is named.
    try Data(lines().dropFirst(7000)).write(to: URL(filePath: desk.root + "/corpus.jsonl"))
    let gone = try desk.run(["train", "lines.json", "--out", "gone", "--config", "config.json"])
    #expect(gone.status == 1 && gone.errors.contains("no line of"), "\(gone.errors)")
  }

  @Test func `Options that contradict each other are wrong usage`() throws {
    for words in [
      [], ["corpus", "more"], ["--stream"], ["--stream", "corpus", "--snapshot", "snapshot"],
      ["--stream", "--snapshot", "snapshot", "--json"], ["corpus", "--snapshot", "snapshot"],
      ["--stream", "--snapshot", "snapshot", "--purpose", "distil"], ["--decisions", "part"],
      ["corpus", "--corpus", "corpus"],
    ] {
      let outcome = try desk.run(["admit"] + words)
      #expect(outcome.status == 2 && outcome.output.isEmpty, "\(words): \(outcome.errors)")
    }
    for (words, says) in [
      (["snapshot", "--out", "corpus"], "not empty"),
      (["admit", "--stream", "--snapshot", "corpus"], "snapshot.json"),
      (["admit", "nowhere.jsonl"], "nowhere.jsonl"), (["admit", "nowhere"], "no directory"),
    ] {
      let outcome = try desk.run(words)
      #expect(outcome.status == 1 && outcome.errors.contains(says), "\(words): \(outcome.errors)")
    }
  }

  // MARK: - Lines

  private func lines(of paths: [String]) throws -> Data {
    var data = Data()
    for line in try lines().split(separator: 0x0a) {
      let path = try JSON.parse(Array(line))["path"]?.string
      if paths.contains(path ?? "") { data.append(line + [0x0a]) }
    }
    return data
  }

  private func split(_ data: Data, into count: Int) throws -> [Data] {
    var parts = [Data](repeating: Data(), count: count)
    for (number, line) in data.split(separator: 0x0a).enumerated() {
      parts[number % count].append(line + [0x0a])
    }
    return parts
  }
}
