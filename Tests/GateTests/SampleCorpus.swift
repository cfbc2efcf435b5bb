// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives
import Register
import Signing
import TestSupport
import Testing

/// A register whose works resemble each other in many ways, and documents that ask to be used.
struct SampleCorpus {
  private(set) var ledger: SampleLedger
  /// The fingerprint files of the registered works.
  private(set) var files: [Digest: [UInt8]] = [:]
  /// The documents; some twice, some not registered, one not readable.
  private(set) var candidates: [Candidate] = []

  init(key: UInt64) throws {
    var random = Philox4x32(key: key, stream: 9)
    ledger = try SampleLedger()
    for party in 1...3 { try ledger.join(party) }
    let bases = (0..<4).map { syntheticText(words: 120, key: key &* 10 &+ $0) }
    var grants: [(grant: Digest, party: Int)] = []
    for number in 0..<24 {
      // Every fourth text is like no other; the others are mostly their author's variations.
      let isPlain = number % 4 == 0
      let base = Int(random.below(4))
      let party = random.below(4) == 0 ? Int(random.below(3)) + 1 : base % 3 + 1
      var words = Array(bases[base].prefix(60 + Int(random.below(61))))
      if isPlain { words = syntheticText(words: 99, key: 1000 + UInt64(number)) }
      words.append("w\(number)")
      words += syntheticText(words: Int(random.below(80)), key: UInt64(number))
      let text = bytes(words)
      let work = SHA256.digest(text)
      if isPlain || random.below(8) > 0 {
        let file = try Fingerprint(utf8: text).encoded
        try ledger.add(work, of: party, fingerprint: SHA256.digest(file))
        files[work] = file
        let terms = GrantTerms.sample(
          .work(work), for: [!isPlain && random.below(9) == 0 ? .index : .train],
          from: random.below(9) == 0 && !isPlain ? 20 : 0)
        if isPlain {
          try ledger.grant(terms, by: party)
        } else if random.below(8) > 0 {
          grants.append((try ledger.grant(terms, by: party), party))
        }
      }
      for copy in 0...random.below(2) {
        candidates.append(
          Candidate(
            path: "\(number % 7)/\(copy)", byteCount: text.count,
            content: .work(work, words: try WordSequence(utf8: text))))
      }
    }
    for (grant, party) in grants where random.below(9) == 0 {
      try ledger.revoke(grant, by: party)
    }
    candidates.append(
      Candidate(path: "0/0", byteCount: 3, content: .unreadable("it is a directory")))
  }

  /// The gate of the register.
  func gate() throws -> Gate {
    gate(
      index: try GramIndex.temporary(
        ledger.state.indexedWorks, load: { try #require(files[$0]) }))
  }

  /// The gate of the register with an index of its works.
  func gate(index: GramIndex) -> Gate {
    Gate(
      state: ledger.state, purpose: .train, grantee: testParty(0), at: testMoment(15),
      index: index, fingerprints: { [files] in try #require(files[$0]) })
  }
}
