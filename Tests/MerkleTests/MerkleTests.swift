// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import Testing

@Suite struct MerkleTests {
  private static let hasher = SHA256Tree()

  /// The definition of RFC 9162 section 2.1.1, word for word.
  private static func naiveRoot(_ leaves: ArraySlice<Digest>) -> Digest {
    guard let first = leaves.first else { return hasher.emptyRoot }
    if leaves.count == 1 { return first }
    var half = 1
    while half * 2 < leaves.count { half *= 2 }
    let middle = leaves.startIndex + half
    return hasher.node(naiveRoot(leaves[..<middle]), naiveRoot(leaves[middle...]))
  }

  /// PATH(m, D_n) of section 2.1.3.1.
  private static func naivePath(_ index: Int, _ leaves: ArraySlice<Digest>) -> [Digest] {
    if leaves.count == 1 { return [] }
    var half = 1
    while half * 2 < leaves.count { half *= 2 }
    let (left, right) = (leaves.prefix(half), leaves.dropFirst(half))
    return index < half
      ? naivePath(index, left) + [naiveRoot(right)]
      : naivePath(index - half, right) + [naiveRoot(left)]
  }

  /// SUBPROOF(m, D_n, b) of section 2.1.4.1.
  private static func naiveSubproof(
    _ older: Int, _ leaves: ArraySlice<Digest>, _ isComplete: Bool
  ) -> [Digest] {
    if older == leaves.count { return isComplete ? [] : [naiveRoot(leaves)] }
    var half = 1
    while half * 2 < leaves.count { half *= 2 }
    let (left, right) = (leaves.prefix(half), leaves.dropFirst(half))
    return older <= half
      ? naiveSubproof(older, left, isComplete) + [naiveRoot(right)]
      : naiveSubproof(older - half, right, false) + [naiveRoot(left)]
  }

