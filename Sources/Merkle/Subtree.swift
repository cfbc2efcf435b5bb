// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// A perfect subtree: the leaves `index << level ..< (index + 1) << level`.
package struct TreeNode: Hashable, Sendable {
  /// The height above the leaves, from 0 to 63.
  package var level: Int
  /// The position among the nodes of that level, from the left.
  package var index: UInt64

  /// Names the node.
  package init(level: Int, index: UInt64) {
    self.level = level
    self.index = index
  }
}

/// A run of leaves that the recursion of RFC 9162 section 2.1.1 hashes as one subtree.
///
/// `begin` is a multiple of the smallest power of two not below the length; the right end may be
/// ragged. What a proof consists of is stated in subtrees; where their hashes come from (memory,
/// tiles) is the caller's business.
package struct Subtree: Hashable, Sendable {
  /// The first leaf.
  package let begin: UInt64
  /// One past the last leaf; greater than `begin`.
  package let end: UInt64

  init(_ begin: UInt64, _ end: UInt64) {
    self.begin = begin
    self.end = end
  }

  /// The whole tree of `size` leaves, at least one.
  package init(size: UInt64) {
    precondition(size > 0, "the empty tree has no subtree")
    self.init(0, size)
  }

  /// The perfect subtrees that make this one, from the left, largest first; at most 64.
  package var nodes: [TreeNode] {
    var nodes: [TreeNode] = []
    var position = begin
    while position < end {
      let level = UInt64.bitWidth - 1 - (end - position).leadingZeroBitCount
      nodes.append(TreeNode(level: level, index: position >> UInt64(level)))
      position += 1 << UInt64(level)
    }
    return nodes
  }

  /// The hash of the subtree from those of its perfect parts.
  package func hash<Failure: Error>(
    hasher: some TreeHasher, hashOf: (TreeNode) throws(Failure) -> Digest
  ) throws(Failure) -> Digest {
    var result: Digest?
    for node in nodes.reversed() {
      let left = try hashOf(node)
      result = result.map { hasher.node(left, $0) } ?? left
    }
    return result ?? hasher.emptyRoot
  }

  /// The two halves by the rule of the tree: the left one is the largest power of two below.
  private var split: UInt64 {
    let count = end - begin
    return begin + 1 << UInt64(UInt64.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  /// The subtrees on an inclusion proof, the leaf's sibling first (RFC 9162 section 2.1.3.1).
  ///
  /// - Precondition: `index < size`.
  package static func inclusionPath(index: UInt64, size: UInt64) -> [Subtree] {
    precondition(index < size, "a leaf outside the tree has no path")
    var path: [Subtree] = []
    var current = Subtree(0, size)
    while current.end - current.begin > 1 {
      let middle = current.split
      let (left, right) = (Subtree(current.begin, middle), Subtree(middle, current.end))
      path.append(index < middle ? right : left)
      current = index < middle ? left : right
    }
    return path.reversed()
  }

  /// The subtrees on a consistency proof, lowest first (RFC 9162 section 2.1.4.1).
  ///
  /// Empty where the older tree is empty or both are the same.
  ///
  /// - Precondition: `older <= newer`.
  package static func consistencyPath(from older: UInt64, to newer: UInt64) -> [Subtree] {
    precondition(older <= newer, "a tree is not consistent with a later one")
    guard older > 0, older < newer else { return [] }
    var path: [Subtree] = []
    var current = Subtree(0, newer)
    while current.end > older {
      let middle = current.split
      let (left, right) = (Subtree(current.begin, middle), Subtree(middle, current.end))
      path.append(older <= middle ? right : left)
      current = older <= middle ? left : right
    }
    // The verifier knows the root of the older tree already where it is one perfect subtree.
    if current.begin > 0 { path.append(current) }
    return path.reversed()
  }
}
