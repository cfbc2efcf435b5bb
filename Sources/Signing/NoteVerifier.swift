// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The public half of a log's signing key: its name and its Ed25519 key (C2SP signed-note).
package struct NoteVerifier: Hashable, Sendable {
  let key: NoteKey

  /// The name of the key, which is the origin of the log.
  package var name: String { key.name }
  /// The key.
  package var publicKey: PublicKey { key.publicKey }
  /// The first four bytes of SHA-256(name ‖ newline ‖ type ‖ key), as a number.
  package var keyID: UInt32 { key.identifier }
  /// The `vkey` line that other tools read: `name+id+key`.
  package var text: String { key.text }

  /// Names a key; nil where the name is empty or has white space or `+`.
  package init?(name: String, publicKey: PublicKey) {
    guard let key = NoteKey(name: name, algorithm: .note, publicKey: publicKey) else { return nil }
    self.key = key
  }

  /// Reads a `vkey` line of an Ed25519 key; nil where anything in it is wrong.
  package init?(_ text: String) {
    guard let key = NoteKey(text, algorithm: .note) else { return nil }
    self.key = key
  }
}

extension NoteVerifier: CustomStringConvertible {
  package var description: String { text }
}

/// A log's signing key with its name.
package struct NoteSigner: Sendable {
  /// The half that others verify with.
  package let verifier: NoteVerifier
  private let key: SecretKey

  /// Names a key; nil where the name is empty or has white space or `+`.
  package init?(name: String, key: SecretKey) {
    guard let verifier = NoteVerifier(name: name, publicKey: key.publicKey) else { return nil }
    self.verifier = verifier
    self.key = key
  }

  /// The note of the text with this key's signature.
  ///
  /// - Precondition: the text ends in a newline and has no other control characters.
  package func sign(_ text: String) -> SignedNote {
    precondition(SignedNote.isValid(text: text), "a note ends in a newline and is plain text")
    return SignedNote(
      text: text,
      signatures: [
        .init(name: verifier.name, keyID: verifier.keyID, bytes: key.sign(Array(text.utf8)))
      ])
  }
}
