// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// One question put to one state of a register: who asks, for what, as of which entry and moment.
///
/// The first of the gate's two phases is a function of this and of one document, so that many
/// machines can answer for a part of a corpus each. ``Gate`` answers from a register in memory, a
/// snapshot from files that many processes share.
package protocol AdmissionSource {
  /// Why an answer can fail; `Never` where all of it is in memory.
  associatedtype Failure: Error

  /// The first phase: what is to be said of one document, whatever else is in its corpus.
  ///
  /// - Parameter candidate: The document.
  /// - Returns: The finding, with every fact it relied on.
  /// - Throws: `Failure` where what the source rests on is damaged.
  func finding(on candidate: Candidate) throws(Failure) -> Finding
}

extension Finding {
  /// The finding on what cannot be read or is not registered: the same from every source.
  package init(onUnregistered candidate: Candidate) {
    let verdict: Verdict =
      switch candidate.content {
      case .unreadable(let reason): .unreadable(reason)
      case .work: .notRegistered
      }
    self.init(
      Decision(
        path: candidate.path, work: candidate.work, byteCount: candidate.byteCount, owner: nil,
        verdict: verdict))
  }
}

extension CopyEvidence {
  /// What a match shows, under the rule that it falls under.
  init(_ match: Resemblance, reason: Derivation) {
    self.init(
      original: match.work, reason: reason, matching: match.sharedGrams,
      ofCandidate: match.submittedGrams, ofOriginal: match.registeredGrams,
      passages: match.passages.map(\.bytes))
  }
}
