// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import Testing

@Suite struct CosignatureTests {
  private let log: NoteSigner
  private let witness: CosignatureSigner
  private let note: SignedNote

  init() throws {
    let logKey = try #require(SecretKey(seed: [UInt8](repeating: 1, count: 32)))
    log = try #require(NoteSigner(name: "log.example/royalty", key: logKey))
    let key = try #require(SecretKey(seed: [UInt8](repeating: 2, count: 32)))
    witness = try #require(CosignatureSigner(name: "witness.example/w1", key: key))
    note = Checkpoint(origin: "log.example/royalty", size: 9, root: SHA256.digest("root"))
      .signed(by: log)
  }

  private func cosigned(at time: Int64) -> SignedNote {
    var note = note
    note.signatures.append(witness.sign(note.text, at: time))
    return note
  }

  @Test func `The specification's example key verifies its example note`() throws {
    let key = try #require(
      NoteVerifier("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"))
    #expect(key.keyID == 0x530d_903a)
    #expect(CosignatureVerifier(key.text) == nil)
    let text = """
      This is an example message.

      \u{2014} example.com/foo \
      Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

      """
    let note = try SignedNote(parsing: Array(text.utf8))
    try note.verify(by: key)
    #expect(note.encoded == text)
  }

  /// A key in the tests of transparency-dev/formats (witness/witness_policy_test.go).
  @Test func `A published key of a witness is read`() throws {
    let text = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
    let key = try #require(CosignatureVerifier(text))
    #expect(key.name == "remora.n621.de")
    #expect(key.keyID == 0xda77_ade7)
    #expect(key.text == text)
  }

  @Test func `Keys of witnesses and of logs are not mistaken for each other`() throws {
    let text = witness.verifier.text
    #expect(CosignatureVerifier(text) == witness.verifier)
    #expect(NoteVerifier(text) == nil)
    #expect(CosignatureVerifier(log.verifier.text) == nil)
    let sameKey = try #require(
      NoteVerifier(name: witness.verifier.name, publicKey: witness.verifier.publicKey))
    #expect(sameKey.keyID != witness.verifier.keyID)
  }

  @Test(arguments: [0, 1, 1_679_315_147, Int64.max]) func `A cosignature verifies with its time`(
    _ time: Int64
  ) throws {
    let note = cosigned(at: time)
    let read = try SignedNote(parsing: Array(note.encoded.utf8))
    #expect(try witness.verifier.cosignatures(on: read).map(\.time) == [time])
    try read.verify(by: log.verifier)
  }

  @Test func `The message is that of the specification`() throws {
    let signature = witness.sign(note.text, at: 1_679_315_147)
    #expect(signature.bytes.count == 72)
    let message = Array("cosignature/v1\ntime 1679315147\n\(note.text)".utf8)
    #expect(
      witness.verifier.publicKey.verify(
        signature: Array(signature.bytes.dropFirst(8)), message: message))
  }

  @Test func `Any one flipped bit of a cosigned note is found by the log's key or the witness's`() {
    let bytes = Array(cosigned(at: 1_679_315_147).encoded.utf8)
    for place in bytes.indices {
      for bit in 0..<8 {
        var altered = bytes
        altered[place] ^= 1 << UInt8(bit)
        let isAccepted: Bool =
          if let note = try? SignedNote(parsing: altered) {
            (try? note.verify(by: log.verifier)) != nil
              && (try? witness.verifier.cosignatures(on: note)) != nil
          } else { false }
        #expect(!isAccepted, "bit \(bit) of byte \(place)")
      }
    }
  }

  @Test func `A time beyond the limit, or a signature cut short, is refused`() throws {
    var writer = ByteWriter()
    writer.writeBigEndian(UInt64(1) << 63)
    var note = note
    let whole = witness.sign(note.text, at: 1)
    let wrong: [[UInt8]] = [
      writer.bytes + whole.bytes.dropFirst(8), Array(whole.bytes.dropLast()), [1, 2, 3],
      Array(whole.bytes.dropFirst(8)),
    ]
    for bytes in wrong {
      note.signatures = [whole]
      note.signatures[0].bytes = bytes
      #expect(throws: NoteError.wrongSignature(of: "witness.example/w1")) {
        try witness.verifier.cosignatures(on: note)
      }
    }
  }

  @Test func `Of several cosignatures the newest comes first, and one wrong refuses all`() throws {
    var note = note
    for time in [5, 9, 7] { note.signatures.append(witness.sign(note.text, at: Int64(time))) }
    #expect(try witness.verifier.cosignatures(on: note).map(\.time) == [9, 7, 5])
    note.signatures[1].bytes[20] ^= 1
    #expect(throws: NoteError.self) { try witness.verifier.cosignatures(on: note) }
  }
}
