// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Audit
import Primitives
import Register
import Service
import Signing
import Storage
import Synchronization
import TestSupport
import Testing

/// What appending does to the state, and what it refuses.
@Suite struct RegisterWriterTests {
  private let temporary: TemporaryDirectory
  private var root: String { temporary.path + "/register" }

  init() throws { temporary = try TemporaryDirectory() }

  private func writer(_ clock: @escaping @Sendable () -> Timestamp) throws -> RegisterWriter {
    try InitialiseRegister.run(root: root, name: "sample", clock: clock)
  }

  private func joining(_ party: Int) -> RegisterWriter.Draft {
    RegisterWriter.Draft(
      .partyRegistered(
        PartyRegistration(role: .contributor, name: testDigest("name \(party)"))),
      signedBy: testKey(party))
  }

  @Test func `A batch of which one event is refused changes nothing`() throws {
    let writer = try writer { testMoment() }
    try writer.append([joining(1)])
    #expect(throws: ServiceError.self) { try writer.append([joining(2), joining(3), joining(1)]) }
    #expect(throws: ServiceError.self) { try writer.append([joining(1), joining(2)]) }
    #expect(writer.state.size == 2 && writer.state.parties.count == 2)
    try writer.append([joining(3), joining(2)])
    let snapshot = try RegisterSnapshot.read(writer.layout)
    #expect(snapshot.state.size == 4)
    #expect(Set(snapshot.state.parties.keys) == Set(writer.state.parties.keys))
  }

  @Test func `A batch whose files cannot be placed changes nothing`() throws {
    struct Full: Error {}
    let writer = try writer { testMoment() }
    #expect(throws: Full.self) { try writer.append([joining(1)]) { throw Full() } }
    #expect(writer.state.size == 1)
    try writer.append([joining(1)])
    #expect(try RegisterSnapshot.read(writer.layout).state.size == 2)
  }

  @Test func `The same said twice in one second is two entries that differ`() throws {
    let writer = try writer { testMoment() }
    let grant = try Grant(
      terms: .sample(), signedBy: testKey(1), uuid: [UInt8](repeating: 1, count: 16))
    let reference = GrantReference(grant: grant.identifier)
    try writer.append([joining(1)])
    let bodies: [EventBody] =
      [.grantIssued(grant)]
      + (0..<3).flatMap { _ in
        [.grantSuspended(reference), .grantResumed(reference)] as [EventBody]
      }
    for body in bodies { try writer.append([.init(body, signedBy: testKey(1))]) }
    let events = try RegisterSnapshot.read(writer.layout).events
    #expect(Set(events.map(\.bytes)).count == events.count)
    #expect(events.map(\.at.secondsSinceEpoch).max() == testMoment(2).secondsSinceEpoch)
    #expect(RegisterAudit.run(writer.layout).holds)
  }

  @Test func `A clock that was set back does not set the operator back`() throws {
    let moment = Mutex(testMoment(100))
    let writer = try writer { moment.withLock { $0 } }
    moment.withLock { $0 = testMoment(40) }
    #expect(writer.now == testMoment(100))
    try writer.append([
      .grantIssued(
        try Grant(
          terms: .sample(), signedBy: writer.operatorKey, uuid: [UInt8](repeating: 1, count: 16)))
    ])
    moment.withLock { $0 = testMoment(200) }
    #expect(writer.now == testMoment(200))
    #expect(RegisterAudit.run(writer.layout).holds)
  }
}
