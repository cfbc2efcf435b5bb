// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Primitives

/// The public half of a log's signing key: its name and its Ed25519 key (C2SP signed-note).
package struct NoteVerifier: Hashable, Sendable {
  /// The type byte of an Ed25519 note signature.
  static let algorithm: UInt8 = 0x01

  /// The name of the key, which is the origin of the log.
  package let name: String
  /// The key.
  package let publicKey: PublicKey

  /// Names a key; nil where the name is empty or has white space or `+`.
  package init?(name: String, publicKey: PublicKey) {
    guard Self.isValid(name: name) else { return nil }
    self.name = name
    self.publicKey = publicKey
  }

  /// The first four bytes of SHA-256(name ‖ newline ‖ type ‖ key), as a number.
  package var keyID: UInt32 {
    let bytes = Array(name.utf8) + [0x0a, Self.algorithm] + publicKey.bytes
    return UInt32(truncatingIfNeeded: SHA256.digest(bytes).word0 >> 32)
  }

  /// The `vkey` line that other tools read: `name+id+key`.
  package var text: String {
    let id = withUnsafeBytes(of: keyID.bigEndian) { Hex.encode(Array($0)) }
    return "\(name)+\(id)+\(Base64.encode([Self.algorithm] + publicKey.bytes))"
  }

  /// Reads a `vkey` line of an Ed25519 key; nil where anything in it is wrong.
  package init?(_ text: String) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64.decode(String(parts[2])),
      bytes.first == Self.algorithm, let key = PublicKey(bytes: Array(bytes.dropFirst())),
      let verifier = NoteVerifier(name: String(parts[0]), publicKey: key),
      verifier.text.utf8.elementsEqual(text.utf8)
    else { return nil }
    self = verifier
  }

  static func isValid(name: String) -> Bool {
    !name.isEmpty
      && !name.unicodeScalars.contains {
        $0.properties.isWhitespace || $0 == "+" || $0.value < 0x20
      }
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
