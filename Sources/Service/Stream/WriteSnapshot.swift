// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Gate
import Kernels
import Merkle
package import Primitives
import Register
import Signing
import Storage

/// Writes what the first phase needs of a register, for one question, into a directory of its own.
package enum WriteSnapshot {
  /// Writes a snapshot of a register as it is now.
  ///
  /// The description is put in place last: a directory without one is no snapshot.
  ///
  /// - Parameters:
  ///   - register: The register.
  ///   - question: What is asked of each document.
  ///   - whitelist: The whitelist that the question names.
  ///   - moment: The moment for grants that begin or end.
  ///   - threads: How many threads compare; the result is the same for any number.
  ///   - directory: Where to put it; must not be there, or be empty.
  /// - Returns: What was written.
  /// - Throws: `ServiceError`, and what the disk throws.
  package static func run(
    _ register: RegisterSnapshot, for question: AdmissionQuestion,
    whitelist: DeclaredWhitelist? = nil, at moment: Timestamp, threads: Int, to directory: String
  ) throws -> SnapshotDescription {
    if FileSystem.fileExists(directory) {
      guard FileSystem.directoryExists(directory), try FileSystem.listDirectory(directory).isEmpty
      else {
        throw ServiceError.refused(
          "'\(directory)' is there and not empty: name a new directory for the snapshot")
      }
    }
    let checkpoint = try checkpoint(of: register)
    let gate = try RegisterGate.make(
      register.layout, register.state, for: question, whitelist: whitelist, at: moment)
    try FileSystem.createDirectory(directory)
    let path = directory + "/" + AdmissionSnapshot.tableName
    try table(of: register.state.works.keys.sorted(), by: gate, threads: threads, to: path)
    var files = [
      AdmissionSnapshot.tableName: SnapshotDescription.File(
        byteCount: try MappedFile(path: path).bytes.count, digest: try FileReader.digest(of: path))
    ]
    if let whitelist {
      try DurableFile.write(
        whitelist.bytes, to: directory + "/" + AdmissionSnapshot.whitelistName)
      files[AdmissionSnapshot.whitelistName] = SnapshotDescription.File(
        byteCount: whitelist.bytes.count, digest: whitelist.digest)
    }
    let description = SnapshotDescription(
      question: question, moment: moment, treeSize: register.state.size,
      checkpoint: checkpoint, rule: gate.rule,
      files: files)
    try DurableFile.write(
      Array(description.json.prettyText.utf8),
      to: directory + "/" + AdmissionSnapshot.descriptionName)
    return description
  }

  /// How many works are compared at a time by one thread.
  private static let batchSize = 16

  /// Makes the finding on every work, and writes them.
  private static func table(
    of works: [Digest], by gate: Gate, threads: Int, to path: String
  ) throws {
    var builder = SnapshotTableBuilder()
    var starts = stride(from: 0, to: works.count, by: batchSize).makeIterator()
    try OrderedWork.run(
      threads: threads, next: { starts.next() },
      work: { start in
        try works[start..<min(start + batchSize, works.count)].map {
          try gate.findingInWords(on: $0)
        }
      },
      give: { findings in for finding in findings { builder.add(finding) } })
    let file = try DurableFileWriter(path: path)
    try builder.finish { try file.append($0) }
    try file.finish()
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
