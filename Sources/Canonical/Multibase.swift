// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Multibase text: one letter that names the base, then the digits (draft-multiformats-multibase).
package enum Multibase {
  /// Base58btc, marked by `z`.
  package static func encodeBase58(_ bytes: [UInt8]) -> String { "z" + Base58.encode(bytes) }

  /// Reads base58btc multibase; another base, or a bad digit, is nil.
  package static func decodeBase58(_ text: String) -> [UInt8]? {
    guard text.utf8.first == UInt8(ascii: "z") else { return nil }
    return Base58.decode(String(text.dropFirst()))
  }
}
