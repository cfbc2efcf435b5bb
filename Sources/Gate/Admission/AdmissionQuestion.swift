// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
package import Register
package import Signing

/// What is asked of a register for every document of a corpus: who wants to use it, for what, where.
package struct AdmissionQuestion: Hashable, Sendable {
  /// The use asked for.
  package let purpose: Purpose
  /// Who asks.
  package let grantee: DIDKey
  /// Where the works will be used; nil where nobody said.
  package let territory: Territory?
  /// The SHA-256 of the whitelist of passages that count for nobody; nil where every passage counts.
  package let whitelist: Digest?

  /// Asks.
  package init(
    purpose: Purpose, grantee: DIDKey, territory: Territory? = nil, whitelist: Digest? = nil
  ) {
    self.purpose = purpose
    self.grantee = grantee
    self.territory = territory
    self.whitelist = whitelist
  }
}
