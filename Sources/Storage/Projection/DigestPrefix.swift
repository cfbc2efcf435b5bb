// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The beginning of a digest as people type it: all digests that begin so lie between two.
package struct DigestPrefix: Hashable, Sendable {
  /// The smallest digest that begins so.
  package let lower: Digest
  /// The largest.
  package let upper: Digest

  /// Reads 1 to 64 hexadecimal digits; nil for anything else.
  package init?(_ text: String) {
    let missing = 2 * Digest.byteCount - text.utf8.count
    guard missing >= 0, !text.isEmpty,
      let lower = Digest(hex: text + String(repeating: "0", count: missing)),
      let upper = Digest(hex: text + String(repeating: "f", count: missing))
    else { return nil }
    self.lower = lower
    self.upper = upper
  }
}
