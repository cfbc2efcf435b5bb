// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The proof that one entry is in a tree (RFC 9162 section 2.1.3).
package struct InclusionProof: Hashable, Sendable {
  /// The position of the entry, from 0.
  package var index: UInt64
  /// The number of entries of the tree.
  package var size: UInt64
  /// The sibling hashes, the leaf's own first.
  package var path: [Digest]

  /// Puts a proof together; nothing is checked before `verify`.
  package init(index: UInt64, size: UInt64, path: [Digest]) {
    self.index = index
    self.size = size
    self.path = path
  }

  /// Whether the leaf is at that place of the tree with that root.
  ///
  /// The number of hashes must be exactly the one that index and size ask for: `inner` siblings
  /// below the point where the path joins the right edge, then one for each left turn above it.
  package func verify(
    leafHash: Digest, root: Digest, hasher: some TreeHasher
  ) -> ProofVerdict {
    guard index < size else { return .invalid(.indexOutsideTree(index: index, size: size)) }
    let inner = UInt64.bitWidth - (index ^ (size - 1)).leadingZeroBitCount
    let border = (index >> UInt64(inner)).nonzeroBitCount
    guard path.count == inner + border else {
      return .invalid(.wrongLength(expected: inner + border, found: path.count))
    }
    var hash = leafHash
    for (level, sibling) in path.enumerated() {
      let isRight = level >= inner || index >> UInt64(level) & 1 == 1
      hash = isRight ? hasher.node(sibling, hash) : hasher.node(hash, sibling)
    }
    return hash == root ? .valid : .invalid(.wrongRoot)
  }
}
