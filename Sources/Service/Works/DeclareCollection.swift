// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Register
package import Signing

/// Declares a list of works under one Merkle root, so that one grant covers them.
package enum DeclareCollection {
  /// Logs all parts of a collection, or none.
  ///
  /// - Parameters:
  ///   - works: The works, each owned by the key's owner.
  ///   - key: The key of an owner of all of them.
  ///   - writer: The register.
  /// - Returns: The collection's root.
  /// - Throws: `ServiceError` where there is no work, or a rule of the register is broken.
  package static func run(
    _ works: Set<Digest>, key: SecretKey, in writer: RegisterWriter
  ) throws -> Digest {
    guard !works.isEmpty else {
      throw ServiceError.refused("a collection has at least one work, and none was named")
    }
    let parts = CollectionDeclaration.parts(of: works)
    try writer.append(parts.map { .init(.collectionDeclared($0), signedBy: key) })
    return parts[0].root
  }
}
