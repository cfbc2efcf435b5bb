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
  private let index: FingerprintIndex
  private let fingerprints: [Digest: Fingerprint]

  /// Reads the fingerprints of all registered works.
  ///
  /// - Parameters:
  ///   - state: The register as of the decision.
  ///   - purpose: The use asked for.
  ///   - grantee: Who asks.
  ///   - moment: The moment for grants that begin or end.
  ///   - territory: Where the works will be used, if anybody said.
  ///   - counting: Which grams count; all of them where nothing else is declared.
  ///   - rule: When a work counts as derived.
  ///   - load: Gives the fingerprint file of a work.
  /// - Throws: What loading or decoding throws, and `GateError` for a file that is not the one its
  ///   registration names; without all fingerprints nothing is decided.
  package init(
    state: RegisterState, purpose: Purpose, grantee: DIDKey, at moment: Timestamp,
    in territory: Territory? = nil, counting: GramCounting = .all,
    rule: DerivationRule = .standard, fingerprints load: (Digest) throws -> [UInt8]
  ) throws {
    self.state = state
    self.purpose = purpose
    self.grantee = grantee
    self.moment = moment
    self.territory = territory
    self.rule = rule
    var index = FingerprintIndex(counting: counting)
    var fingerprints: [Digest: Fingerprint] = [:]
    for (work, registered) in state.works.sorted(by: { $0.key < $1.key }) {
      let file = try load(work)
      guard SHA256.digest(file) == registered.registration.fingerprint else {
        throw GateError.otherFingerprint(work)
      }
      let fingerprint = try Fingerprint(encoded: file)
      index.add(fingerprint, of: work)
      fingerprints[work] = fingerprint
    }
    self.index = index
    self.fingerprints = fingerprints
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
  package func decide(_ candidate: Candidate, in corpus: Set<Digest>) -> Decision {
    finding(on: candidate).decision(in: corpus)
  }
}

extension Gate: AdmissionSource {
  /// The first phase, in the order of the design: grant, revocation, derivation, signals.
  ///
  /// Only works registered earlier are originals: registering a copy of somebody's work later cannot
  /// block it. An original stands in the way if it is another owner's or may not be used. An owner's
  /// own earlier work that may be used stands in the way only of a corpus that it is in itself,
  /// which the second phase knows.
  package func finding(on candidate: Candidate) -> Finding {
    guard case .work(let work, let words) = candidate.content, let standing = standing(of: work)
    else { return Finding(onUnregistered: candidate) }
    var verdict = standing.verdict
    var yieldsTo: [CopyEvidence] = []
    if verdict.isGranted {
      for match in resemblances(of: work, words: words) {
        guard match.work != work, let reason = rule.reason(for: match),
          let earlier = self.standing(of: match.work), earlier.position < standing.position
        else { continue }
        let evidence = CopyEvidence(match, reason: reason)
        guard earlier.owner == standing.owner, earlier.verdict.isAdmitted else {
          verdict = .copy(evidence)
          break
        }
        yieldsTo.append(evidence)
      }
    }
    if verdict.isGranted, let fingerprint = fingerprints[work],
      RepetitionRule.standard.isRepetitive(fingerprint)
    {
      verdict = .repetitive(
        repeated: fingerprint.repeatedGrams, of: fingerprint.gramsInOrder.count)
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
  package func findingInWords(on work: Digest) -> Finding {
    guard let fingerprint = fingerprints[work] else {
      preconditionFailure("a snapshot is made of registered works")
    }
    return finding(
      on: Candidate(
        path: "", byteCount: 0,
        content: .work(work, words: WordSequence(numbered: fingerprint.wordCount))))
  }

  private func resemblances(of work: Digest, words: WordSequence?) -> [Resemblance] {
    guard let fingerprint = fingerprints[work] else { return [] }
    return index.resemblances(of: fingerprint, words: words).matches
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
}

extension GateError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .otherFingerprint(let work):
      "the fingerprint of the work \(work.short) is not the one in the log: restore it from a copy"
    }
  }
}
