// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives
package import Signing

/// `opening.erased`: commitments whose openings the operator has erased for good.
///
/// Signed by the operator, before the openings are erased. It tells auditors that these commitments
/// lawfully open to nothing any more; it holds nothing personal that the log did not hold before.
package struct OpeningErasure: Sendable {
  /// What a commitment was made about.
  package enum Subject: Hashable, Sendable {
    /// A party's name or territory.
    case party(DIDKey)
    /// A work's title.
    case work(Digest)
  }

  /// One commitment and where the log made it.
  package struct Opening: Hashable, Sendable {
    /// The commitment.
    package let commitment: Digest
    /// What it was made about.
    package let subject: Subject

    /// Names a commitment.
    package init(commitment: Digest, subject: Subject) {
      self.commitment = commitment
      self.subject = subject
    }
  }

  /// The openings in the order of their commitments; at least one.
  package let openings: [Opening]

  /// The most openings of one entry: about 150 bytes each in an entry of 64 KiB.
  package static let maximumCount = 256

  /// Cuts openings into entries.
  ///
  /// - Parameter openings: Any number, in any order, each commitment once or more.
  /// - Returns: The entries, each with at most `maximumCount` openings; none where there is none.
  package static func parts(of openings: some Sequence<Opening>) -> [OpeningErasure] {
    let unique = Dictionary(
      openings.map { ($0.commitment, $0) }, uniquingKeysWith: { first, _ in first })
    let sorted = unique.values.sorted { $0.commitment < $1.commitment }
    return stride(from: 0, to: sorted.count, by: maximumCount).map { start in
      OpeningErasure(
        openings: Array(sorted[start..<min(start + maximumCount, sorted.count)]))
    }
  }

  private init(openings: [Opening]) { self.openings = openings }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "opening.erased")
    var openings: [Opening] = []
    for value in try fields.array("openings") { openings.append(try Opening(json: value)) }
    try fields.finish()
    guard (1...Self.maximumCount).contains(openings.count),
      zip(openings, openings.dropFirst()).allSatisfy({ $0.commitment < $1.commitment })
    else {
      throw .wrong(
        name: "openings", expected: "1 to \(Self.maximumCount) in the order of their commitments",
        subject: "opening.erased")
    }
    self.openings = openings
  }

  var payload: JSON { ["openings": .array(openings.map(\.json))] }
}

extension OpeningErasure.Opening {
  init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "an erased opening")
    commitment = try fields.parsed("commitment", as: "a SHA-256 digest", Digest.init(hex:))
    subject =
      fields.has("party")
      ? .party(try fields.parsed("party", as: "a did:key", DIDKey.init))
      : .work(try fields.parsed("work", as: "a SHA-256 digest", Digest.init(hex:)))
    try fields.finish()
  }

  var json: JSON {
    switch subject {
    case .party(let party):
      ["commitment": .string(commitment.hex), "party": .string(party.text)]
    case .work(let work): ["commitment": .string(commitment.hex), "work": .string(work.hex)]
    }
  }
}
