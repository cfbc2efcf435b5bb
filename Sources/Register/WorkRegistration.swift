// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives

/// `work.registered`: a party says that bytes of this digest are its work.
///
/// Signed by the owner.
package struct WorkRegistration: Sendable {
  /// The SHA-256 of the work's bytes.
  package let work: Digest
  /// The size of the work in bytes.
  package let byteCount: Int64
  /// The commitment to the title.
  package let title: Digest
  /// The SHA-256 of the work's fingerprint file, by which derived copies are found.
  package let fingerprint: Digest

  /// Makes a registration.
  package init(work: Digest, byteCount: Int64, title: Digest, fingerprint: Digest) {
    self.work = work
    self.byteCount = byteCount
    self.title = title
    self.fingerprint = fingerprint
  }

  init(payload: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(payload, of: "work.registered")
    work = try fields.parsed("work", as: "a SHA-256 digest", Digest.init(hex:))
    byteCount = try fields.integer("bytes", in: 1...JSON.largestExactInteger)
    title = try fields.parsed("title", as: "a SHA-256 digest", Digest.init(hex:))
    fingerprint = try fields.parsed("fingerprint", as: "a SHA-256 digest", Digest.init(hex:))
    try fields.finish()
  }

  var payload: JSON {
    [
      "work": .string(work.hex), "bytes": .integer(byteCount), "title": .string(title.hex),
      "fingerprint": .string(fingerprint.hex),
    ]
  }
}
