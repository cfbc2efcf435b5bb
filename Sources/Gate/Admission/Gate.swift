// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Register
package import Signing

/// A file that asks to be used.
package struct Candidate: Sendable {
  /// What could be read of it.
  package enum Content: Sendable {
    /// Bytes of this digest; the words where the caller has the text, for showing passages.
    case work(Digest, words: WordSequence?)
    /// Nothing that can be decided on; the reason.
    case unreadable(String)
  }

  /// Its path below the corpus directory.
  package let path: String
  /// Its size.
  package let byteCount: Int
  /// Its content.
  package let content: Content

  /// The digest of its bytes; nil where they could not be read.
  package var work: Digest? {
    if case .work(let digest, _) = content { digest } else { nil }
  }

  /// Makes a candidate.
  package init(path: String, byteCount: Int, content: Content) {
    self.path = path
    self.byteCount = byteCount
    self.content = content
  }
}

/// Decides which works may be used, fail closed: no path through it admits for want of information.
///
/// A decision is a function of the register before it, the request, and the fingerprints of
/// registered works, so an auditor derives it again without the works themselves.
package struct Gate {
  private let state: RegisterState
  private let purpose: Purpose
  private let grantee: DIDKey
  private let moment: Timestamp
  private let territory: Territory?
  package let rule: DerivationRule
  private let whitelist: Whitelist
  private let index: GramIndex
  private let load: @Sendable (Digest) throws -> [UInt8]

  /// Takes a register and the index of its works.
  ///
  /// - Parameters:
  ///   - state: The register as of the decision.
  ///   - purpose: The use asked for.
  ///   - grantee: Who asks.
  ///   - moment: The moment for grants that begin or end.
  ///   - territory: Where the works will be used, if anybody said.
  ///   - whitelist: Passages that count for nobody.
  ///   - rule: When a work counts as derived.
  ///   - index: All registered works, in the order of the log; there may be later ones.
  ///   - load: Gives the fingerprint file of a work; called by any thread.
  package init(
    state: RegisterState, purpose: Purpose, grantee: DIDKey, at moment: Timestamp,
    in territory: Territory? = nil, leavingOut whitelist: Whitelist = .none,
    rule: DerivationRule = .standard, index: GramIndex,
    fingerprints load: @escaping @Sendable (Digest) throws -> [UInt8]
  ) {
    precondition(
      index.workCount >= state.works.count, "nothing is decided without all registered works")
    self.state = state
    self.purpose = purpose
    self.grantee = grantee
    self.moment = moment
    self.territory = territory
    self.whitelist = whitelist
    self.rule = rule
    self.index = index
    self.load = load
  }

  /// Decides on one candidate, in the order of the design: grant, revocation, derivation,
  /// signals.
  ///
  /// The two phases one after the other, for a corpus that is known.
  ///
  /// - Parameters:
  ///   - candidate: What asks to be used.
  ///   - corpus: All works that ask together: of an owner's own near-duplicates among them only the
  ///     one registered first is used, so that a copy never earns twice.
  /// - Returns: The decision, with every fact it relied on.
  /// - Throws: As ``finding(on:)``.
  package func decide(_ candidate: Candidate, in corpus: Set<Digest>) throws -> Decision {
    try finding(on: candidate).decision(in: corpus)
  }
}

extension Gate: AdmissionSource {
  /// The first phase, in the order of the design: grant, revocation, derivation, signals.
  ///
  /// Only works registered earlier are originals: registering a copy of somebody's work later cannot
  /// block it. An original stands in the way if it is another owner's or may not be used. An owner's
  /// own earlier work that may be used stands in the way only of a corpus that it is in itself,
  /// which the second phase knows.
  ///
  /// - Throws: `GateError` for a fingerprint that is not the one its registration names,
  ///   `GramIndexError` for an index that is damaged, what reading throws; nothing is decided then.
  package func finding(on candidate: Candidate) throws -> Finding {
    try finding(on: candidate) { fingerprint, words, isAsked in
      try index.resemblances(
        of: fingerprint, words: words, leavingOut: whitelist, among: isAsked)
    }
  }

