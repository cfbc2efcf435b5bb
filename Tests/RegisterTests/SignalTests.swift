// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing
import TestSupport
import Testing

/// `signal.observed`: who may say it, of what, and how it is read.
@Suite struct SignalTests {
  private static func signal(
    of party: Int = 1, _ subject: SignalSubject = .allWorks, url: String? = nil,
    evidence: String = "evidence", documents: Int = 1
  ) -> SignalObservation {
    SignalObservation(
      party: testParty(party), subject: subject, format: .tdmrep, version: "1", url: url,
      evidence: (0..<documents).map { number in
        .init(
          place: .headers, digest: testDigest("\(evidence) \(number)"), byteCount: 5, status: 200)
      }, prohibited: [.train, .index, .train])
  }

  private static func ledger() throws -> SampleLedger {
    var ledger = try SampleLedger()
    try ledger.join(1)
    try ledger.join(2)
    try ledger.add(testDigest("work"), of: 1)
    return ledger
  }

  @Test func `The operator and the party itself may say it, nobody else`() throws {
    for (signer, isAllowed) in [(0, true), (1, true), (2, false)] {
      var ledger = try Self.ledger()
      if isAllowed {
        try ledger.append(.signalObserved(Self.signal()), by: signer)
        #expect(ledger.state.signals.count == 1)
      } else {
        #expect(throws: RegisterError.self) {
          try ledger.append(.signalObserved(Self.signal()), by: signer)
        }
      }
    }
  }

  @Test func `It speaks of registered parties and of their own works`() throws {
    var ledger = try Self.ledger()
    for signal in [
      Self.signal(of: 3), Self.signal(.work(testDigest("other"))),
      Self.signal(of: 2, .work(testDigest("work"))),
    ] {
      #expect(throws: RegisterError.self) { try ledger.append(.signalObserved(signal)) }
    }
    try ledger.append(.signalObserved(Self.signal(.work(testDigest("work")))))
  }

  @Test func `Only a repetition of the last word is refused`() throws {
    var ledger = try Self.ledger()
    let (first, second) = (Self.signal(), Self.signal(evidence: "other"))
    try ledger.append(.signalObserved(first))
    #expect(throws: RegisterError.self) { try ledger.append(.signalObserved(first)) }
    try ledger.append(.signalObserved(Self.signal(url: "/x")))
    #expect(throws: RegisterError.self) { try ledger.append(.signalObserved(first)) }
    try ledger.append(.signalObserved(second))
    try ledger.append(.signalObserved(first))
    #expect(ledger.state.signals.map(\.position).count == 4)
  }

  @Test func `The payload is read back, and anything else in it is refused`() throws {
    for signal in [
      Self.signal(), Self.signal(.work(testDigest("work")), url: "https://a.example/b"),
    ] {
      let event = try Event(body: .signalObserved(signal), at: testMoment(), signedBy: testKey(1))
      guard case .signalObserved(let read) = try Event(parsing: event.bytes).body else {
        Issue.record("another type")
        return
      }
      #expect(read == signal)
      #expect(read.prohibited == [.index, .train])
    }
    let whole = try #require(Self.signal(url: "/x").json.object)
    let changes: [(String, JSON?)] = [
      ("party", "did:key:z6"), ("work", "all"), ("format", "rss"), ("version", ""),
      ("version", .string(String(repeating: "v", count: SignalObservation.longestVersion + 1))),
      ("url", ""), ("url", 1), ("evidence", []), ("evidence", nil), ("prohibited", ["sell"]),
      ("prohibited", ["train", "index"]), ("prohibited", ["train", "train"]), ("more", 1),
    ]
    for (name, value) in changes {
      var object = whole
      object[name] = value
      #expect(throws: (any Error).self, "\(name)") {
        try Self.body(.object(object))
      }
    }
    for count in [SignalObservation.mostDocuments, SignalObservation.mostDocuments + 1] {
      let isRead = (try? Self.body(Self.signal(documents: count).json)) != nil
      #expect(isRead == (count == SignalObservation.mostDocuments))
    }
    for length in [SignalObservation.longestURL, SignalObservation.longestURL + 1] {
      let url = String(repeating: "u", count: length)
      let isRead = (try? Self.body(Self.signal(url: url).json)) != nil
      #expect(isRead == (length == SignalObservation.longestURL))
    }
  }

  /// Signs a payload as it stands, and reads the event.
  private static func body(_ payload: JSON) throws -> EventBody {
    let key = testKey(1)
    let document: JSON = [
      "type": "signal.observed", "at": .string(testMoment().description),
      "by": .string(testParty(1).text), "payload": payload,
    ]
    let signed = try DataIntegrity.sign(document: document, key: key, created: testMoment())
    return try Event(parsing: signed.canonicalBytes).body
  }
}
