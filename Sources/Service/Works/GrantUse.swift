// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives
package import Register
package import Signing
import Storage

/// Signs grants, takes in grants signed elsewhere, and revokes them.
package enum GrantUse {
  /// Signs and logs one grant for each terms and key.
  package static func issue(
    _ grants: [(terms: GrantTerms, key: SecretKey)], in writer: RegisterWriter
  ) throws -> [Grant] {
    var places = StatusPlaces(writer.state)
    let signed = try grants.map { terms, key in
      try Grant(
        terms: terms, signedBy: key, uuid: SecureRandom.bytes(count: 16), status: places.take(),
        created: writer.now)
    }
    try writer.append(
      zip(signed, grants).map { grant, request in
        RegisterWriter.Draft(.grantIssued(grant), signedBy: request.key)
      })
    return signed
  }

  /// Verifies a credential that was signed elsewhere and logs it under the operator's signature.
  ///
  /// - Throws: `ServiceError.refused` where it is not a grant, or its signature does not verify.
  package static func importCredential(path: String, in writer: RegisterWriter) throws -> Grant {
    let bytes = try FileSystem.readFile(path, limit: Event.maximumByteCount)
    let grant: Grant
    do {
      grant = try Grant(credential: try JSON.parse(bytes))
    } catch {
      throw ServiceError.refused("'\(path)' is no grant that can be logged: \(error)")
    }
    try writer.append([.grantIssued(grant)])
    return grant
  }

  /// Logs revocations, each signed by who granted.
  package static func revoke(
    _ revocations: [(grant: Digest, key: SecretKey)], in writer: RegisterWriter
  ) throws {
    try writer.append(
      revocations.map { grant, key in
        RegisterWriter.Draft(.grantRevoked(GrantReference(grant: grant)), signedBy: key)
      })
  }

  /// Logs that a grant is suspended until who granted resumes it.
  package static func suspend(
    _ grant: Digest, key: SecretKey, in writer: RegisterWriter
  ) throws {
    try writer.append([.init(.grantSuspended(GrantReference(grant: grant)), signedBy: key)])
  }

  /// Logs that a suspended grant holds again.
  package static func resume(
    _ grant: Digest, key: SecretKey, in writer: RegisterWriter
  ) throws {
    try writer.append([.init(.grantResumed(GrantReference(grant: grant)), signedBy: key)])
  }
}
