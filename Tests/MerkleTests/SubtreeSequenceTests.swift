// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import Testing

@Suite struct SubtreeSequenceTests {
  private static let hasher = SHA256Tree()
  private static let tree = MerkleTree(
    hasher: hasher, entries: (0..<600).map { Array("entry \($0)".utf8) })

  /// The hash of a node by the definition of the tree.
  private static func hash(_ node: TreeNode) -> Digest {
    let first = Int(node.index) << node.level
    return hasher.root(
      of: (first..<first + 1 << node.level).map { hasher.leaf(Array("entry \($0)".utf8)) })
  }

  private func check(_ older: UInt64, _ newer: UInt64) throws {
    let nodes = SubtreeSequence.nodes(older, newer)
    #expect(nodes.count <= 3 * 64)
    let sequence = try #require(
      SubtreeSequence(older: older, newer: newer, hashes: nodes.map(Self.hash)))
    let roots = sequence.roots(hasher: Self.hasher)
    #expect(roots.older == Self.tree.root(at: older), "\(older) of \(newer)")
    #expect(roots.newer == Self.tree.root(at: newer), "\(newer) from \(older)")
  }

  @Test func `Both roots come out for all sizes of small trees`() throws {
    for newer in 1...UInt64(33) {
      for older in 1...newer { try check(older, newer) }
    }
  }

  @Test func `Both roots come out for larger trees`() throws {
    var random = Philox4x32(key: 12, stream: 0)
    for _ in 0..<60 {
      let newer = 1 + UInt64(random.below(600))
      try check(1 + UInt64(random.below(UInt32(newer))), newer)
    }
  }

  @Test func `The parts follow one another without a gap, to the largest sizes`() {
    var random = Philox4x32(key: 13, stream: 0)
    func large() -> UInt64 { random.next() }
    for _ in 0..<500 {
      let newer = max(1, large() >> UInt64(1 + random.below(63)))
      let older = 1 + large() % newer
      var end: UInt64 = 0
      for node in SubtreeSequence.nodes(older, newer) {
        #expect(node.index << UInt64(node.level) == end)
        end += 1 << UInt64(node.level)
      }
      #expect(end == newer)
    }
  }

  @Test func `Any one other hash gives another root, a wrong number of them nothing`() throws {
    let nodes = SubtreeSequence.nodes(300, 577).map(Self.hash)
    for place in nodes.indices {
      var altered = nodes
      altered[place] = SHA256.digest("other")
      let sequence = try #require(SubtreeSequence(older: 300, newer: 577, hashes: altered))
      #expect(sequence.roots(hasher: Self.hasher).newer != Self.tree.root(at: 577))
    }
    #expect(SubtreeSequence(older: 300, newer: 577, hashes: nodes.dropLast()) == nil)
    #expect(SubtreeSequence(older: 0, newer: 5, hashes: []) == nil)
    #expect(SubtreeSequence(older: 6, newer: 5, hashes: nodes) == nil)
  }
}
