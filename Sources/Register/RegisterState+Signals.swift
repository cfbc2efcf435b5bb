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
      guard work.weight(of: signal.party) > 0 else { throw .notTheOwner(signal.party, work: digest) }
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
  /// how the owner decides. Of a work with several owners the word of each counts against that
  /// owner's own last grant.
  ///
  /// - Parameters:
  ///   - grant: The grant relied on.
  ///   - work: The work to be used; nil asks for what is said of all works of the issuer.
  ///   - purpose: The use.
  /// - Returns: The signal; nil where nothing stands against the grant.
  package func signal(
    contraryTo grant: IssuedGrant, for work: Digest?, purpose: Purpose
  ) -> Signal? {
    let owned = work.flatMap { works[$0] }
    let owners = owned?.registration.ownership?.owners.map(\.party) ?? [grant.grant.issuer]
    var latest: Signal?
    for party in owners {
      let ofWork = (work.flatMap { signalIndex.byWork[$0] } ?? [])
        .filter { signals[$0].observation.party == party }
      let spoken = (ofWork + (signalIndex.byParty[party] ?? [])).map { signals[$0] }
        .filter { $0.observation.prohibited.contains(purpose) }
      guard let last = spoken.max(by: { $0.position < $1.position }) else { continue }
      let granted =
        party == grant.grant.issuer ? grant.position : lastGrant(of: party, owned, for: purpose)
      if last.position > granted ?? grant.position, last.position > latest?.position ?? -1 {
        latest = last
      }
    }
    return latest
  }

  /// Where an owner last granted a use of a work that it owns with others.
  private func lastGrant(of party: DIDKey, _ work: Work?, for purpose: Purpose) -> Int? {
    guard let work else { return nil }
    return grants(covering: work).last {
      $0.grant.issuer == party && $0.isStanding && $0.grant.terms.purposes.contains(purpose)
    }?.position
  }

  /// Whether a grant holds and no newer signal of its owners stands against it.
  package func mayUse(
    _ work: Digest, for purpose: Purpose, by grantee: DIDKey, at moment: Timestamp,
    in territory: Territory? = nil
  ) -> Bool {
    guard
      case .granted(let grant) = permission(
        for: work, purpose: purpose, grantee: grantee, at: moment, in: territory)
    else { return false }
    return signal(contraryTo: grant, for: work, purpose: purpose) == nil
  }
}
