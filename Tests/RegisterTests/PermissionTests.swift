// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
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
  var isSuspended = false
}

/// The answer of the naive model: every grant asked one question after the other.
private enum Answer: Hashable {
  case granted(Digest)
  case notRegistered, noGrant, otherPurpose, otherGrantee, otherTerritory, revoked, suspended
  case notInForce, noQuorum, noLicence
}

/// What somebody asks.
private struct Question {
  let work: Int
  let purpose: Purpose
  let asker: Int
  let second: Int64
  let territory: String?
}

/// A register with works of one owner, of two, of a model, and one that is not there.
private struct World {
  static let owners: [Int: [Int: Int64]] = [0: [1: 1], 1: [2: 1], 2: [1: 2, 2: 3], 3: [1: 1]]
  let works = (0..<5).map { testDigest("work \($0)") }
  let collection: Digest
  let model: Digest
  let quorum: Int64
  var ledger: SampleLedger
  var remembered: [Remembered] = []

  init(_ random: inout Philox4x32) throws {
    ledger = try SampleLedger()
    for party in 1...2 { try ledger.join(party) }
    quorum = Int64(random.below(5)) + 1
    try ledger.release(testModel("teacher"))
    model = try #require(ledger.state.models.keys.first)
    try ledger.add(works[0], of: 1)
    try ledger.add(works[1], of: 2)
    try ledger.add(
      works[2], of: 1,
      ownership: try Ownership(
        owners: [
          .init(party: testParty(1), weight: 2), .init(party: testParty(2), weight: 3),
        ], quorum: quorum))
    try ledger.add(works[3], of: 1, generator: model)
    collection = try ledger.collect([works[0], works[2]], by: 1)
  }

  /// Issues, revokes, suspends or resumes something.
  mutating func act(_ random: inout Philox4x32) throws {
    let open = remembered.indices.filter { !remembered[$0].isRevoked }
    if random.below(2) == 0, !open.isEmpty {
      let index = open[Int(random.below(UInt32(open.count)))]
      let (identifier, issuer) = (remembered[index].identifier, remembered[index].issuer)
      if random.below(3) == 0 {
        try ledger.revoke(identifier, by: issuer)
        remembered[index].isRevoked = true
      } else if remembered[index].isSuspended {
        try ledger.resume(identifier, by: issuer)
        remembered[index].isSuspended = false
      } else {
        try ledger.suspend(identifier, by: issuer)
        remembered[index].isSuspended = true
      }
      return
    }
    let start = Int64(random.below(30))
    let (subject, issuer): (GrantSubject, Int)
    switch random.below(7) {
    case 0: (subject, issuer) = (.allWorks, Int(random.below(2)) + 1)
    case 1: (subject, issuer) = (.collection(collection), Int(random.below(2)) + 1)
    case 2: (subject, issuer) = (.model(model), 0)
    default:
      let work = Int(random.below(4))
      subject = .work(works[work])
      issuer = work == 1 ? 2 : work == 2 ? Int(random.below(2)) + 1 : 1
    }
    let terms = GrantTerms.sample(
      subject, to: random.below(3) == 0 ? .party(testParty(Int(random.below(2)) + 1)) : .anyone,
      for: (0...random.below(2)).map { _ in Purpose.allCases[Int(random.below(3))] },
      rate: Int64(random.below(2)), fee: random.below(4) == 0 ? 100 : nil,
      in: random.below(3) == 0 ? ["DE"] : [], from: start,
      until: random.below(3) == 0 ? start + Int64(random.below(20)) : nil)
    remembered.append(
      Remembered(identifier: try ledger.grant(terms, by: issuer), issuer: issuer, terms: terms))
  }