  @Test func `Roots and proofs are those of the definition, for sizes 0 to 300`() {
    let leaves = (0..<300).map { Self.hasher.leaf(Array("leaf \($0)".utf8)) }
    let tree = MerkleTree(hasher: Self.hasher, leafHashes: leaves)
    var range = CompactRange(hasher: Self.hasher)
    var random = Philox4x32(key: 1, stream: 0)
    for size in 0...300 {
      let part = leaves.prefix(size)
      let root = Self.naiveRoot(part)
      #expect(tree.root(at: UInt64(size)) == root)
      #expect(range.root == root)
      #expect(
        CompactRange(hasher: Self.hasher, size: UInt64(size), hashes: range.hashes)?.root == root)
      if size < 300 { range.append(leaves[size]) }
      guard size > 0 else { continue }
      let index = Int(random.below(UInt32(size)))
      let inclusion = tree.inclusionProof(of: UInt64(index), at: UInt64(size))
      #expect(inclusion.path == Self.naivePath(index, part))
      #expect(
        inclusion.verify(leafHash: leaves[index], root: root, hasher: Self.hasher) == .valid)
      let older = Int(random.below(UInt32(size))) + 1
      let consistency = tree.consistencyProof(from: UInt64(older), to: UInt64(size))
      #expect(consistency.path == Self.naiveSubproof(older, part, true))
      #expect(
        consistency.verify(
          olderRoot: Self.naiveRoot(leaves.prefix(older)), newerRoot: root, hasher: Self.hasher)
          == .valid)
    }
  }

  @Test func `A proof with any one thing changed is refused`() {
    let leaves = (0..<90).map { Self.hasher.leaf([UInt8($0)]) }
    let tree = MerkleTree(hasher: Self.hasher, leafHashes: leaves)
    var random = Philox4x32(key: 2, stream: 0)
    for _ in 0..<500 {
      let size = UInt64(random.below(89)) + 2
      let index = UInt64(random.below(UInt32(size)))
      let root = tree.root(at: size)
      var proof = tree.inclusionProof(of: index, at: size)
      let choice = random.below(5)
      switch choice {
      case 0: proof.index = (index + 1 + UInt64(random.below(UInt32(size - 1)))) % size
      case 1: proof.path.removeLast()
      case 2: proof.path.append(root)
      case 3: proof.path[Int(random.below(UInt32(proof.path.count)))].word2 ^= 1
      default: proof.index = size + UInt64(random.below(3))
      }
      let verdict = proof.verify(
        leafHash: leaves[Int(index)], root: root, hasher: Self.hasher)
      #expect(!verdict.isValid, "inclusion, change \(choice), entry \(index) of \(size)")

      let older = UInt64(random.below(UInt32(size - 1))) + 1
      var consistency = tree.consistencyProof(from: older, to: size)
      var olderRoot = tree.root(at: older)
      switch random.below(4) {
      case 0: olderRoot.word3 ^= 1
      case 1: consistency.path.removeLast()
      case 2: consistency.path.append(root)
      default: consistency.path[Int(random.below(UInt32(consistency.path.count)))].word0 ^= 4
      }
      #expect(
        !consistency.verify(olderRoot: olderRoot, newerRoot: root, hasher: Self.hasher).isValid)
    }
  }

  @Test func `Sizes at the end of the number range neither trap nor verify`() {
    let hash = Self.hasher.emptyRoot
    for size: UInt64 in [.max, .max - 1, 1 << 63, 1 << 63 + 1] {
      let inclusion = InclusionProof(index: size - 1, size: size, path: [])
      #expect(!inclusion.verify(leafHash: hash, root: hash, hasher: Self.hasher).isValid)
      let path = [Digest](repeating: hash, count: 64)
      for older: UInt64 in [1, size / 2, size - 1] {
        let consistency = ConsistencyProof(older: older, newer: size, path: path)
        #expect(
          !consistency.verify(olderRoot: hash, newerRoot: hash, hasher: Self.hasher).isValid)
      }
    }
  }

  @Test(arguments: [
    (1, "ZS/FfzhVtVBkbrnwDqX6VNaKxcfMfMhnzkC5BN7o3mQ="),
    (2, "L/aU1deAbWO1S09fDkA4MvhZ+UkpUbQmA+NasOAjqxo="),
    (3, "Ixpumg3d327KjiTq9FC9W+FPqTwlNZrD7eOIoRzREL0="),
    (255, "gOqb+p0y6z7C8x6lJnyKnOMYxTNmZaeI6h3bpXI/G9w="),
    (256, "xXr6bV4BepP7IfGVvVTRK5XXO0PcPZXtoVlBNtFgJ/g="),
    (257, "HyjRNIp/W2p1tRlKm2NhTWHdPuYLcEQBysaZKmZkPgA="),
    (511, "ws9mpRzYcJgjNvDbvHN12oIR7IYqN446Tc8Hkchl5Yk="),
    (512, "F1DGGKEoHMUV+odxDTqhxgw6fgoFGavxnf+BOHW9xs4="),
    (65_535, "64qA0Urs7MukpMiI529QvYN3HsP2ZiL14wFdlHj07fM="),
    (65_536, "QTlTcTh8uRSAgrxtPFjwzFG6lvnBeQTWZrEtQD+3SdM="),
    (65_537, "4cWznVKztOuzAJ8PcY8B8yGgjpIXb8lw+T2d1wEq18E="),
    (70_000, "EOKES+WPYDBHHMKbnRdNvvg+n8y+j/U3sXhyv6AD2g8="),
  ])
  func `Roots agree with those of two other implementations`(size: Int, root: String) {
    var range = CompactRange(hasher: Self.hasher)
    for index in 0..<size {
      range.append(Self.hasher.leaf(Array(#"{"n":\#(index),"type":"consent.granted"}"#.utf8)))
    }
    #expect(Base64.encode(range.root.bytes) == root)
  }
}
