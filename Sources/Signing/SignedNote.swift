// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Merkle
internal import Primitives

/// A short text with signatures under it (C2SP signed-note), as checkpoints are published.
package struct SignedNote: Hashable, Sendable {
  /// The largest note that is read, in bytes.
  package static let maximumByteCount = 1_000_000
  /// The most signature lines that are read.
  package static let maximumSignatureCount = 100

  /// One signature line.
  package struct Signature: Hashable, Sendable {
    /// The name of the key.
    package var name: String
    /// The identifier of the key, which depends on name, type and key.
    package var keyID: UInt32
    /// What the type of the key defines; the 64 bytes of an Ed25519 signature for a log's own.
    package var bytes: [UInt8]
  }

  /// The signed text, its last newline included.
  package var text: String
  /// The signatures in the order of their lines.
  package var signatures: [Signature]

  /// The note as it is published.
  package var encoded: String {
    text + "\n" + signatures.map(\.line).joined()
  }

  /// Puts a note together from its text and signatures.
  package init(text: String, signatures: [Signature]) {
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note; nothing is verified yet.
  ///
  /// - Throws: `NoteError.malformed`.
  package init(parsing bytes: [UInt8]) throws(NoteError) {
    guard bytes.count <= Self.maximumByteCount,
      let note = String(validating: bytes, as: UTF8.self)
    else { throw .malformed }
    let lines = note.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // The last empty line, that after the final newline aside, parts text and signatures.
    guard let end = lines.last, end.isEmpty,
      let gap = lines.dropLast().lastIndex(where: \.isEmpty), gap > 0
    else { throw .malformed }
    text = lines[..<gap].map { $0 + "\n" }.joined()
    let signatureLines = lines[(gap + 1)..<(lines.count - 1)]
    guard Self.isValid(text: text), (1...Self.maximumSignatureCount).contains(signatureLines.count)
    else { throw .malformed }
    signatures = []
    for line in signatureLines {
      guard let signature = Signature(line: line) else { throw .malformed }
      signatures.append(signature)
    }
  }

  static func isValid(text: String) -> Bool {
    text.utf8.last == 0x0a && text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0a }
  }

  /// Checks the signature of one key: the caller says whose word counts.
  ///
  /// Signatures of other keys are passed over, whoever made them: a witness's signature on a note
  /// says nothing about the log's own.
  ///
  /// - Throws: `NoteError.notSigned` where the key has no signature here, `.wrongSignature` where
  ///   one line in its name does not verify.
  package func verify(by verifier: NoteVerifier) throws(NoteError) {
    let own = verifier.key.signatures(in: self)
    guard !own.isEmpty else { throw .notSigned(by: verifier.name) }
    let message = Array(text.utf8)
    for signature in own
    where !verifier.publicKey.verify(signature: signature.bytes, message: message) {
      throw .wrongSignature(of: verifier.name)
    }
  }
}

extension SignedNote.Signature {
  /// The line as it stands under a note, with its newline.
  package var line: String {
    let id = withUnsafeBytes(of: keyID.bigEndian) { Array($0) }
    return "\u{2014} \(name) \(Base64.encode(id + bytes))\n"
  }

  /// Reads `— name base64` without its newline; nil for any other form.
  package init?(line: String) {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "\u{2014}", let bytes = Base64.decode(String(parts[2])),
      bytes.count > 4, NoteKey.isValid(name: String(parts[1]))
    else { return nil }
    var reader = ByteReader(bytes)
    guard let id: UInt32 = reader.readBigEndian() else { return nil }
    self.init(name: String(parts[1]), keyID: id, bytes: Array(bytes.dropFirst(4)))
  }
}

extension Checkpoint {
  /// Reads a checkpoint that the log itself signed.
  ///
  /// - Throws: `NoteError` where the note, the log's own signature or the text is not right.
  package init(signed bytes: [UInt8], by verifier: NoteVerifier) throws(NoteError) {
    let note = try SignedNote(parsing: bytes)
    try note.verify(by: verifier)
    guard let checkpoint = Checkpoint(text: note.text) else { throw .notACheckpoint }
    guard checkpoint.origin.utf8.elementsEqual(verifier.name.utf8) else {
      throw .wrongOrigin(expected: verifier.name, found: checkpoint.origin)
    }
    self = checkpoint
  }

  /// The signed note of the checkpoint.
  package func signed(by signer: NoteSigner) -> SignedNote { signer.sign(text) }
}

/// Why a signed note is not accepted.
package enum NoteError: Error, Hashable, Sendable {
  /// Not the form of a signed note.
  case malformed
  /// The key that counts has not signed.
  case notSigned(by: String)
  /// A signature in the name of the key does not fit the text.
  case wrongSignature(of: String)
  /// The text is not a checkpoint.
  case notACheckpoint
  /// The checkpoint is another log's.
  case wrongOrigin(expected: String, found: String)
}

extension NoteError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .malformed: "the bytes are not a signed note"
    case .notSigned(let name): "the note has no signature of '\(name)'"
    case .wrongSignature(let name): "the signature of '\(name)' does not fit the note's text"
    case .notACheckpoint: "the signed text is not a checkpoint"
    case .wrongOrigin(let expected, let found):
      "the checkpoint is of the log '\(found)' and not of '\(expected)'"
    }
  }
}
