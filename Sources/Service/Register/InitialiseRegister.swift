// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Register
import Signing
import Storage
import TransparencyLog

/// Makes a register: directories, the operator's key, the first checkpoint and the first entry.
package enum InitialiseRegister {
  /// Makes the register and appends the operator's registration.
  ///
  /// - Parameters:
  ///   - root: The directory; it must not exist, or be empty.
  ///   - name: What the register is called.
  ///   - address: Where it will be published, ending in `/`; nil for nowhere yet.
  ///   - clock: The present moment.
  /// - Returns: The register, open for appending.
  /// - Throws: `ServiceError` where the directory is taken or the name is not one.
  package static func run(
    root: String, name: String, address: String? = nil, clock: @escaping @Sendable () -> Timestamp
  ) throws -> RegisterWriter {
    let trimmed = name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !trimmed.isEmpty, trimmed.utf8.count <= RegisterConfiguration.maximumNameLength else {
      throw ServiceError.usage(
        "a register's name has 1 to \(RegisterConfiguration.maximumNameLength) bytes")
    }
    guard address.map(PartyRegistration.isAddress) ?? true else {
      throw ServiceError.usage(
        "'\(address ?? "")' is no address of a register: write one such as"
          + " https://register.example/, with the last slash")
    }
    let layout = RegisterLayout(root: root)
    if FileSystem.fileExists(root), try !FileSystem.listDirectory(root).isEmpty {
      let what =
        FileSystem.fileExists(layout.configuration) ? "is a register already" : "is not empty"
      throw ServiceError.refused("'\(root)' \(what): choose another directory")
    }
    for directory in [
      root, layout.keys, layout.log, layout.fingerprints, layout.admissions, layout.models,
      layout.settlements,
    ] {
      try FileSystem.createDirectory(directory, mode: directory == layout.keys ? 0o700 : 0o755)
    }
    let key = SecretKey.generate()
    try KeyStore(layout).add(key, name: KeyStore.operatorName)
    let configuration = RegisterConfiguration(name: trimmed, operator: DIDKey(key.publicKey))
    guard let signer = configuration.signer(key) else {
      throw ServiceError.usage("'\(trimmed)' cannot name a register: use letters and digits")
    }
    _ = try LogWriter.create(path: layout.log, signer: signer)
    // Last, since its presence is what makes a directory a register.
    try configuration.write(layout)
    let writer = try RegisterWriter(layout, clock: clock)
    let commitments = RegisterWriter.commitments(to: [trimmed])
    try writer.append(
      commitments.map {
        .partyRegistered(
          PartyRegistration(role: .operator, name: $0.digest, address: address))
      }
    ) { try writer.keep(commitments) }
    return writer
  }
}
