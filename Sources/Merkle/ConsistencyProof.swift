// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The proof that a tree is a prefix of a later one (RFC 9162 section 2.1.4).
package struct ConsistencyProof: Hashable, Sendable {
  /// The number of entries of the older tree.
  package var older: UInt64
  /// The number of entries of the newer tree.
  package var newer: UInt64
  /// The hashes, lowest first.
  package var path: [Digest]

  /// Puts a proof together; nothing is checked before `verify`.
  package init(older: UInt64, newer: UInt64, path: [Digest]) {
    self.older = older
    self.newer = newer
    self.path = path
  }

  /// Whether the tree with `olderRoot` is a prefix of the tree with `newerRoot`.
  ///
  /// The empty tree is a prefix of every tree, so nothing about it is accepted as proof.
  package func verify(
    olderRoot: Digest, newerRoot: Digest, hasher: some TreeHasher
  ) -> ProofVerdict {
    guard older <= newer else { return .invalid(.olderIsLonger(older: older, newer: newer)) }
    guard older > 0 else { return .invalid(.olderIsEmpty) }
    let expected = Subtree.consistencyPath(from: older, to: newer).count
    guard path.count == expected else {
      return .invalid(.wrongLength(expected: expected, found: path.count))
    }
    if older == newer { return olderRoot == newerRoot ? .valid : .invalid(.wrongRoot) }
    let isPowerOfTwo = older.nonzeroBitCount == 1
    guard let first = isPowerOfTwo ? olderRoot : path.first else {
      return .invalid(.wrongLength(expected: expected, found: 0))
    }
    let shift = (~(older - 1)).trailingZeroBitCount
    var (place, last) = ((older - 1) >> UInt64(shift), (newer - 1) >> UInt64(shift))
    var (olderHash, newerHash) = (first, first)
    for hash in path.dropFirst(isPowerOfTwo ? 0 : 1) {
      if place & 1 == 1 || place == last {
        olderHash = hasher.node(hash, olderHash)
        newerHash = hasher.node(hash, newerHash)
        while place & 1 == 0, place != 0 {
          place >>= 1
          last >>= 1
        }
      } else {
        newerHash = hasher.node(newerHash, hash)
      }
      place >>= 1
      last >>= 1
    }
    if olderHash != olderRoot { return .invalid(.wrongOlderRoot) }
    return newerHash == newerRoot && last == 0 ? .valid : .invalid(.wrongRoot)
  }
}
