// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Gate
import Merkle
package import Primitives
package import Register
package import Signing
import Storage

/// Writes what the first phase needs of a register, for one question, into a directory of its own.
package enum WriteSnapshot {
  /// Writes a snapshot of a register as it is now.
  ///
  /// The description is put in place last: a directory without one is no snapshot.
  ///
  /// - Parameters:
  ///   - register: The register.
  ///   - purpose: The use asked for.
  ///   - grantee: Who asks.
  ///   - moment: The moment for grants that begin or end.
  ///   - directory: Where to put it; must not be there, or be empty.
  /// - Returns: What was written.
  /// - Throws: `ServiceError`, and what the disk throws.
  package static func run(
    _ register: RegisterSnapshot, purpose: Purpose, grantee: DIDKey, at moment: Timestamp,
    to directory: String
  ) throws -> SnapshotDescription {
    if FileSystem.fileExists(directory) {
      guard FileSystem.directoryExists(directory), try FileSystem.listDirectory(directory).isEmpty
      else {
        throw ServiceError.refused(
          "'\(directory)' is there and not empty: name a new directory for the snapshot")
      }
    }
    let layout = register.layout
    let checkpoint = try checkpoint(of: register)
    func load(_ work: Digest) throws -> [UInt8] {
      let file = try FileSystem.readFile(layout.fingerprint(work), limit: 1 << 34)
      guard SHA256.digest(file) == register.state.works[work]?.registration.fingerprint else {
        throw GateError.otherFingerprint(work)
      }
      return file
    }
    let works = register.state.works.keys.sorted()
    try FileSystem.createDirectory(directory)
    let table = try DurableFileWriter(path: directory + "/" + SnapshotLayout.works)
    try SnapshotTable.write(works: works) { work in
      Gate.standing(
        of: work, in: register.state, purpose: purpose, grantee: grantee, at: moment)
    } to: {
      try table.append($0)
    }
    try table.finish()
    try SnapshotLayout.writeIndex(
      works: works, load: load, to: directory + "/" + SnapshotLayout.grams)
    var files: [String: SnapshotDescription.File] = [:]
    for name in SnapshotLayout.files {
      let path = directory + "/" + name
      files[name] = SnapshotDescription.File(
        byteCount: try MappedFile(path: path).bytes.count, digest: try FileReader.digest(of: path))
    }
    let description = SnapshotDescription(
      purpose: purpose, grantee: grantee, moment: moment, treeSize: register.state.size,
      checkpoint: checkpoint, rule: .standard, files: files)
    try DurableFile.write(
      Array(description.json.prettyText.utf8), to: directory + "/" + SnapshotLayout.description)
    return description
  }

  /// The signed checkpoint of the state that was read.
  private static func checkpoint(of register: RegisterSnapshot) throws -> String {
    let path = register.layout.log + "/checkpoint"
    let note = try FileSystem.readFile(path, limit: SignedNote.maximumByteCount)
    guard let verifier = register.configuration.verifier,
      try Checkpoint(signed: note, by: verifier).size == UInt64(register.state.size)
    else {
      throw ServiceError.refused("the register grew in the meantime: make the snapshot again")
    }
    return String(decoding: note, as: UTF8.self)
  }
}
