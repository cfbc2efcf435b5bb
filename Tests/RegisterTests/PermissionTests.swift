// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Register
import Signing
import TestSupport
import Testing

/// A grant as the naive model remembers it.
private struct Remembered {
  let identifier: Digest
  let issuer: Int
  let terms: GrantTerms
  var isRevoked = false
}

/// The answer of the naive model: every grant asked one question after the other.
private enum Answer: Equatable {
  case granted(Digest)
  case notRegistered, noGrant, otherPurpose, otherGrantee, notInForce, revoked
}

@Suite struct PermissionTests {
  @Test func `Permission is what a plain reading of all grants and revocations says`() throws {
    var counts: [String: Int] = [:]
    for key in 0..<25 {
      var random = Philox4x32(key: UInt64(key), stream: 3)
      var ledger = try SampleLedger()
      var remembered: [Remembered] = []
      for party in 1...2 { try ledger.join(party) }
      let works = (0..<4).map { testDigest("work \($0)") }
      for (number, work) in works.dropLast().enumerated() {
        try ledger.add(work, of: number % 2 + 1)
      }
      for _ in 0..<14 {
        try Self.act(&random, works: works, on: &ledger, remembering: &remembered)
        for _ in 0..<25 {
          let (work, purpose) = (
            Int(random.below(4)), Purpose.allCases[Int(random.below(3))]
          )
          let (asker, second) = (Int(random.below(3)) + 1, Int64(random.below(40)))
          let expected = Self.answer(
            work: work, works: works, purpose: purpose, asker: asker, second: second, remembered)
          let found = Self.answer(
            ledger.state.permission(
              for: works[work], purpose: purpose, grantee: testParty(asker),
              at: testMoment(second)))
          #expect(found == expected, "key \(key)")
          counts[String("\(expected)".prefix(7)), default: 0] += 1
        }
      }
    }
    #expect(counts.count == 7 && counts.values.allSatisfy { $0 > 50 }, "\(counts)")
  }

  /// Issues a random grant or revokes one.
  private static func act(
    _ random: inout Philox4x32, works: [Digest], on ledger: inout SampleLedger,
    remembering: inout [Remembered]
  ) throws {
    let open = remembering.indices.filter { !remembering[$0].isRevoked }
    if random.below(3) == 0, !open.isEmpty {
      let index = open[Int(random.below(UInt32(open.count)))]
      try ledger.revoke(remembering[index].identifier, by: remembering[index].issuer)
      remembering[index].isRevoked = true
      return
    }
    let work = Int(random.below(3))
    let issuer = work % 2 + 1
    let start = Int64(random.below(30))
    let terms = GrantTerms.sample(
      random.below(3) == 0 ? .allWorks : .work(works[work]),
      to: random.below(3) == 0 ? .anyone : .party(testParty(Int(random.below(3)) + 1)),
      for: (0...random.below(2)).map { _ in Purpose.allCases[Int(random.below(3))] },
      rate: Int64(random.below(1_000_001)), from: start,
      until: random.below(2) == 0 ? start + Int64(random.below(20)) : nil)
    let identifier = try ledger.grant(terms, by: issuer)
    remembering.append(Remembered(identifier: identifier, issuer: issuer, terms: terms))
  }

  /// The rules in the words of the design, without an index.
  private static func answer(
    work: Int, works: [Digest], purpose: Purpose, asker: Int, second: Int64, _ all: [Remembered]
  ) -> Answer {
    guard work < 3 else { return .notRegistered }
    let owner = work % 2 + 1
    var sawAny = false
    var sawPurpose = false
    var sawGrantee = false
    var sawStanding = false
    var last: Digest?
    for grant in all {
      let covers =
        grant.terms.subject == .work(works[work])
        || grant.terms.subject == .allWorks && grant.issuer == owner
      guard covers else { continue }
      sawAny = true
      guard grant.terms.purposes.contains(purpose) else { continue }
      sawPurpose = true
      guard grant.terms.grantee == .anyone || grant.terms.grantee == .party(testParty(asker))
      else { continue }
      sawGrantee = true
      guard !grant.isRevoked else { continue }
      sawStanding = true
      if testMoment(second) < grant.terms.validFrom { continue }
      if let end = grant.terms.validUntil, testMoment(second) >= end { continue }
      last = grant.identifier
    }
    if let last { return .granted(last) }
    if !sawAny { return .noGrant }
    if !sawPurpose { return .otherPurpose }
    if !sawGrantee { return .otherGrantee }
    return sawStanding ? .notInForce : .revoked
  }

  private static func answer(_ permission: Permission) -> Answer {
    switch permission {
    case .granted(let grant): .granted(grant.identifier)
    case .notRegistered: .notRegistered
    case .noGrant: .noGrant
    case .otherPurpose: .otherPurpose
    case .otherGrantee: .otherGrantee
    case .notInForce: .notInForce
    case .revoked: .revoked
    }
  }
}
