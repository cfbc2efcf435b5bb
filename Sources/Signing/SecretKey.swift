// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Canonical
internal import CSodium

/// An Ed25519 secret key; its memory is zeroed when the last reference goes.
///
/// A class, so that it can be kept in ordinary structures without being copied. Never printed.
package final class SecretKey: Sendable {
  /// The number of bytes of a seed.
  package static let seedByteCount = 32
  private static let expandedByteCount = 64
  private static let multicodecPrefix: [UInt8] = [0x80, 0x26]

  // Written once in `init`, zeroed and freed in `deinit`: reading it from several threads is sound.
  private nonisolated(unsafe) let expanded: UnsafeMutablePointer<UInt8>
  /// The key that verifies what this one signs.
  package let publicKey: PublicKey

  /// The key of a 32-byte seed; nil for any other number of bytes.
  package init?(seed: [UInt8]) {
    guard seed.count == Self.seedByteCount else { return nil }
    Sodium.prepare()
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.expandedByteCount)
    memory.initialize(repeating: 0, count: Self.expandedByteCount)
    var point = [UInt8](repeating: 0, count: PublicKey.byteCount)
    crypto_sign_ed25519_seed_keypair(&point, memory, seed)
    guard let key = PublicKey(bytes: point) else {
      preconditionFailure("the public key of a seed is a valid point")
    }
    expanded = memory
    publicKey = key
  }

  deinit {
    sodium_memzero(expanded, Self.expandedByteCount)
    expanded.deallocate()
  }

  /// A new key from the operating system's randomness.
  package static func generate() -> SecretKey {
    guard let key = SecretKey(seed: SecureRandom.bytes(count: seedByteCount)) else {
      preconditionFailure("a seed of the right length makes a key")
    }
    return key
  }

  /// The 64-byte signature over the message; the same every time (RFC 8032 section 5.1.6).
  package func sign(_ message: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: PublicKey.signatureByteCount)
    crypto_sign_ed25519_detached(&signature, nil, message, UInt64(message.count), expanded)
    return signature
  }

  /// The 32 secret bytes from which the key is made; for writing a key file.
  package var seed: [UInt8] {
    [UInt8](UnsafeBufferPointer(start: expanded, count: Self.seedByteCount))
  }

  /// The seed as a secret multikey: `z`, then base58 of 0x80 0x26 and the seed.
  package var multikey: String { Multibase.encodeBase58(Self.multicodecPrefix + seed) }

  /// Reads a secret multikey; nil for another type of key or a damaged text.
  package convenience init?(multikey: String) {
    guard let bytes = Multibase.decodeBase58(multikey),
      bytes.starts(with: Self.multicodecPrefix)
    else { return nil }
    self.init(seed: Array(bytes.dropFirst(Self.multicodecPrefix.count)))
  }
}
