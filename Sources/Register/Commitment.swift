// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Signing

/// A salted commitment to a personal value: the log holds the digest, the opening is kept aside.
///
/// Erasing the opening erases the person: 32 random bytes of salt cannot be guessed.
package struct Commitment: Sendable {
  /// 32 bytes from the system's generator, never used twice.
  package let salt: [UInt8]
  /// The value, such as a name or a title.
  package let value: String

  /// The number of bytes of salt.
  package static let saltByteCount = 32

  /// Commits to a value under a salt of 32 bytes.
  package init(value: String, salt: [UInt8]) {
    precondition(salt.count == Self.saltByteCount, "a commitment's salt has 32 bytes")
    self.salt = salt
    self.value = value
  }

  /// What the log holds: SHA-256(salt ‖ value).
  package var digest: Digest { SHA256.digest(salt + Array(value.utf8)) }
}
