// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import Testing

@Suite struct SignedNoteTests {
  private let log: NoteSigner
  private let witness: NoteSigner

  init() throws {
    log = try Self.signer("log.example/royalty", seed: 1)
    witness = try Self.signer("witness.example/w1", seed: 2)
  }

  private static func signer(_ name: String, seed: UInt8) throws -> NoteSigner {
    let key = try #require(SecretKey(seed: [UInt8](repeating: seed, count: 32)))
    return try #require(NoteSigner(name: name, key: key))
  }

  @Test func `Keys are written as other tools read them`() {
    let text = "log.example/royalty+7075ff97+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
    #expect(log.verifier.text == text)
    #expect(NoteVerifier(text) == log.verifier)
    for wrong in [
      "", "log.example/royalty", text + "=", text.replacing("7075ff97", with: "7075ff98"),
      text.replacing("7075ff97", with: "7075FF97"), text.replacing("log.", with: "l og."),
      text.replacing("+AYq", with: "+AoY"), text.replacing("log.example/royalty", with: ""),
    ] {
      #expect(NoteVerifier(wrong) == nil, "\(wrong)")
    }
  }

  @Test func `A checkpoint survives signing, publishing and reading`() throws {
    let checkpoint = Checkpoint(
      origin: "log.example/royalty", size: 70_000, root: SHA256.digest("root"))
    let note = checkpoint.signed(by: log)
    let bytes = Array(note.encoded.utf8)
    #expect(try SignedNote(parsing: bytes) == note)
    #expect(try Checkpoint(signed: bytes, by: log.verifier) == checkpoint)
  }

  @Test func `Any one flipped bit of a published checkpoint is found`() throws {
    let checkpoint = Checkpoint(
      origin: "log.example/royalty", size: 9, root: SHA256.digest("root"))
    let bytes = Array(checkpoint.signed(by: log).encoded.utf8)
    for place in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[place] ^= 1 << UInt8(bit)
        #expect(throws: NoteError.self) { try Checkpoint(signed: changed, by: log.verifier) }
      }
    }
  }

  @Test func `A witness's signature does not stand in for the log's own`() throws {
    let text = Checkpoint(
      origin: "log.example/royalty", size: 1, root: SHA256.digest("root")
    ).text
    var note = log.sign(text)
    note.signatures += witness.sign(text).signatures
    let both = Array(note.encoded.utf8)
    #expect(try Checkpoint(signed: both, by: log.verifier).size == 1)
    note.signatures[0].name = "log.example/royaltx"
    #expect(throws: NoteError.notSigned(by: "log.example/royalty")) {
      try Checkpoint(signed: Array(note.encoded.utf8), by: log.verifier)
    }
    note.signatures[0].name = "log.example/royalty"
    note.signatures[0].bytes[5] ^= 1
    #expect(throws: NoteError.wrongSignature(of: "log.example/royalty")) {
      try Checkpoint(signed: Array(note.encoded.utf8), by: log.verifier)
    }
    let foreign = witness.sign(text)
    #expect(
      throws: NoteError.wrongOrigin(
        expected: "witness.example/w1", found: "log.example/royalty")
    ) {
      try Checkpoint(signed: Array(foreign.encoded.utf8), by: witness.verifier)
    }
  }

  @Test func `Notes of another form are refused`() throws {
    let good = log.sign("a\n").encoded
    for wrong in [
      "", "\n", "a\n", "a\n\n", good + "\n", String(good.dropLast()),
      good.replacing("\u{2014}", with: "-"), good.replacing("a\n", with: "a\u{1}\n"),
      good.replacing(" log", with: "  log"), good.replacing("a\n\n", with: "\n"),
    ] {
      #expect(throws: NoteError.malformed, "\(wrong)") {
        try SignedNote(parsing: Array(wrong.utf8))
      }
    }
    #expect(throws: NoteError.malformed) { try SignedNote(parsing: [0xff] + Array(good.utf8)) }
    // An empty line inside the text is text: the last empty line parts the two.
    let twoParts = log.sign("a\n\nb\n")
    #expect(try SignedNote(parsing: Array(twoParts.encoded.utf8)) == twoParts)
  }
}
