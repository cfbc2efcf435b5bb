// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Signing

/// What a register says of one of its works, for one question, but for its likeness to other works.
package struct Standing: Hashable, Sendable {
  /// Who owns it.
  package let owner: DIDKey
  /// Where it was registered: of two works alike the earlier one is the original.
  package let position: Int
  /// The verdict on it if it resembled no other work.
  package let verdict: Verdict

  /// Makes a standing.
  package init(owner: DIDKey, position: Int, verdict: Verdict) {
    self.owner = owner
    self.position = position
    self.verdict = verdict
  }
}

/// One question put to one state of a register: who asks, for what, as of which entry and moment.
///
/// The first of the gate's two phases is a function of this and of one document, so that many
/// machines can answer for a part of a corpus each. ``Gate`` answers from a register in memory,
/// ``SnapshotTable`` with an index from files that many processes share.
package protocol AdmissionSource {
  /// Why an answer can fail; `Never` where all of it is in memory.
  associatedtype Failure: Error

  /// When a work counts as derived from another.
  var rule: DerivationRule { get }

  /// What the register says of a work; nil where the work is not in it.
  func standing(of work: Digest) throws(Failure) -> Standing?

  /// Every registered work that shares a gram with a registered work, the closest first.
  ///
  /// - Parameters:
  ///   - work: A registered work.
  ///   - words: Its text, where the caller has it.
  /// - Returns: The matches, with passages where the text is there.
  /// - Throws: `Failure` where what the source rests on is damaged.
  func resemblances(
    of work: Digest, words: WordSequence?
  ) throws(Failure) -> [Resemblance]
}

extension AdmissionSource {
  /// The first phase: what is to be said of one document, whatever else is in its corpus.
  ///
  /// In the order of the design: grant, revocation, derivation. Only works registered earlier are
  /// originals: registering a copy of somebody's work later cannot block it. An original stands in
  /// the way if it is another owner's or may not be used. An owner's own earlier work that may be
  /// used stands in the way only of a corpus that it is in itself, which the second phase knows.
  package func finding(on candidate: Candidate) throws(Failure) -> Finding {
    guard case .work(let work, let words) = candidate.content else {
      let reason = if case .unreadable(let reason) = candidate.content { reason } else { "" }
      return Finding(
        Decision(
          path: candidate.path, work: nil, byteCount: candidate.byteCount, owner: nil,
          verdict: .unreadable(reason)))
    }
    guard let standing = try standing(of: work) else {
      return Finding(
        Decision(
          path: candidate.path, work: work, byteCount: candidate.byteCount, owner: nil,
          verdict: .notRegistered))
    }
    var verdict = standing.verdict
    var yieldsTo: [CopyEvidence] = []
    if verdict.isGranted {
      for match in try resemblances(of: work, words: words) {
        guard match.work != work, let reason = rule.reason(for: match),
          let earlier = try self.standing(of: match.work), earlier.position < standing.position
        else { continue }
        let evidence = CopyEvidence(match, reason: reason)
        guard earlier.owner == standing.owner, earlier.verdict.isAdmitted else {
          verdict = .copy(evidence)
          break
        }
        yieldsTo.append(evidence)
      }
    }
    return Finding(
      Decision(
        path: candidate.path, work: work, byteCount: candidate.byteCount, owner: standing.owner,
        verdict: verdict),
      yieldsTo: yieldsTo)
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
