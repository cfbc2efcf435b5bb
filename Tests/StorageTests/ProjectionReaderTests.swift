// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Money
import Primitives
import Register
import Signing
import Storage
import TestSupport
import Testing

/// What the projection answers, beside what a search of the folded log finds.
@Suite struct ProjectionReaderTests {
  /// A register of some hundred events, with titles for most of its works.
  private struct Library {
    var ledger: SampleLedger
    var titles: [Digest: Commitment] = [:]

    private var works: [(digest: Digest, owners: [Int])] = []
    private var collections: [(root: Digest, party: Int)] = []

    init() throws {
      ledger = try SampleLedger()
      var random = Philox4x32(key: 77, stream: 0)
      for party in 1...6 { try ledger.join(party) }
      for number in 0..<400 {
        let party = 1 + Int(random.below(6))
        switch random.below(12) {
        case 0..<4: try grant(by: party, &random)
        case 4, 5: try change(&random)
        case 6: try collect(by: party, &random)
        default: try add(number, of: party, &random)
        }
      }
    }

    private mutating func add(
      _ number: Int, of party: Int, _ random: inout Philox4x32
    ) throws {
      let digest = testDigest("work \(number)")
      let words = ["Rose", "rose", "LETTER", "Ode", "ode to a rose"]
      let title = openingOf("\(words[Int(random.below(5))]) \(random.below(9))", number)
      if random.below(8) > 0 { titles[title.digest] = title }
      var owners = [party]
      if random.below(3) == 0 { owners.append(1 + party % 6) }
      let ownership =
        owners.count == 1
        ? nil
        : try Ownership(
          owners: owners.map {
            Ownership.Owner(party: testParty($0), weight: 1 + Int64(random.below(5)))
          })
      try ledger.append(
        .workRegistered(
          WorkRegistration(
            work: digest, byteCount: Int64(1 + random.below(20)), title: title.digest,
            fingerprint: testDigest("f"), ownership: ownership)), by: party)
      works.append((digest, owners))
    }

    private mutating func collect(by party: Int, _ random: inout Philox4x32) throws {
      let own = works.filter { $0.owners.contains(party) && random.below(3) == 0 }.map(\.digest)
      guard own.count > 1, ledger.state.collections.count < 12 else { return }
      collections.append((try ledger.collect(own, by: party), party))
    }

    private mutating func grant(by party: Int, _ random: inout Philox4x32) throws {
      let own = works.filter { $0.owners.contains(party) }
      var subject = GrantSubject.allWorks
      switch random.below(6) {
      case 0: break
      case 1 where !collections.isEmpty:
        subject = .collection(collections[Int(random.below(UInt32(collections.count)))].root)
      default:
        if !own.isEmpty { subject = .work(own[Int(random.below(UInt32(own.count)))].digest) }
      }
      let purposes = Purpose.allCases.filter { _ in random.below(3) == 0 }
      var terms = GrantTerms.sample(
        subject, to: random.below(2) == 0 ? .anyone : .party(testParty(Int(random.below(4)))),
        for: purposes.isEmpty ? [.train] : purposes, rate: Int64(random.below(1_000_000)),
        from: Int64(random.below(100)),
        until: random.below(3) == 0 ? Int64(200 + random.below(200)) : nil)
      if random.below(3) == 0 {
        terms.minimumFee = Amount(minorUnits: 250, currency: testCurrency("EUR"))
      }
      if random.below(3) == 0 { terms.territories = ["AT", "DE"].compactMap(Territory.init) }
      terms.derivativesInherit = random.below(2) == 0
      try ledger.grant(terms, by: party)
    }

    private mutating func change(_ random: inout Philox4x32) throws {
      guard !ledger.state.grants.isEmpty else { return }
      let grant = ledger.state.grants[Int(random.below(UInt32(ledger.state.grants.count)))]
      let issuer = (1...6).first { testParty($0) == grant.grant.issuer }
      guard grant.revokedAt == nil, let issuer else { return }
      if random.below(3) == 0 {
        try ledger.revoke(grant.identifier, by: issuer)
      } else if grant.suspendedAt == nil {
        try ledger.suspend(grant.identifier, by: issuer)
      } else {
        try ledger.resume(grant.identifier, by: issuer)
      }
    }
  }

  private static let library = Result<Library, any Error> { try Library() }
  private static let moment = testMoment(300)