  /// The same, whoever finds what a text resembles.
  func finding(
    on candidate: Candidate,
    resembling matches: (Fingerprint, WordSequence?, (Digest) -> Bool) throws -> [Resemblance]
  ) throws -> Finding {
    guard case .work(let work, let words) = candidate.content, let standing = standing(of: work)
    else { return Finding(onUnregistered: candidate) }
    var verdict = standing.verdict
    var yieldsTo: [CopyEvidence] = []
    if verdict.isGranted {
      let fingerprint = try fingerprint(of: work)
      guard words.map({ $0.count == fingerprint.wordCount }) ?? true else {
        throw GateError.otherText(work)
      }
      let earlier = try matches(fingerprint, words) { other in
        state.works[other].map { $0.position < standing.position } ?? false
      }
      for match in earlier {
        guard let reason = rule.reason(for: match), let original = self.standing(of: match.work)
        else { continue }
        let evidence = CopyEvidence(match, reason: reason)
        guard original.owner == standing.owner, original.verdict.isAdmitted else {
          verdict = .copy(evidence)
          break
        }
        yieldsTo.append(evidence)
      }
      if verdict.isGranted, RepetitionRule.standard.isRepetitive(fingerprint) {
        verdict = .repetitive(
          repeated: fingerprint.repeatedGrams, of: fingerprint.gramsInOrder.count)
      }
    }
    return Finding(
      Decision(
        path: candidate.path, work: work, byteCount: candidate.byteCount, owner: standing.owner,
        verdict: verdict),
      yieldsTo: yieldsTo)
  }

  /// The finding on a registered work for a ``SnapshotTable``: passages are ranges of words.
  ///
  /// - Precondition: the work is registered.
  /// - Throws: As ``finding(on:)``.
  package func findingInWords(on work: Digest) throws -> Finding {
    let count = try fingerprint(of: work).wordCount
    return try finding(
      on: Candidate(
        path: "", byteCount: 0,
        content: .work(work, words: WordSequence(numbered: count))))
  }

  /// The fingerprint of a registered work, compared with its registration.
  private func fingerprint(of work: Digest) throws -> Fingerprint {
    let file = try load(work)
    guard SHA256.digest(file) == state.works[work]?.registration.fingerprint else {
      throw GateError.otherFingerprint(work)
    }
    return try Fingerprint(encoded: file)
  }

  private func standing(of work: Digest) -> Standing? {
    guard let registered = state.works[work] else { return nil }
    return Standing(
      owner: registered.owner, position: registered.position, verdict: verdict(on: work))
  }

  /// What the register says of a work by everything but its likeness to other works.
  private func verdict(on work: Digest) -> Verdict {
    let permission = state.permission(
      for: work, purpose: purpose, grantee: grantee, at: moment, in: territory)
    switch permission {
    case .notRegistered: return .notRegistered
    case .noGrant: return .noGrant
    case .otherPurpose(let purposes): return .otherPurpose(purposes)
    case .otherGrantee: return .otherGrantee
    case .otherTerritory(let territories): return .otherTerritory(territories)
    case .notInForce: return .notInForce
    case .revoked(let position): return .revoked(position: position)
    case .suspended(let position): return .suspended(position: position)
    case .noQuorum(let weight, let quorum): return .noQuorum(weight: weight, quorum: quorum)
    case .noLicenceToDistil(let model): return .noLicenceToDistil(model: model)
    case .granted(let relied):
      switch state.hearing(
        of: relied, for: work, purpose: purpose, grantee: grantee, at: moment, in: territory)
      {
      case .unopposed(let grant):
        return .admitted(grant: grant.identifier, rate: grant.grant.terms.rate)
      case .held(let signal): return .contrarySignal(SignalReference(signal))
      }
    }
  }
}

/// What a register says of one of its works but for its likeness to other works.
private struct Standing {
  let owner: DIDKey
  /// Of two works alike the one with the lower position is the original.
  let position: Int
  let verdict: Verdict
}

/// Why the gate decides nothing at all.
package enum GateError: Error, Hashable, Sendable {
  /// The fingerprint file of a work is not the one that its registration names.
  case otherFingerprint(Digest)
  /// The fingerprint that a work was registered with is not that of its text.
  case otherText(Digest)
}

extension GateError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .otherFingerprint(let work):
      "the fingerprint of the work \(work.short) is not the one in the log: restore it from a copy"
    case .otherText(let work):
      "the work \(work.short) was registered with the fingerprint of another text: nothing is"
        + " decided on it; leave it out of the corpus"
    }
  }
}

extension RegisterState {
  /// All works in the order of the log, with the fingerprints that their registrations name.
  ///
  /// - Complexity: O(n log n).
  package var indexedWorks: [IndexedWork] {
    works.sorted { $0.value.position < $1.value.position }.map {
      IndexedWork($0.key, fingerprint: $0.value.registration.fingerprint)
    }
  }
}
