// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Register
package import Signing
package import Storage

/// Names and titles by their commitment, as far as openings are kept here.
package struct NameBook: Sendable {
  private var values: [Digest: String] = [:]

  /// Reads all openings of a register.
  package init(_ layout: RegisterLayout) throws {
    guard FileSystem.fileExists(layout.openings) else { return }
    for opening in try OpeningStore(path: layout.openings, readOnly: true).all() {
      values[opening.digest] = opening.value
    }
  }

  /// What a commitment opens to; nil where the opening was erased or never kept here.
  package func value(_ commitment: Digest) -> String? { values[commitment] }

  /// A party's name, else the end of its did; says where the name was erased.
  package func name(of party: DIDKey, in state: RegisterState) -> String {
    guard let commitment = state.parties[party]?.name, values[commitment] == nil,
      state.erased[commitment] != nil
    else { return state.parties[party].flatMap { values[$0.name] } ?? "…" + party.text.suffix(12) }
    return "erased " + party.short
  }

  /// A party's territory; nil where it stated none or its opening is not kept here.
  package func territory(of party: DIDKey, in state: RegisterState) -> String? {
    state.parties[party]?.territory.flatMap { values[$0] }
  }

  /// A work's title, else the beginning of its digest; says where the title was erased.
  package func title(of work: Digest, in state: RegisterState) -> String {
    guard let commitment = state.works[work]?.registration.title else { return work.short }
    return values[commitment] ?? (state.erased[commitment] == nil ? "" : "erased ") + work.short
  }
}
