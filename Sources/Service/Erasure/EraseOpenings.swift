// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Register
import Signing
package import Storage

/// Erases what the log's commitments about a person or a work open to.
///
/// First the log says so, then the openings go: whoever crashes in between has an entry that the next
/// writer makes true. Digests and keys stay in the log, which forgets nothing.
package enum EraseOpenings {
  /// What was erased, without any of it.
  package struct Result: Sendable {
    /// The entries that say so, if this call made any.
    package let positions: Range<Int>
    /// The commitments that open to nothing now.
    package let commitments: [Digest]
    /// How many openings were kept here until now.
    package let erasedCount: Int
    /// The files below the register, by their paths, that hold the erased words still.
    package let remaining: [String]
    /// How many of the values were too short to be looked for in files.
    package let shortCount: Int
  }

  /// What would be erased: the commitments about a party and the works it registered, or about a work.
  ///
  /// - Throws: `ServiceError` where there is nothing of the kind in the register.
  package static func openings(
    of subject: OpeningErasure.Subject, in state: RegisterState
  ) throws -> [OpeningErasure.Opening] {
    var subjects = [subject]
    if case .party(let party) = subject {
      guard party != state.operator else {
        throw ServiceError.refused(
          "the operator's name is the register's and cannot be erased: it stands in cadastre.json")
      }
      guard state.parties[party] != nil else {
        throw ServiceError.refused("\(party) is not registered here: there is nothing to erase")
      }
      subjects += state.works.values.filter { $0.owner == party }
        .sorted { $0.position < $1.position }.map { .work($0.registration.work) }
    }
    return subjects.flatMap { subject in
      state.commitments(of: subject).map { .init(commitment: $0, subject: subject) }
    }
  }

  /// Erases.
  ///
  /// - Returns: What was done; erasing again finishes what was cut off, and does nothing else.
  package static func run(
    _ openings: [OpeningErasure.Opening], in writer: RegisterWriter
  ) throws -> Result {
    let layout = writer.layout
    let store = try OpeningStore(path: layout.openings, readOnly: false)
    let commitments = openings.map(\.commitment)
    let values = try commitments.compactMap { try store.opening(of: $0)?.value }
    let fresh = openings.filter { writer.state.erased[$0.commitment] == nil }
    let positions = try writer.append(
      OpeningErasure.parts(of: fresh).map { .openingErased($0) })
    let traces = try ErasedTraces(of: values, below: layout)
    try traces.removeUnbound()
    for case .party(let party) in Set(openings.map(\.subject)) {
      try KeyStore(layout).forgetName(of: party)
    }
    // Last, since what is kept still tells the next writer that something is left to do.
    try store.erase(commitments)
    return Result(
      positions: positions, commitments: commitments, erasedCount: values.count,
      remaining: try traces.remaining(), shortCount: traces.shortCount)
  }

  /// Erases what the log says was erased and is kept still, after a process that was cut off.
  package static func finish(_ state: RegisterState, layout: RegisterLayout) throws {
    guard !state.erased.isEmpty, FileSystem.fileExists(layout.openings) else { return }
    let store = try OpeningStore(path: layout.openings, readOnly: false)
    let kept = try store.kept(among: Array(state.erased.keys))
    guard !kept.isEmpty else { return }
    for (did, party) in state.parties where state.erased[party.name] != nil {
      try KeyStore(layout).forgetName(of: did)
    }
    try store.erase(kept)
  }
}
