// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives

/// `grant.revoked`: from this position in the log on, no new run may rely on the grant.
///
/// Signed by who granted. Models already trained keep owing.
package struct Revocation: Sendable {
  /// The grant's identifier.
  package let grant: Digest

  /// Revokes the grant of that identifier.
  package init(grant: Digest) { self.grant = grant }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "grant.revoked")
    grant = try fields.parsed("grant", as: "a SHA-256 digest", Digest.init(hex:))
    try fields.finish()
  }

  var payload: JSON { ["grant": .string(grant.hex)] }
}
