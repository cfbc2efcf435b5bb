// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The right edge of a growing tree: the roots of its perfect subtrees, at most one a bit of the size.
///
/// Appending and the root need no more than this (Crosby and Wallach, USENIX Security 2009).
package struct CompactRange<Hasher: TreeHasher>: Sendable {
  private let hasher: Hasher
  /// The number of leaves.
  package private(set) var size: UInt64 = 0
  /// The roots of the perfect subtrees, from the left, largest first.
  package private(set) var hashes: [Digest] = []

  /// The edge of the empty tree.
  package init(hasher: Hasher) {
    self.hasher = hasher
  }

  /// The edge of a tree of known size, or nil where the number of hashes does not fit that size.
  package init?(hasher: Hasher, size: UInt64, hashes: [Digest]) {
    guard hashes.count == size.nonzeroBitCount else { return nil }
    self.hasher = hasher
    self.size = size
    self.hashes = hashes
  }

  /// Adds a leaf on the right.
  ///
  /// - Complexity: O(1) amortised, O(log *n*) at worst, time and memory.
  package mutating func append(_ leafHash: Digest) {
    var hash = leafHash
    for _ in 0..<(~size).trailingZeroBitCount {
      hash = hasher.node(hashes.removeLast(), hash)
    }
    hashes.append(hash)
    size += 1
  }

  /// The root of the tree.
  package var root: Digest {
    guard var hash = hashes.last else { return hasher.emptyRoot }
    for left in hashes.dropLast().reversed() { hash = hasher.node(left, hash) }
    return hash
  }
}

extension TreeHasher {
  /// The root of these leaf hashes, or of the items of a tile.
  package func root(of leafHashes: some Sequence<Digest>) -> Digest {
    var range = CompactRange(hasher: self)
    for hash in leafHashes { range.append(hash) }
    return range.root
  }
}
