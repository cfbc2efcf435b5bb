// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CSodium
internal import Primitives

/// An Ed25519 public key (RFC 8032) that every conforming implementation reads the same way.
///
/// Keys whose point is not canonical, of low order or outside the main subgroup are refused: on
/// them implementations disagree about what verifies.
package struct PublicKey: Hashable, Sendable {
  /// The number of bytes of a key.
  package static let byteCount = 32
  /// The number of bytes of a signature.
  package static let signatureByteCount = 64

  private let encoded: Digest

  /// Takes the 32 bytes of a key; nil where they are no key this project accepts.
  package init?(bytes: [UInt8]) {
    Sodium.prepare()
    guard let encoded = Digest(bytes: bytes), crypto_core_ed25519_is_valid_point(bytes) == 1 else {
      return nil
    }
    self.encoded = encoded
  }

  /// The 32 bytes.
  package var bytes: [UInt8] { encoded.bytes }

  /// Whether the signature is this key's over the message (pure Ed25519, libsodium's strict rules).
  package func verify(signature: [UInt8], message: [UInt8]) -> Bool {
    guard signature.count == Self.signatureByteCount else { return false }
    let words = (
      encoded.word0.bigEndian, encoded.word1.bigEndian, encoded.word2.bigEndian,
      encoded.word3.bigEndian
    )
    return withUnsafeBytes(of: words) { key in
      guard let key = key.assumingMemoryBound(to: UInt8.self).baseAddress else { return false }
      return crypto_sign_ed25519_verify_detached(
        signature, message, UInt64(message.count), key) == 0
    }
  }
}
