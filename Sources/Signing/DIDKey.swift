// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Canonical
internal import Synchronization

/// A party's identifier: `did:key:z6Mk…`, which is its Ed25519 public key written out.
///
/// Only the canonical spelling of a valid key is one, so equal keys are equal texts.
package struct DIDKey: Sendable {
  private static let method = "did:key:"
  private static let multicodecPrefix: [UInt8] = [0xed, 0x01]

  /// The identifier as text.
  package let text: String
  /// The key it names.
  package let publicKey: PublicKey

  /// The identifier of a key.
  package init(_ publicKey: PublicKey) {
    text = Self.method + Multibase.encodeBase58(Self.multicodecPrefix + publicKey.bytes)
    self.publicKey = publicKey
  }

  /// Reads an identifier; nil where it names no Ed25519 key that this project accepts.
  ///
  /// Keys that were read before are remembered: whether the point of a key lies in the main subgroup
  /// takes as long to find out as a signature takes to verify.
  package init?(_ text: String) {
    if let key = Self.known.withLock({ $0[text] }) {
      self.text = text
      publicKey = key
      return
    }
    guard text.hasPrefix(Self.method),
      let bytes = Multibase.decodeBase58(String(text.dropFirst(Self.method.count))),
      bytes.starts(with: Self.multicodecPrefix),
      let key = PublicKey(bytes: Array(bytes.dropFirst(Self.multicodecPrefix.count)))
    else { return nil }
    self.text = text
    publicKey = key
    Self.known.withLock { known in
      if known.count >= Self.maximumKnownCount { known.removeAll(keepingCapacity: true) }
      known[text] = key
    }
  }

  /// The keys of identifiers that were read, up to a number; only what is an identifier gets in.
  private static let known = Mutex<[String: PublicKey]>([:])
  private static let maximumKnownCount = 1 << 16

  /// The key inside the identifier's document that verifies: the identifier, `#`, the key again.
  package var verificationMethod: String { text + "#" + text.dropFirst(Self.method.count) }

  /// The start and end of the key, for tables read by people: `z6MkrJVn…bTQ2`.
  package var short: String {
    text.dropFirst(Self.method.count).prefix(8) + "…" + text.suffix(4)
  }
}

extension DIDKey: Hashable {
  package static func == (left: DIDKey, right: DIDKey) -> Bool { left.publicKey == right.publicKey }
  package func hash(into hasher: inout Hasher) { hasher.combine(publicKey) }
}

extension DIDKey: Comparable {
  package static func < (left: DIDKey, right: DIDKey) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

extension DIDKey: CustomStringConvertible {
  package var description: String { text }
}
