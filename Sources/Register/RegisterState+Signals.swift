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
      guard work.owner == signal.party else { throw .notTheOwner(signal.party, work: digest) }
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

  /// Whether a grant holds and no newer signal of its issuer stands against it.
  package func mayUse(
    _ work: Digest, for purpose: Purpose, by grantee: DIDKey, at moment: Timestamp
  ) -> Bool {
    guard
      case .granted(let grant) = permission(
        for: work, purpose: purpose, grantee: grantee, at: moment)
    else { return false }
    return signal(contraryTo: grant, for: work, purpose: purpose) == nil
  }
}
