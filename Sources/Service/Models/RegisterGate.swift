// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives
import Register
import Storage

/// The gate of a register on disk: its fingerprints, and the index of them that it keeps.
enum RegisterGate {
  /// The gate of a register as it stands.
  ///
  /// - Throws: `GateError`, `FingerprintDecodingError`, `GramIndexError`, `StorageError`.
  static func make(
    _ layout: RegisterLayout, _ state: RegisterState, for question: AdmissionQuestion,
    whitelist: DeclaredWhitelist?, at moment: Timestamp
  ) throws -> Gate {
    Gate(
      state: state, purpose: question.purpose, grantee: question.grantee, at: moment,
      in: question.territory, leavingOut: whitelist?.list ?? .none,
      index: try index(of: state, layout), fingerprints: { try fingerprint($0, layout) })
  }

  /// The index of all works of a register, made or completed where it is not there.
  static func index(of state: RegisterState, _ layout: RegisterLayout) throws -> GramIndex {
    try GramIndexFolder(layout.index).index(of: state.indexedWorks) {
      try fingerprint($0, layout)
    }
  }

  private static func fingerprint(_ work: Digest, _ layout: RegisterLayout) throws -> [UInt8] {
    try FileSystem.readFile(layout.fingerprint(work), limit: AddWorks.largestWork)
  }
}
