// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives

/// The grant that `grant.revoked`, `grant.suspended` or `grant.resumed` is about.
///
/// Signed by who granted. From the entry's position in the log on no new run may rely on a grant that
/// is revoked or suspended; models already trained keep owing. A revocation cannot be taken back.
package struct GrantReference: Sendable {
  /// The grant's identifier.
  package let grant: Digest

  /// Refers to the grant of that identifier.
  package init(grant: Digest) { self.grant = grant }

  init(payload: JSON, of type: String) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: type)
    grant = try fields.parsed("grant", as: "a SHA-256 digest", Digest.init(hex:))
    try fields.finish()
  }

  var payload: JSON { ["grant": .string(grant.hex)] }
}