  private let directory: TemporaryDirectory
  private let path: String
  private let library: Library

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/register.sqlite"
    library = try Self.library.get()
    try Projection.write(library.ledger.events, at: library.ledger.position, to: path)
    try OpeningStore(path: openings, readOnly: false).add(Array(library.titles.values))
  }

  private var openings: String { directory.path + "/openings.sqlite" }

  private func reader() throws -> ProjectionReader {
    try ProjectionReader(path: path, at: library.ledger.position, openings: openings)
  }

  /// Reads a list page by page, checking that each page but the last is full.
  private func pages<Item>(
    of limit: Int, _ page: (Int?) throws -> ProjectionPage<Item>
  ) throws -> [Item] {
    var (items, after): ([Item], Int?) = ([], nil)
    repeat {
      let part = try page(after)
      if part.next != nil { #expect(part.items.count == limit) }
      items += part.items
      after = part.next
    } while after != nil
    return items
  }

  private func stands(_ grant: RegisterState.IssuedGrant) -> Bool {
    state(of: grant) == .standing
  }

  private func state(of grant: RegisterState.IssuedGrant) -> GrantState {
    if grant.revokedAt != nil { return .revoked }
    if let end = grant.grant.terms.validUntil, end <= Self.moment { return .expired }
    return grant.suspendedAt != nil ? .suspended : .standing
  }

  private func covers(_ grant: RegisterState.IssuedGrant, _ work: RegisterState.Work) -> Bool {
    guard work.weight(of: grant.grant.issuer) > 0 else { return false }
    switch grant.grant.terms.subject {
    case .allWorks: return true
    case .work(let digest): return digest == work.registration.work
    case .collection(let root):
      return library.ledger.state.collections[root]?.works.contains(work.registration.work) == true
    case .model: return false
    }
  }

  @Test(arguments: WorkOrder.allCases)
  func `Works are found as a search of the folded log finds them`(_ order: WorkOrder) throws {
    let reader = try reader()
    let state = library.ledger.state
    var random = Philox4x32(key: 5, stream: UInt64(order.rawValue.count))
    var answers = 0
    for _ in 0..<60 {
      var filter = WorkFilter()
      if random.below(2) == 0 { filter.owner = testParty(Int(random.below(7))) }
      if random.below(3) == 0 {
        filter.title = ["rose", "ODE", "7", "none such"][Int(random.below(4))]
      }
      switch random.below(4) {
      case 0: filter.coverage = .ungranted
      case 1: filter.coverage = .granted(Purpose.allCases[Int(random.below(6))])
      default: break
      }
      let limit = 1 + Int(random.below(12))
      let found = try pages(of: limit) {
        try reader.works(filter, by: order, limit: limit, after: $0, at: Self.moment)
      }
      let expected = expectedWorks(filter, by: order, in: state)
      #expect(found.map(\.digest) == expected.map(\.registration.work), "\(filter)")
      answers += expected.count
      if let count = try reader.count(filter, at: Self.moment), order == .position {
        #expect(count == expected.count)
      }
    }
    #expect(answers > 300, "the questions have answers")
  }

  private func expectedWorks(
    _ filter: WorkFilter, by order: WorkOrder, in state: RegisterState
  ) -> [RegisterState.Work] {
    func title(_ work: RegisterState.Work) -> String? {
      library.titles[work.registration.title]?.value
    }
    let works = state.works.values.filter { work in
      if let owner = filter.owner, work.weight(of: owner) == 0 { return false }
      if order == .title, title(work) == nil { return false }
      if let text = filter.title {
        guard title(work)?.lowercased().contains(text.lowercased()) == true else { return false }
      }
      let covering = state.grants.filter { stands($0) && covers($0, work) }
      switch filter.coverage {
      case .ungranted: return covering.isEmpty
      case .granted(let purpose):
        return covering.contains { $0.grant.terms.purposes.contains(purpose) }
      case nil: return true
      }
    }
    return works.sorted { one, two in
      switch order {
      case .position: break
      case .bytes where one.registration.byteCount != two.registration.byteCount:
        return one.registration.byteCount < two.registration.byteCount
      case .title where title(one) != title(two):
        return (title(one) ?? "").utf8.lexicographicallyPrecedes((title(two) ?? "").utf8)
      default: break
      }
      return one.position < two.position
    }
  }

  @Test func `Grants are found as a search of the folded log finds them`() throws {
    let reader = try reader()
    let folded = library.ledger.state
    let works = folded.works.values.sorted { $0.position < $1.position }
    var random = Philox4x32(key: 6, stream: 0)
    var answers = 0
    for _ in 0..<200 {
      var filter = GrantFilter()
      if random.below(3) == 0 { filter.issuer = testParty(Int(random.below(7))) }
      let work = works[Int(random.below(UInt32(works.count)))]
      if random.below(3) == 0 { filter.work = work.registration.work }
      switch random.below(4) {
      case 0: filter.grantee = .anyone
      case 1: filter.grantee = .party(testParty(Int(random.below(5))))
      default: break
      }
      if random.below(2) == 0 { filter.purpose = Purpose.allCases[Int(random.below(6))] }
      if random.below(2) == 0 { filter.state = GrantState.allCases[Int(random.below(4))] }
      let limit = 1 + Int(random.below(9))
      let found = try pages(of: limit) {
        try reader.grants(filter, limit: limit, after: $0, at: Self.moment)
      }
      let expected = folded.grants.filter { grant in
        let terms = grant.grant.terms
        return (filter.issuer.map { $0 == grant.grant.issuer } ?? true)
          && (filter.work == nil || covers(grant, work))
          && (filter.grantee.map { $0 == terms.grantee } ?? true)
          && (filter.purpose.map(terms.purposes.contains) ?? true)
          && (filter.state.map { $0 == state(of: grant) } ?? true)
      }
      answers += expected.count
      #expect(found.map(\.identifier) == expected.map(\.identifier), "\(filter)")
      #expect(found.map(\.terms) == expected.map(\.grant.terms))
      #expect(found.map(\.revokedAt) == expected.map(\.revokedAt))
      #expect(found.map(\.suspendedAt) == expected.map(\.suspendedAt))
      #expect(found.allSatisfy { filter.state == nil || $0.state(at: Self.moment) == filter.state })
      if let count = try reader.count(filter, at: Self.moment) { #expect(count == expected.count) }
    }
    #expect(answers > 500, "the questions have answers")
  }

  @Test func `A work and a grant are found by digest, by its beginning and by position`() throws {
    let reader = try reader()
    let state = library.ledger.state
    for work in state.works.values {
      let digest = work.registration.work
      let record = try #require(try reader.work(digest))
      #expect(record.owner == work.owner && record.byteCount == work.registration.byteCount)
      #expect(try reader.work(at: work.position) == record)
      #expect(try reader.owners(of: record) == work.registration.ownership?.owners ?? [])
      #expect(record.quorum == work.quorum)
      for count in [1, 3, 7, 64] {
        let prefix = try #require(DigestPrefix(String(digest.hex.prefix(count))))
        let found = try reader.works(beginning: prefix, limit: 1000)
        let expected = state.works.keys.filter { $0.hex.hasPrefix(digest.hex.prefix(count)) }
        #expect(found.map(\.digest) == expected.sorted())
      }
    }
    for grant in state.grants {
      #expect(try reader.grant(grant.identifier)?.terms == grant.grant.terms)
      #expect(try reader.grant(at: grant.position)?.identifier == grant.identifier)
      let prefix = try #require(DigestPrefix(String(grant.identifier.hex.prefix(9).uppercased())))
      #expect(try reader.grants(beginning: prefix).first?.identifier == grant.identifier)
    }
    #expect(try reader.work(testDigest("none")) == nil)
    #expect(try reader.work(at: 0) == nil && reader.grant(at: -1) == nil)
    #expect(try reader.workCount() == state.works.count)
    #expect(try reader.grantCount() == state.grants.count)
    for text in ["", "xyz", "0x12", String(repeating: "a", count: 65), "é"] {
      #expect(DigestPrefix(text) == nil, "\(text)")
    }
  }

  @Test func `A projection that does not stand for the log is refused, with the remedy`() throws {
    let position = library.ledger.position
    func error(_ size: Int, _ root: Digest) -> ProjectionError? {
      let error = #expect(throws: ProjectionError.self) {
        try ProjectionReader(path: path, at: ProjectionPosition(size: size, root: root))
      }
      #expect(error?.description.hasSuffix("run 'cadastre rebuild'") == true)
      return error
    }
    #expect(
      error(position.size + 1, position.root)
        == .stale(path: path, recorded: position.size, log: position.size + 1))
    #expect(error(position.size, testDigest("other")) == .otherLog(path: path))
    try DurableFile.write([], to: path + "-wal")
    #expect(error(position.size, position.root) == .foreignFiles(path: path))
    try FileSystem.removeFile(path + "-wal")
    do { try Database(path: path, mode: .readWrite).execute("UPDATE projection SET schema = x''") }
    #expect(error(position.size, position.root) == .otherForm(path: path))
    try FileSystem.removeFile(path)
    #expect(error(position.size, position.root) == .missing(path: path))
    try DurableFile.write(Array("no database".utf8), to: path)
    #expect(throws: DatabaseError.self) { try ProjectionReader(path: path, at: position) }
  }

  @Test func `Without openings, what asks for titles is refused and nothing else`() throws {
    let reader = try ProjectionReader(path: path, at: library.ledger.position)
    #expect(try !reader.works(limit: 5, at: Self.moment).items.isEmpty)
    for (filter, order) in [(WorkFilter(title: "a"), WorkOrder.position), (WorkFilter(), .title)] {
      #expect(throws: ProjectionError.noOpenings) {
        try reader.works(filter, by: order, limit: 5, at: Self.moment)
      }
    }
  }

  @Test func `A reader sees one state while a writer goes on`() throws {
    let events = library.ledger.events
    let earlier = SampleLedger.position(events.count - 60)
    try Projection.write(Array(events[..<earlier.size]), at: earlier, to: path)
    let reader = try ProjectionReader(path: path, at: earlier)
    let works = try reader.workCount()
    // The writer waits for readers, then gives up and changes nothing.
    let error = #expect(throws: DatabaseError.self) {
      try Projection.update(path, to: library.ledger.position, events: events) {
        SampleLedger.position($0).root
      }
    }
    #expect(error?.description.contains("another process") == true)
    #expect(try reader.workCount() == works)
    #expect(throws: Never.self) { try ProjectionReader(path: path, at: earlier) }
  }
}
