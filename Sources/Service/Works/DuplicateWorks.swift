// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
package import Primitives
import Register
package import Signing

/// Registered works that are nearly the same text, so that one account is credited for all of them.
package struct DuplicateWorks: Sendable {
  /// One of the works of a group.
  package struct Member: Sendable {
    /// The work.
    package let work: Digest
    /// Who registered it.
    package let owner: DIDKey
    /// Where it was registered.
    package let position: Int
    /// The largest of the lower shares that it has with another work of the group, in thousandths.
    package let perMille: Int
  }

  /// The works in the order of their registration; at least two.
  ///
  /// The first is what is credited: the gate refuses the others beside it.
  package let members: [Member]

  /// The groups of a register, by the position of their first works.
  ///
  /// - Parameters:
  ///   - register: The register.
  ///   - progress: Told how many works were compared.
  /// - Returns: The groups; whole-number shares, the same on every machine.
  /// - Throws: What the index and the disk throw.
  package static func all(
    in register: RegisterSnapshot, progress: (Int) -> Void = { _ in }
  ) throws -> [DuplicateWorks] {
    let state = register.state
    let groups = try RegisterGate.index(of: state, register.layout).nearDuplicates(
      progress: progress)
    return groups.map { group in
      let members = group.works.compactMap { work in
        state.works[work].map { registered in
          let shares = group.pairs.filter { $0.first == work || $0.second == work }.map(\.perMille)
          return Member(
            work: work, owner: registered.owner, position: registered.position,
            perMille: shares.max() ?? 0)
        }
      }
      return DuplicateWorks(members: members.sorted { $0.position < $1.position })
    }.filter { $0.members.count > 1 }.sorted { $0.members[0].position < $1.members[0].position }
  }
}
