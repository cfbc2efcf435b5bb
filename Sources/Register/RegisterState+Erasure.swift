// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Signing

extension RegisterState {
  /// Where openings are said to be erased: only what was committed to, once, and not the operator's.
  mutating func fold(_ erasure: OpeningErasure, by signer: DIDKey) throws(RegisterError) {
    try requireOperator(signer)
    for opening in erasure.openings {
      guard commitments(of: opening.subject).contains(opening.commitment) else {
        throw .unknownCommitment(opening.commitment)
      }
      if let position = erased[opening.commitment] {
        throw .alreadyErased(opening.commitment, position: position)
      }
    }
    for opening in erasure.openings { erased[opening.commitment] = size }
  }

  /// The commitments to personal values that the log makes about a party or a work.
  ///
  /// None about the operator, whose name is the register's and stands in its configuration.
  package func commitments(of subject: OpeningErasure.Subject) -> [Digest] {
    switch subject {
    case .party(let did):
      guard let party = parties[did], party.role != .operator else { return [] }
      return [party.name] + (party.territory.map { [$0] } ?? [])
    case .work(let digest): return works[digest].map { [$0.registration.title] } ?? []
    }
  }
}
