// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Signing

/// Who owns a work together, in which parts, and how much of it must agree to a use.
///
/// A grant is the voice of one owner and counts with that owner's weight. A use is allowed where the
/// standing voices that agree on the money reach the quorum.
package struct Ownership: Hashable, Sendable {
  /// One owner and the weight of its part.
  package struct Owner: Hashable, Sendable {
    /// The party.
    package let party: DIDKey
    /// Its part of the sum of all weights, in money and in voice.
    package let weight: Int64

    /// Pairs a party with a weight.
    package init(party: DIDKey, weight: Int64) {
      self.party = party
      self.weight = weight
    }
  }

  /// The owners in the order of their keys, at least two.
  package let owners: [Owner]
  /// The sum of weights that must agree, from one to all of it.
  package let quorum: Int64

  /// The most owners a work has.
  package static let maximumOwners = 64
  /// The largest weight of one owner.
  package static let maximumWeight: Int64 = 1_000_000

  /// The sum of all weights.
  package var total: Int64 { owners.reduce(0) { $0 + $1.weight } }

  /// Collects owners in any order.
  ///
  /// - Parameters:
  ///   - owners: Two or more, each once.
  ///   - quorum: The weight that must agree; nil for all of it.
  /// - Throws: `OwnershipError`.
  package init(owners: [Owner], quorum: Int64? = nil) throws(OwnershipError) {
    guard (2...Self.maximumOwners).contains(owners.count) else {
      throw .ownerCount(owners.count)
    }
    guard owners.allSatisfy({ (1...Self.maximumWeight).contains($0.weight) }) else {
      throw .weight
    }
    self.owners = owners.sorted { $0.party < $1.party }
    guard zip(self.owners, self.owners.dropFirst()).allSatisfy({ $0.party < $1.party }) else {
      throw .ownerTwice
    }
    let total = owners.reduce(Int64(0)) { $0 + $1.weight }
    self.quorum = quorum ?? total
    guard (1...total).contains(self.quorum) else { throw .quorum(self.quorum, total: total) }
  }

  /// Reads the members `owners` and `quorum` of a registration.
  init(owners: [JSON], quorum: Int64) throws {
    let read = try owners.map { value in
      var fields = try JSONFields(value, of: "an owner")
      let owner = Owner(
        party: try fields.parsed("party", as: "a did:key", DIDKey.init),
        weight: try fields.integer("weight", in: 1...Self.maximumWeight))
      try fields.finish()
      return owner
    }
    try self.init(owners: read, quorum: quorum)
  }

  /// The list of owners in a registration.
  var json: JSON {
    .array(owners.map { ["party": .string($0.party.text), "weight": .integer($0.weight)] })
  }

  /// A party's weight; zero where it owns nothing of the work.
  package func weight(of party: DIDKey) -> Int64 {
    owners.first { $0.party == party }?.weight ?? 0
  }
}

/// Why parties cannot own a work in that way.
package enum OwnershipError: Error, Hashable, Sendable {
  case ownerCount(Int)
  case ownerTwice
  case weight
  case quorum(Int64, total: Int64)
}

extension OwnershipError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .ownerCount(let count):
      "\(count) owners: a work that is owned together has 2 to \(Ownership.maximumOwners)"
    case .ownerTwice: "an owner is named twice: give each one weight"
    case .weight: "an owner's weight is a whole number from 1 to \(Ownership.maximumWeight)"
    case .quorum(let quorum, let total):
      "a quorum of \(quorum) is not among the \(total) parts: give a number from 1 to \(total)"
    }
  }
}