  /// The rules in the words of the design, without an index.
  func answer(_ question: Question) -> Answer {
    guard let owners = Self.owners[question.work] else { return .notRegistered }
    let all = remembered.filter { grant in
      switch grant.terms.subject {
      case .work(let digest): digest == works[question.work]
      case .collection: (question.work == 0 || question.work == 2) && owners[grant.issuer] != nil
      case .allWorks: owners[grant.issuer] != nil
      case .model: false
      }
    }
    let needed = owners.count == 1 ? 1 : quorum
    let answer = narrow(all, question, purpose: question.purpose, needed: needed) {
      owners[$0] ?? 0
    }
    guard case .granted = answer, question.work == 3, question.purpose.changesWeights else {
      return answer
    }
    let licences = remembered.filter { $0.terms.subject == .model(model) }
    let licence = narrow(licences, question, purpose: .distil, needed: 1) { _ in 1 }
    if case .granted = licence { return answer }
    return .noLicence
  }

  private func narrow(
    _ all: [Remembered], _ question: Question, purpose: Purpose, needed: Int64,
    weight: (Int) -> Int64
  ) -> Answer {
    let moment = testMoment(question.second)
    let steps: [(Answer, (Remembered) -> Bool)] = [
      (.noGrant, { _ in true }),
      (.otherPurpose, { $0.terms.purposes.contains(purpose) }),
      (
        .otherGrantee,
        {
          $0.terms.grantee == .anyone || $0.terms.grantee == .party(testParty(question.asker))
        }
      ),
      (
        .otherTerritory,
        { $0.terms.territories.isEmpty || $0.terms.territories.map(\.code) == [question.territory] }
      ),
      (.revoked, { !$0.isRevoked }), (.suspended, { !$0.isSuspended }),
      (
        .notInForce,
        { $0.terms.validFrom <= moment && moment < $0.terms.validUntil ?? .distantEnd }
      ),
    ]
    var left = all
    for (reason, holds) in steps {
      left = left.filter(holds)
      if left.isEmpty { return reason }
    }
    for last in left.reversed() {
      var voices: [Int: Int64] = [:]
      for grant in left
      where grant.terms.rate == last.terms.rate && grant.terms.minimumFee == last.terms.minimumFee {
        voices[grant.issuer] = weight(grant.issuer)
      }
      if voices.values.reduce(0, +) >= needed { return .granted(last.identifier) }
    }
    return .noQuorum
  }
}

extension Timestamp {
  fileprivate static let distantEnd = testMoment(1_000_000)
}

@Suite struct PermissionTests {
  @Test func `Permission is what a plain reading of all grants and revocations says`() throws {
    var counts: [String: Int] = [:]
    for key in 0..<60 {
      var random = Philox4x32(key: UInt64(key), stream: 3)
      var world = try World(&random)
      for _ in 0..<16 {
        try world.act(&random)
        for _ in 0..<30 {
          let question = Question(
            work: Int(random.below(5)), purpose: Purpose.allCases[Int(random.below(3))],
            asker: Int(random.below(2)) + 1, second: Int64(random.below(40)),
            territory: [nil, "DE", "FR"][Int(random.below(3))])
          let expected = world.answer(question)
          let found = Self.answer(
            world.ledger.state.permission(
              for: world.works[question.work], purpose: question.purpose,
              grantee: testParty(question.asker), at: testMoment(question.second),
              in: question.territory.flatMap(Territory.init)))
          #expect(found == expected, "key \(key) \(question)")
          counts[String("\(expected)".prefix(7)), default: 0] += 1
        }
      }
    }
    #expect(counts.count == 11 && counts.values.allSatisfy { $0 > 50 }, "\(counts)")
  }

  private static func answer(_ permission: Permission) -> Answer {
    switch permission {
    case .granted(let grant): .granted(grant.identifier)
    case .notRegistered: .notRegistered
    case .noGrant: .noGrant
    case .otherPurpose: .otherPurpose
    case .otherGrantee: .otherGrantee
    case .otherTerritory: .otherTerritory
    case .revoked: .revoked
    case .suspended: .suspended
    case .notInForce: .notInForce
    case .noQuorum: .noQuorum
    case .noLicenceToDistil: .noLicence
    }
  }
}
