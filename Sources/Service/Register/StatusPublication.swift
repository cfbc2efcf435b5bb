// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing
import Storage

/// Keeps the files below `status/` what the log makes them.
///
/// The log is the truth and the files follow it, so that who has only a credential can learn from any
/// web server what became of it.
enum StatusPublication {
  /// The largest list that is read.
  static let largestFile = 1 << 16

  /// Whether an event changes a list.
  static func concerns(_ body: EventBody) -> Bool {
    switch body {
    case .grantIssued, .grantRevoked, .grantSuspended, .grantResumed: true
    default: false
    }
  }

  /// Signs and writes every list whose bits are not those of the log.
  static func refresh(
    _ state: RegisterState, layout: RegisterLayout, key: SecretKey, at moment: Timestamp
  ) throws {
    for list in state.statusLists() {
      let path = layout.statusList(list)
      if let stored = try? read(path, issuer: DIDKey(key.publicKey)), stored == list { continue }
      try FileSystem.createDirectory(layout.status + "/" + list.purpose.rawValue)
      try DurableFile.write(
        Array(try list.credential(signedBy: key, at: moment).prettyText.utf8), to: path)
    }
  }

  /// A published list.
  static func read(_ path: String, issuer: DIDKey) throws -> StatusList {
    try StatusList(
      credential: try JSON.parse(try FileSystem.readFile(path, limit: largestFile)),
      issuer: issuer)
  }
}
