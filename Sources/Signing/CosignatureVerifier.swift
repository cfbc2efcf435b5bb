// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Primitives

/// The public half of a witness's key (C2SP tlog-cosignature, `cosignature/v1`, type 0x04).
///
/// A cosignature says: at that time this was the largest tree that the witness had seen of the log,
/// and it was consistent with all it had seen before.
package struct CosignatureVerifier: Hashable, Sendable {
  private let key: NoteKey

  /// The name of the witness.
  package var name: String { key.name }
  /// The key.
  package var publicKey: PublicKey { key.publicKey }
  /// The first four bytes of SHA-256(name ‖ newline ‖ 0x04 ‖ key), as a number.
  package var keyID: UInt32 { key.identifier }
  /// The `vkey` line that other tools read: `name+id+key`.
  package var text: String { key.text }

  /// Names a key; nil where the name is empty or has white space or `+`.
  package init?(name: String, publicKey: PublicKey) {
    guard let key = NoteKey(name: name, algorithm: .cosignature, publicKey: publicKey) else {
      return nil
    }
    self.key = key
  }

  /// Reads a `vkey` line of type 0x04; nil where anything in it is wrong.
  package init?(_ text: String) {
    guard let key = NoteKey(text, algorithm: .cosignature) else { return nil }
    self.key = key
  }

  /// What a witness signs: the time and the whole text of the checkpoint.
  static func message(_ text: String, at time: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
  }

  /// The cosignatures that this witness has on a note, newest first.
  ///
  /// - Returns: At least one.
  /// - Throws: `NoteError.notSigned` where the witness has none here, `.wrongSignature` where a line
  ///   in its name and of its key does not verify.
  package func cosignatures(on note: SignedNote) throws(NoteError) -> [Cosignature] {
    var found: [Cosignature] = []
    for signature in key.signatures(in: note) {
      var reader = ByteReader(signature.bytes)
      guard let time: UInt64 = reader.readBigEndian(), time <= UInt64(Int64.max),
        publicKey.verify(
          signature: Array(signature.bytes.dropFirst(8)),
          message: Self.message(note.text, at: time))
      else { throw .wrongSignature(of: name) }
      found.append(Cosignature(time: Int64(time), signature: signature))
    }
    guard !found.isEmpty else { throw .notSigned(by: name) }
    return found.sorted { $0.time > $1.time }
  }
}

extension CosignatureVerifier: CustomStringConvertible {
  package var description: String { text }
}

/// A witness's verified signature line under a checkpoint.
package struct Cosignature: Hashable, Sendable {
  /// When the witness signed, in seconds since 1970.
  package let time: Int64
  /// The line.
  package let signature: SignedNote.Signature
}

/// A witness's key with its name.
package struct CosignatureSigner: Sendable {
  /// The half that others verify with.
  package let verifier: CosignatureVerifier
  private let key: SecretKey

  /// Names a key; nil where the name is empty or has white space or `+`.
  package init?(name: String, key: SecretKey) {
    guard let verifier = CosignatureVerifier(name: name, publicKey: key.publicKey) else {
      return nil
    }
    self.verifier = verifier
    self.key = key
  }

  /// The signature line under a checkpoint's text.
  ///
  /// - Parameters:
  ///   - text: The text of the note, its last newline included.
  ///   - time: Seconds since 1970.
  /// - Returns: The line, which states the time.
  /// - Precondition: `time` is not negative.
  package func sign(_ text: String, at time: Int64) -> SignedNote.Signature {
    precondition(time >= 0, "a witness signs after 1970")
    let signature = key.sign(CosignatureVerifier.message(text, at: UInt64(time)))
    var writer = ByteWriter()
    writer.writeBigEndian(UInt64(time))
    return SignedNote.Signature(
      name: verifier.name, keyID: verifier.keyID, bytes: writer.bytes + signature)
  }
}
