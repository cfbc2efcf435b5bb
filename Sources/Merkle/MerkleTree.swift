// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A Merkle tree held in memory: every perfect subtree's hash, level by level.
///
/// For logs on disk use tiles; this is for trees that fit, such as the decisions of one admission.
package struct MerkleTree<Hasher: TreeHasher>: Sendable {
  private let hasher: Hasher
  private var levels: [[Digest]] = [[]]

  /// An empty tree.
  package init(hasher: Hasher) {
    self.hasher = hasher
  }

  /// The tree of these leaf hashes, in order.
  package init(hasher: Hasher, leafHashes: some Sequence<Digest>) {
    self.init(hasher: hasher)
    for hash in leafHashes { append(leafHash: hash) }
  }

  /// The tree of these entries, in order.
  package init(hasher: Hasher, entries: some Sequence<[UInt8]>) {
    self.init(hasher: hasher)
    for entry in entries { append(leafHash: hasher.leaf(entry)) }
  }

  /// The number of leaves.
  package var size: UInt64 { UInt64(levels[0].count) }

  /// The root of the whole tree.
  package var root: Digest { root(at: size) }

  /// Adds a leaf on the right.
  ///
  /// - Complexity: O(1) amortised, O(log *n*) at worst.
  package mutating func append(leafHash: Digest) {
    levels[0].append(leafHash)
    var level = 0
    while levels[level].count.isMultiple(of: 2) {
      let row = levels[level]
      let parent = hasher.node(row[row.count - 2], row[row.count - 1])
      level += 1
      if level == levels.count { levels.append([]) }
      levels[level].append(parent)
    }
  }

  /// The root that the tree had when it was `size` leaves long.
  ///
  /// - Precondition: `size` is not beyond this tree's.
  package func root(at size: UInt64) -> Digest {
    size == 0 ? hasher.emptyRoot : hash(of: Subtree(size: size))
  }

  /// The proof that leaf `index` is in the tree of the first `size` leaves (all where nil).
  ///
  /// - Precondition: `index` is inside that tree, and that tree inside this one.
  package func inclusionProof(of index: UInt64, at size: UInt64? = nil) -> InclusionProof {
    let size = size ?? self.size
    return InclusionProof(
      index: index, size: size,
      path: Subtree.inclusionPath(index: index, size: size).map { hash(of: $0) })
  }

  /// The proof that the tree of `older` leaves is a prefix of that of `newer` (all where nil).
  ///
  /// - Precondition: `older <= newer`, and both are inside this tree.
  package func consistencyProof(
    from older: UInt64, to newer: UInt64? = nil
  ) -> ConsistencyProof {
    let newer = newer ?? size
    return ConsistencyProof(
      older: older, newer: newer,
      path: Subtree.consistencyPath(from: older, to: newer).map { hash(of: $0) })
  }

  private func hash(of subtree: Subtree) -> Digest {
    precondition(subtree.end <= size, "the tree is shorter than what is asked of it")
    return subtree.hash(hasher: hasher) { node in levels[node.level][Int(node.index)] }
  }
}
