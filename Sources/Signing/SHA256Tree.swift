// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Merkle
package import Primitives

/// The tree hash of RFC 6962 and RFC 9162 with SHA-256.
package struct SHA256Tree: TreeHasher {
  /// The one value there is.
  package init() {}

  package func leaf(_ entry: [UInt8]) -> Digest {
    entry.withUnsafeBytes { SHA256.digest(prefix: 0, $0) }
  }

  package func node(_ left: Digest, _ right: Digest) -> Digest {
    let words = (
      left.word0.bigEndian, left.word1.bigEndian, left.word2.bigEndian, left.word3.bigEndian,
      right.word0.bigEndian, right.word1.bigEndian, right.word2.bigEndian, right.word3.bigEndian
    )
    return withUnsafeBytes(of: words) { SHA256.digest(prefix: 1, $0) }
  }

  package var emptyRoot: Digest { SHA256.digest([]) }
}
