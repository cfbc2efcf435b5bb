// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The hash function of a Merkle tree, with leaves and nodes kept apart (RFC 9162 section 2.1.1).
///
/// The tree is pure arithmetic; the one implementation that matters, `SHA256Tree`, stands where the
/// cryptographic library is.
package protocol TreeHasher: Sendable {
  /// The hash of one entry: H(0x00 ‖ entry).
  func leaf(_ entry: [UInt8]) -> Digest
  /// The hash of an inner node: H(0x01 ‖ left ‖ right).
  func node(_ left: Digest, _ right: Digest) -> Digest
  /// The root of the tree without entries: H of the empty string.
  var emptyRoot: Digest { get }
}
