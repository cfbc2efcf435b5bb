// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Signing

/// A whitelist file as it was declared for one admission, with the digest that the log names.
package struct DeclaredWhitelist: Sendable {
  /// The bytes of the file.
  package let bytes: [UInt8]
  /// Their SHA-256.
  package let digest: Digest
  /// The passages in it.
  package let list: Whitelist

  /// The largest whitelist that is read, in bytes.
  package static let largestFile = 1 << 26

  /// Reads a whitelist file.
  ///
  /// - Throws: `FingerprintError` where the bytes are not UTF-8 or hold no word.
  package init(_ bytes: [UInt8]) throws(FingerprintError) {
    self.bytes = bytes
    digest = SHA256.digest(bytes)
    list = try Whitelist(utf8: bytes)
  }
}
