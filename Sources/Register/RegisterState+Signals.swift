// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Signing

extension RegisterState {
  /// What a party's documents were seen to say, and where that stands in the log.
  package struct Signal: Sendable {
    package let observation: SignalObservation
    package let position: Int
  }

  /// The observed signals, found by what they speak of.
  struct SignalIndex: Sendable {
    var byWork: [Digest: [Int]] = [:]
    var byParty: [DIDKey: [Int]] = [:]
  }

  mutating func fold(_ signal: SignalObservation, by signer: DIDKey) throws(RegisterError) {
    guard signer == `operator` || signer == signal.party else {
      throw .notTheDeclaringParty(signer)
    }
    guard parties[signal.party] != nil else { throw .unknownParty(signal.party) }
    if case .work(let digest) = signal.subject {
      guard let work = works[digest] else { throw .unknownWork(digest) }
      guard work.weight(of: signal.party) > 0 else {
        throw .notTheOwner(signal.party, work: digest)
      }
    }
    if let earlier = known(signal) {
      throw .signalKnown(signal.format, position: earlier.position)
    }
    switch signal.subject {
    case .work(let digest): signalIndex.byWork[digest, default: []].append(signals.count)
    case .allWorks: signalIndex.byParty[signal.party, default: []].append(signals.count)
    }
    signals.append(Signal(observation: signal, position: size))
  }

  /// The signal that says the same already, if it is the last word on the same thing.
  ///
  /// Only a repetition of the last word adds nothing: what was said, unsaid and said again counts.
  package func known(_ signal: SignalObservation) -> Signal? {
    let earlier = indices(of: signal).last {
      let other = signals[$0].observation
      return other.format == signal.format && other.url == signal.url
        && other.party == signal.party
    }
    return earlier.map { signals[$0] }.flatMap { $0.observation == signal ? $0 : nil }
  }

  private func indices(of signal: SignalObservation) -> [Int] {
    switch signal.subject {
    case .work(let digest): signalIndex.byWork[digest] ?? []
    case .allWorks: signalIndex.byParty[signal.party] ?? []
    }
  }

  /// The latest signal that prohibits a use and is newer than the grant that would allow it.
  ///
  /// Only the word of who granted counts against the grant, and a newer grant outweighs it: that is
  /// how the owner decides.
  ///
  /// - Parameters:
  ///   - grant: The grant relied on.
  ///   - work: The work to be used; nil asks for what is said of all works of the issuer.
  ///   - purpose: The use.
  /// - Returns: The signal; nil where nothing stands against the grant.
  package func signal(
    contraryTo grant: IssuedGrant, for work: Digest?, purpose: Purpose
  ) -> Signal? {
    let party = grant.grant.issuer
    let ofWork = work.flatMap { signalIndex.byWork[$0] } ?? []
    let candidates =
      ofWork.filter { signals[$0].observation.party == party }
      + (signalIndex.byParty[party] ?? [])
    return candidates.map { signals[$0] }
      .filter {
        $0.position > grant.position && $0.observation.prohibited.contains(purpose)
      }
      .max { $0.position < $1.position }
  }

  /// What remains of a grant after the issuers' later words.
  package enum Hearing: Sendable {
    /// A grant that no newer signal of its issuer stands against.
    case unopposed(IssuedGrant)
    /// Without the grants that are contradicted nothing is granted; the newest contradiction.
    case held(Signal)
  }

  /// Hears the signals against the grant that a permission rests on.
  ///
  /// A contradicted grant has no voice. Where the others still reach the owners' quorum, the use is
  /// theirs to grant; else it is held.
  ///
  /// - Parameters:
  ///   - relied: The grant that was found.
  ///   - work: The work to be used.
  ///   - purpose: The use.
  ///   - grantee: Who wants to use it.
  ///   - moment: The moment for terms that begin or end.
  ///   - territory: Where it will be used.
  /// - Returns: The grant that the use may rest on, or the signal that holds it.
  package func hearing(
    of relied: IssuedGrant, for work: Digest, purpose: Purpose, grantee: DIDKey,
    at moment: Timestamp, in territory: Territory?
  ) -> Hearing {
    // The common case: nobody ever said anything about it.
    if signals.isEmpty { return .unopposed(relied) }
    var newest: Signal?
    let permission = permission(
      for: work, purpose: purpose, grantee: grantee, at: moment, in: territory
    ) { grant in
      guard let signal = signal(contraryTo: grant, for: work, purpose: purpose) else {
        return true
      }
      if signal.position > newest?.position ?? -1 { newest = signal }
      return false
    }
    if case .granted(let grant) = permission { return .unopposed(grant) }
    guard let newest else {
      preconditionFailure("nothing but a contradiction takes a grant away")
    }
    return .held(newest)
  }

  /// Whether a grant holds and no newer signal of its issuer stands against it.
  package func mayUse(
    _ work: Digest, for purpose: Purpose, by grantee: DIDKey, at moment: Timestamp,
    in territory: Territory?
  ) -> Bool {
    guard
      case .granted(let relied) = permission(
        for: work, purpose: purpose, grantee: grantee, at: moment, in: territory),
      case .unopposed = hearing(
        of: relied, for: work, purpose: purpose, grantee: grantee, at: moment, in: territory)
    else { return false }
    return true
  }
}
