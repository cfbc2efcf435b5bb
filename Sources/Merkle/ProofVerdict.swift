// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What checking a Merkle proof found.
package enum ProofVerdict: Hashable, Sendable {
  /// The proof shows what it claims.
  case valid
  /// The proof shows nothing.
  case invalid(ProofFault)

  /// Whether the proof shows what it claims.
  package var isValid: Bool { self == .valid }
}

/// Why a Merkle proof shows nothing.
package enum ProofFault: Error, Hashable, Sendable {
  /// The leaf lies outside the tree.
  case indexOutsideTree(index: UInt64, size: UInt64)
  /// The older tree is longer than the newer one.
  case olderIsLonger(older: UInt64, newer: UInt64)
  /// The older tree is empty, which is a prefix of every tree and needs no proof.
  case olderIsEmpty
  /// The number of hashes is not that of these sizes.
  case wrongLength(expected: Int, found: Int)
  /// The hashes lead to another root than the one of the tree.
  case wrongRoot
  /// The hashes lead to another root than the one of the older tree.
  case wrongOlderRoot
}

extension ProofFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .indexOutsideTree(let index, let size):
      "entry \(index) is not in a tree of \(size) entries"
    case .olderIsLonger(let older, let newer):
      "the older tree has \(older) entries and the newer only \(newer)"
    case .olderIsEmpty: "the older tree is empty, and that proves nothing"
    case .wrongLength(let expected, let found):
      "the proof has \(found) hashes where these sizes need \(expected)"
    case .wrongRoot: "the proof leads to another root than the tree's"
    case .wrongOlderRoot: "the proof leads to another root than the older tree's"
    }
  }
}
