// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Primitives
import Signing
import TestSupport
import Testing

/// One altered byte anywhere below the register is found, and the file is named.
@Suite struct TamperTests {
  /// A kind of file, how its path is known, and how many of its bytes are altered, one at a time.
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    let offsets: Int
    let mayBeGone: Bool
    let holds: @Sendable (String) -> Bool

    init(
      _ name: String, offsets: Int, mayBeGone: Bool = false,
      _ holds: @escaping @Sendable (String) -> Bool
    ) {
      self.name = name
      self.offsets = offsets
      self.mayBeGone = mayBeGone
      self.holds = holds
    }

    var testDescription: String { name }
  }

  static let kinds = [
    Kind("configuration", offsets: 24) { $0 == "cadastre.json" },
    Kind("checkpoint", offsets: 24) { $0 == "log/checkpoint" },
    Kind("hash tile", offsets: 8) { $0.hasPrefix("log/tile/0/") },
    Kind("entries", offsets: 16) { $0.hasPrefix("log/tile/entries/") },
    Kind("projection", offsets: 16) { $0 == "register.sqlite" },
    Kind("fingerprint", offsets: 2) { $0.hasPrefix("fingerprints/") },
    Kind("manifest", offsets: 8) { $0.hasSuffix("/manifest.json") },
    Kind("decisions", offsets: 8) { $0.hasSuffix("/decisions.jsonl") },
    Kind("weights", offsets: 6) { $0.hasSuffix("/model.safetensors") },
    Kind("kept state", offsets: 2, mayBeGone: true) { $0.hasSuffix(".state") },
    Kind("model configuration", offsets: 4) { $0.hasSuffix("/config.json") },
    Kind("run", offsets: 4) { $0.hasSuffix("/run.json") },
    Kind("shares", offsets: 6) { $0.hasSuffix("/shares.json") },
    Kind("books", offsets: 6) { $0.hasSuffix("/books.json") },
    Kind("survey", offsets: 6) { $0.hasSuffix("/survey.json") },
    Kind("course", offsets: 4) { $0.hasSuffix("/course.json") },
    Kind("displacements", offsets: 1) { $0.contains("/displacements/") },
    Kind("index of spans", offsets: 2) { $0.hasSuffix("/spans.sa") },
    Kind("status list", offsets: 6) { $0.hasPrefix("status/") },
    Kind("statements", offsets: 6) { $0.hasPrefix("settlements/") },
  ]

  /// What is said of a file: its path below the register, or below the log.
  private func name(_ path: String) -> String {
    path.hasPrefix("log/") ? String(path.dropFirst(4)) : path
  }

  private func expectFound(_ desk: Desk, _ path: String, _ what: String) throws {
    let verdict = try desk.run(["verify"])
    #expect(verdict.status == 1, "\(path): \(what) was not found")
    #expect(verdict.errors.isEmpty, "\(verdict.errors)")
    #expect(verdict.output.contains(name(path)), "\(path): \(what): \(verdict.output)")
  }

  @Test func `Every file of the register is of a kind that is altered here`() throws {
    let files = try Sample.copy().files()
    for kind in Self.kinds { #expect(files.contains(where: kind.holds), "\(kind.name)") }
    let others = files.filter { path in !Self.kinds.contains { $0.holds(path) } }
    // Where the works lie on this machine is bound by nothing, nor is the index (`IndexTests`).
    let bound = others.filter { !$0.hasPrefix("index/") }
    #expect(bound == ["models/tiny/.corpus", "openings.sqlite"] && bound.count < others.count)
  }

  @Test(arguments: kinds) func `An altered byte is found`(_ kind: Kind) throws {
    let desk = try Sample.copy()
    var random = Philox4x32(key: 15, stream: UInt64(kind.offsets))
    for path in try desk.files().filter(kind.holds) {
      let whole = try desk.bytes(path)
      for _ in 0..<kind.offsets {
        var altered = whole
        let offset = Int(random.below(UInt32(whole.count)))
        let mask = UInt8(1 + random.below(255))
        altered[offset] ^= mask
        try desk.write(altered, to: path)
        try expectFound(desk, path, "byte \(offset) xor \(mask)")
      }
      try desk.write(whole, to: path)
    }
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `An altered tile of an older checkpoint is found`() throws {
    let desk = try Sample.copy()
    let older = try desk.olderTiles()
    for kind in ["log/tile/0/", "log/tile/entries/"] {
      let path = try #require(older.first { $0.hasPrefix(kind) })
      let whole = try desk.bytes(path)
      var altered = whole
      altered[whole.count / 2] ^= 1
      for bytes in [altered, whole.dropLast(), whole + [0], []] {
        try desk.write(bytes, to: path)
        try expectFound(desk, path, "\(bytes.count) bytes")
      }
      try desk.write(whole, to: path)
    }
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `Another operator or origin in the configuration is found where it stands`() throws {
    let desk = try Sample.copy()
    let whole = try desk.bytes("cadastre.json")
    let text = String(decoding: whole, as: UTF8.self)
    let operatorDid = try #require(text.firstMatch(of: /did:key:z[1-9A-HJ-NP-Za-km-z]+/)).output
    let other = try #require(SecretKey(seed: [UInt8](repeating: 9, count: 32)))
    let forms = [
      text.replacing(operatorDid, with: DIDKey(other.publicKey).text),
      text.replacing("cadastre/end-to-end", with: "cadastre/end-to-enD"),
    ]
    for form in forms {
      #expect(form != text)
      try desk.write(Array(form.utf8), to: "cadastre.json")
      try expectFound(desk, "cadastre.json", form)
    }
    try desk.write(whole, to: "cadastre.json")
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test(arguments: kinds) func `A file cut, lengthened or gone is found`(_ kind: Kind) throws {
    let desk = try Sample.copy()
    let path = try #require(try desk.files().first(where: kind.holds))
    let whole = try desk.bytes(path)
    let last = try #require(whole.last)
    let forms: [(what: String, bytes: [UInt8])] = [
      ("one byte cut", whole.dropLast()), ("emptied", []),
      ("cut in half", Array(whole[..<(whole.count / 2)])), ("the last byte twice", whole + [last]),
      ("a line more", whole + [0x0A]), ("a byte before", [0x20] + whole),
    ]
    for form in forms {
      try desk.write(form.bytes, to: path)
      // Without its configuration a directory is a register still, but a damaged one.
      try expectFound(desk, path, form.what)
    }
    try FileManager.default.removeItem(atPath: desk.register + "/" + path)
    let verdict = try desk.run(["verify"])
    if kind.mayBeGone {
      #expect(verdict.status == 0, "\(path) is not needed")
      return
    }
    #expect(verdict.status == 1, "\(path) is gone")
    #expect(
      (verdict.output + verdict.errors).contains(
        kind.name == "configuration" ? "no register" : name(path)), "\(verdict.output)")
    try desk.write(whole, to: path)
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test(arguments: [
    "log/tile/stray", "log/stray", "fingerprints/00.grams", "admissions/00/manifest.json",
    "models/tiny/extra.bin", "models/tiny/books/extra.json", "models/other/model.safetensors",
    "settlements/2026-Q3-1.json",
  ])
  func `A file that nothing accounts for is found`(_ path: String) throws {
    let desk = try Sample.copy()
    try desk.write([1, 2, 3], to: path)
    try expectFound(desk, path, "a stray file")
    try FileManager.default.removeItem(atPath: desk.register + "/" + path)
    #expect(try desk.run(["verify"]).status == 0)
  }

  @Test func `An altered name is found by its commitment`() throws {
    let desk = try Sample.copy()
    var bytes = try desk.bytes("openings.sqlite")
    let name = Array("cleo".utf8)
    let place = try #require(
      bytes.indices.dropLast(4).first { Array(bytes[$0..<($0 + 4)]) == name })
    bytes[place] = UInt8(ascii: "k")
    try desk.write(bytes, to: "openings.sqlite")
    try expectFound(desk, "openings.sqlite", "a name")
  }
}
