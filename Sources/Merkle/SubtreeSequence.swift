// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The perfect subtrees of a tree from the left, split at a smaller size: what both trees have in
/// common, if the smaller one is a prefix of the larger at all.
///
/// Unlike a `ConsistencyProof` it shows both roots without being told either. So it shows also that
/// two signed roots cannot both be true: the larger comes out as signed and the smaller does not.
package struct SubtreeSequence: Hashable, Sendable {
  /// The number of entries of the smaller tree; at least one.
  package let older: UInt64
  /// The number of entries of the larger tree.
  package let newer: UInt64
  /// The hashes of the smaller tree's perfect subtrees, then of those between both sizes.
  package let hashes: [Digest]

  /// Puts a sequence together; nil where the number of hashes is not that of these sizes.
  package init?(older: UInt64, newer: UInt64, hashes: [Digest]) {
    guard older > 0, older <= newer, hashes.count == Self.nodes(older, newer).count else {
      return nil
    }
    self.older = older
    self.newer = newer
    self.hashes = hashes
  }

  /// The subtrees whose hashes are needed, from the left.
  ///
  /// - Precondition: `older` is at least one and at most `newer`.
  package static func nodes(_ older: UInt64, _ newer: UInt64) -> [TreeNode] {
    var nodes = Subtree(0, older).nodes
    var begin = older
    // Between the sizes subtrees grow and shrink again: each as large as its place and the end allow.
    while begin < newer {
      let level = min(
        begin.trailingZeroBitCount, UInt64.bitWidth - 1 - (newer - begin).leadingZeroBitCount)
      nodes.append(TreeNode(level: level, index: begin >> UInt64(level)))
      begin += 1 << UInt64(level)
    }
    return nodes
  }

  /// The roots of both trees.
  package func roots(hasher: some TreeHasher) -> (older: Digest, newer: Digest) {
    let nodes = Self.nodes(older, newer)
    let count = Subtree(0, older).nodes.count
    var stack: [(node: TreeNode, hash: Digest)] = []
    var olderRoot = hasher.emptyRoot
    for (place, node) in nodes.enumerated() {
      var (node, hash) = (node, hashes[place])
      while let left = stack.last, left.node.level == node.level, node.index & 1 == 1 {
        stack.removeLast()
        hash = hasher.node(left.hash, hash)
        node = TreeNode(level: node.level + 1, index: node.index >> 1)
      }
      stack.append((node, hash))
      if place == count - 1 { olderRoot = Self.fold(stack.map(\.hash), hasher) }
    }
    return (olderRoot, Self.fold(stack.map(\.hash), hasher))
  }

  private static func fold(_ hashes: [Digest], _ hasher: some TreeHasher) -> Digest {
    guard var hash = hashes.last else { return hasher.emptyRoot }
    for left in hashes.dropLast().reversed() { hash = hasher.node(left, hash) }
    return hash
  }
}
