// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Merkle
package import Primitives
import Signing

/// `collection.declared`: one part of the list of works that a Merkle root stands for.
///
/// Signed by an owner of all of them. A log entry takes about 950 works, so that a larger collection
/// comes in several parts, in order; it is there when the last part makes the root.
package struct CollectionDeclaration: Sendable {
  /// The collection: the RFC 6962 root over the digests of its works in ascending order.
  package let root: Digest
  /// How many works the whole collection has.
  package let count: Int64
  /// How many of them earlier parts listed.
  package let first: Int64
  /// The works of this part, in ascending order.
  package let works: [Digest]

  /// The most works one part lists: 67 bytes each in an entry of 64 KiB.
  package static let maximumWorks = 900

  /// Cuts a collection into its parts.
  ///
  /// - Parameter works: At least one work, in any order, each once or more.
  /// - Returns: The parts in order, all with the same root.
  package static func parts(of works: some Sequence<Digest>) -> [CollectionDeclaration] {
    let sorted = Set(works).sorted()
    precondition(!sorted.isEmpty, "a collection has at least one work")
    let root = root(of: sorted)
    return stride(from: 0, to: sorted.count, by: maximumWorks).map { start in
      CollectionDeclaration(
        root: root, count: Int64(sorted.count), first: Int64(start),
        works: Array(sorted[start..<min(start + maximumWorks, sorted.count)]))
    }
  }

  /// The root over works in ascending order.
  package static func root(of sorted: [Digest]) -> Digest {
    SHA256Tree().root(of: sorted.map { SHA256Tree().leaf($0.bytes) })
  }

  private init(root: Digest, count: Int64, first: Int64, works: [Digest]) {
    self.root = root
    self.count = count
    self.first = first
    self.works = works
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "collection.declared")
    root = try fields.parsed("root", as: "a SHA-256 digest", Digest.init(hex:))
    count = try fields.integer("count", in: 1...JSON.largestExactInteger)
    first = try fields.integer("first", in: 0...count - 1)
    let listed = try fields.array("works")
    works = listed.compactMap { $0.string.flatMap(Digest.init(hex:)) }
    try fields.finish()
    guard works.count == listed.count, (1...Self.maximumWorks).contains(works.count),
      zip(works, works.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw .wrong(
        name: "works", expected: "1 to \(Self.maximumWorks) SHA-256 digests in ascending order",
        subject: "collection.declared")
    }
  }

  var payload: JSON {
    [
      "root": .string(root.hex), "count": .integer(count), "first": .integer(first),
      "works": .array(works.map { .string($0.hex) }),
    ]
  }
}
