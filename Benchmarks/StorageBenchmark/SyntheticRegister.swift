// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
import Primitives
import Register
import Signing
import Storage

/// A register as large as wanted, of which only the projection's rows exist.
///
/// Nothing is signed and no log is written: digests are random numbers that follow from their index.
/// The rows are made by the code that makes those of a real log, and inserted by the same.
struct SyntheticRegister {
  /// How many works, owners and grants there are.
  var works: Int
  var owners: Int
  var grants: Int
  private var parties: [DIDKey] = []

  private static let moment = Timestamp(secondsSinceEpoch: 1_795_219_200)

  /// The moment at which grants stand or have expired.
  static var now: Timestamp { Timestamp(secondsSinceEpoch: moment.secondsSinceEpoch + 1000) }

  init(works: Int, owners: Int, grants: Int) {
    self.works = works
    self.owners = owners
    self.grants = grants
  }

  /// Makes the owners' keys.
  mutating func makeParties() {
    parties = (0..<owners).compactMap { index in
      let number = UInt64(index)
      let seed = (0..<SecretKey.seedByteCount).map {
        UInt8(truncatingIfNeeded: number >> (8 * UInt64($0 % 8)))
      }
      return SecretKey(seed: seed).map { DIDKey($0.publicKey) }
    }
  }

  /// A random number that follows from two others (SplitMix64).
  static func number(_ kind: UInt64, _ index: Int) -> UInt64 {
    var state = kind &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(index)
    state = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB
    return state ^ state >> 31
  }

  private static func digest(_ kind: UInt64, _ index: Int) -> Digest {
    Digest(
      number(4 * kind, index), number(4 * kind + 1, index), number(4 * kind + 2, index),
      number(4 * kind + 3, index))
  }

  /// The digest of a work.
  func work(_ index: Int) -> Digest { Self.digest(1, index) }

  /// The identifier of a grant.
  func grant(_ index: Int) -> Digest { Self.digest(2, index) }

  /// Whose a work is; some own a hundred times as many as others.
  func owner(ofWork index: Int) -> DIDKey {
    let number = Self.number(90, index)
    let spread = number % 10 < 5 ? owners : max(1, owners / 100)
    return parties[Int(number / 10 % UInt64(spread))]
  }

  /// The work that a grant is of.
  func work(ofGrant index: Int) -> Int { Int(Self.number(91, index) % UInt64(works)) }

  /// Whose a grant is: the owner of the work, or anybody for a grant of all works.
  func issuer(ofGrant index: Int) -> DIDKey {
    index.isMultiple(of: 10)
      ? parties[Int(Self.number(94, index) % UInt64(owners))] : owner(ofWork: work(ofGrant: index))
  }

  /// Writes all rows: parties, then works with the grants and revocations among them.
  func write(to path: String, progress: (Int) -> Void) throws {
    let file = try ProjectionFile(creating: path, cacheMebibytes: 512)
    var position = 0
    func add(_ type: String, by signer: DIDKey, _ rows: [ProjectionRows.Row]) throws {
      let entry = ProjectionRows.entry(
        type: type, at: Self.moment, by: signer, leaf: Self.digest(3, position),
        position: Int64(position))
      try file.add(
        [entry] + rows, works: type == "work.registered" ? 1 : 0,
        grants: type == "grant.issued" ? 1 : 0)
      position += 1
    }
    for (index, party) in parties.enumerated() {
      let body = EventBody.partyRegistered(
        PartyRegistration(role: .contributor, name: Self.digest(5, index)))
      try add(
        body.type, by: party, ProjectionRows.rows(of: body, by: party, at: Int64(position)))
    }
    for index in 0..<works {
      let owner = owner(ofWork: index)
      let body = EventBody.workRegistered(
        WorkRegistration(
          work: work(index), byteCount: Int64(1 + Self.number(92, index) % 1_000_000),
          title: Self.digest(6, index), fingerprint: Self.digest(7, index)))
      try add(
        body.type, by: owner, ProjectionRows.rows(of: body, by: owner, at: Int64(position)))
      if (index + 1).isMultiple(of: 250_000) { progress(index + 1) }
    }
    for index in 0..<grants {
      let owner = issuer(ofGrant: index)
      try add(
        "grant.issued", by: owner,
        ProjectionRows.rows(
          of: terms(ofGrant: index), identifier: grant(index), issuer: owner, status: nil,
          at: Int64(position)))
      guard index.isMultiple(of: 100) else { continue }
      let body = EventBody.grantRevoked(GrantReference(grant: grant(index)))
      try add(
        body.type, by: owner, ProjectionRows.rows(of: body, by: owner, at: Int64(position)))
    }
    try file.commit(ProjectionPosition(size: position, root: Self.digest(8, position)))
  }

  /// The state that the projection says it stands for.
  var position: ProjectionPosition {
    let size = owners + works + grants + (grants + 99) / 100
    return ProjectionPosition(size: size, root: Self.digest(8, size))
  }

  /// Nine in ten grants are of one work, the rest of all works of an owner.
  private func terms(ofGrant index: Int) -> GrantTerms {
    let number = Self.number(93, index)
    let purposes = Purpose.allCases.enumerated().filter { number >> UInt64($0.offset) & 3 == 0 }
    let end = Timestamp(
      secondsSinceEpoch: Self.moment.secondsSinceEpoch + Int64(number >> 16 % 2000))
    return GrantTerms(
      subject: index.isMultiple(of: 10) ? .allWorks : .work(work(work(ofGrant: index))),
      grantee: number % 3 == 0 ? .anyone : .party(parties[Int(number / 3 % 100) % owners]),
      purposes: purposes.isEmpty ? [.train] : purposes.map(\.element), rate: .whole,
      validFrom: Self.moment, validUntil: number % 7 == 0 ? end : nil)
  }

  /// Adds works in one durable transaction, as an append does.
  func append(_ count: Int, after state: ProjectionPosition, to path: String) throws
    -> ProjectionPosition
  {
    let file = try ProjectionFile(opening: path)
    for index in state.size..<state.size + count {
      let owner = owner(ofWork: index)
      let body = EventBody.workRegistered(
        WorkRegistration(
          work: Self.digest(9, index), byteCount: 1, title: Self.digest(6, index),
          fingerprint: Self.digest(7, index)))
      let entry = ProjectionRows.entry(
        type: body.type, at: Self.moment, by: owner, leaf: Self.digest(3, index),
        position: Int64(index))
      try file.add(
        [entry] + ProjectionRows.rows(of: body, by: owner, at: Int64(index)), works: 1)
    }
    let next = ProjectionPosition(
      size: state.size + count, root: Self.digest(8, state.size + count))
    try file.commit(next)
    return next
  }
}
