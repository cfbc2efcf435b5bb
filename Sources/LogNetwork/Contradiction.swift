// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Merkle
package import Primitives
package import Signing

/// Two checkpoints that one log signed and that cannot both be true: a split view.
///
/// It proves itself to anyone who has the log's key, without the log. Two trees of one size have
/// different roots; or the hashes of the larger tree give another root at the smaller size than signed.
package struct Contradiction: Hashable, Sendable {
  /// The largest file that is read, in bytes.
  package static let maximumByteCount = 4 << 20
  private static let format = "cadastre-contradiction/1"

  /// The log's key.
  package let log: NoteVerifier
  /// The note of the smaller tree, or of either.
  package let first: [UInt8]
  /// The note of the larger tree, or of the other.
  package let second: [UInt8]
  /// The hashes of the larger tree's subtrees, split at the smaller size; empty for equal sizes.
  package let hashes: [Digest]

  /// States a contradiction; nothing is checked before `verify`.
  package init(log: NoteVerifier, first: [UInt8], second: [UInt8], hashes: [Digest] = []) {
    self.log = log
    self.first = first
    self.second = second
    self.hashes = hashes
  }

  /// Checks that the log signed both and that they contradict each other.
  ///
  /// - Returns: Both sizes.
  /// - Throws: `NoteError` where one is not the log's, `ContradictionError` where both can be true.
  package func verify() throws -> (first: UInt64, second: UInt64) {
    let older = try Checkpoint(signed: first, by: log)
    let newer = try Checkpoint(signed: second, by: log)
    guard older.size <= newer.size else { throw ContradictionError.wrongOrder }
    if older.size == newer.size {
      guard older.root != newer.root else { throw ContradictionError.noContradiction }
      return (older.size, newer.size)
    }
    guard
      let sequence = SubtreeSequence(older: older.size, newer: newer.size, hashes: hashes)
    else { throw ContradictionError.wrongHashes }
    let roots = sequence.roots(hasher: SHA256Tree())
    guard roots.newer == newer.root else { throw ContradictionError.wrongHashes }
    guard roots.older != older.root else { throw ContradictionError.noContradiction }
    return (older.size, newer.size)
  }

  /// The file form.
  package var json: JSON {
    [
      "format": .string(Self.format), "log": .string(log.text),
      "first": .string(String(decoding: first, as: UTF8.self)),
      "second": .string(String(decoding: second, as: UTF8.self)),
      "hashes": .array(hashes.map { .string($0.hex) }),
    ]
  }

  /// Reads the file form, strictly.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the contradiction")
    _ = try fields.parsed("format", as: "'\(Self.format)'") { $0 == Self.format ? $0 : nil }
    log = try fields.parsed("log", as: "a log's key") { NoteVerifier($0) }
    first = Array(try fields.string("first").utf8)
    second = Array(try fields.string("second").utf8)
    let listed = try fields.array("hashes")
    hashes = listed.compactMap { $0.string.flatMap(Digest.init(hex:)) }
    guard hashes.count == listed.count else {
      throw .wrong(
        name: "hashes", expected: "SHA-256 digests in hex", subject: "the contradiction")
    }
    try fields.finish()
  }
}

/// Why two checkpoints are no contradiction.
package enum ContradictionError: Error, Hashable, Sendable {
  /// Both can be true.
  case noContradiction
  /// The larger stands before the smaller.
  case wrongOrder
  /// The hashes do not give the root of the larger tree.
  case wrongHashes
}

extension ContradictionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noContradiction: "both checkpoints can be true: this shows nothing against the log"
    case .wrongOrder: "the smaller checkpoint must stand first"
    case .wrongHashes: "the hashes are not those of the larger tree: this shows nothing"
    }
  }
}
