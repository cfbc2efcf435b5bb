// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Primitives

/// What all verifier keys of C2SP signed-note share: a name, a type and an Ed25519 key.
struct NoteKey: Hashable, Sendable {
  /// What a key signs, by its type byte.
  enum Algorithm: UInt8, Hashable, Sendable {
    /// A log's own signature over the text.
    case note = 0x01
    /// A witness's signature over the text and a time (`cosignature/v1`).
    case cosignature = 0x04
  }

  let name: String
  let algorithm: Algorithm
  let publicKey: PublicKey

  /// Names a key; nil where the name is empty or has white space or `+`.
  init?(name: String, algorithm: Algorithm, publicKey: PublicKey) {
    guard Self.isValid(name: name) else { return nil }
    self.name = name
    self.algorithm = algorithm
    self.publicKey = publicKey
  }

  /// The first four bytes of SHA-256(name ‖ newline ‖ type ‖ key), as a number.
  var identifier: UInt32 {
    let bytes = Array(name.utf8) + [0x0a, algorithm.rawValue] + publicKey.bytes
    return UInt32(truncatingIfNeeded: SHA256.digest(bytes).word0 >> 32)
  }

  /// The `vkey` line that other tools read: `name+id+key`.
  var text: String {
    let id = withUnsafeBytes(of: identifier.bigEndian) { Hex.encode(Array($0)) }
    return "\(name)+\(id)+\(Base64.encode([algorithm.rawValue] + publicKey.bytes))"
  }

  /// Reads a `vkey` line; nil where anything in it is wrong or it is of another type.
  init?(_ text: String, algorithm: Algorithm) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64.decode(String(parts[2])),
      bytes.first == algorithm.rawValue, let key = PublicKey(bytes: Array(bytes.dropFirst())),
      let note = NoteKey(name: String(parts[0]), algorithm: algorithm, publicKey: key),
      note.text.utf8.elementsEqual(text.utf8)
    else { return nil }
    self = note
  }

  /// The signature lines of this very key, by name and identifier.
  func signatures(in note: SignedNote) -> [SignedNote.Signature] {
    let id = identifier
    return note.signatures.filter {
      $0.keyID == id && $0.name.utf8.elementsEqual(name.utf8)
    }
  }

  static func isValid(name: String) -> Bool {
    !name.isEmpty
      && !name.unicodeScalars.contains {
        $0.properties.isWhitespace || $0 == "+" || $0.value < 0x20
      }
  }
}
