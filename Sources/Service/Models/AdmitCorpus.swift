// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Gate
import Merkle
import Primitives
package import Register
package import Signing
import Storage

/// Decides which files of a directory may be used, and logs the decisions under one Merkle root.
package enum AdmitCorpus {
  /// The decisions on a corpus, and the manifest of what was admitted.
  package struct Result: Sendable {
    /// All decisions, in the order of the paths.
    package let decisions: [Decision]
    /// What was admitted.
    package let manifest: Manifest
    /// Where `admission.decided` stands in the log.
    package let position: Int
  }

  /// Decides on every file below a directory.
  ///
  /// - Parameters:
  ///   - directory: The corpus; hidden files are left out.
  ///   - purpose: The use asked for.
  ///   - grantee: Who asks.
  ///   - territory: Where the works will be used, if anybody says.
  ///   - output: Where to put the manifest file that `train` reads; nil for nowhere.
  ///   - writer: The register.
  /// - Returns: The decisions and the manifest.
  /// - Throws: `ServiceError` where the corpus is missing or empty; a file that cannot be read is a
  ///   refused candidate, not an error.
  package static func run(
    directory: String, purpose: Purpose, grantee: DIDKey, territory: Territory? = nil,
    output: String?, in writer: RegisterWriter
  ) throws -> Result {
    guard FileSystem.directoryExists(directory) else {
      throw ServiceError.refused(
        "the corpus '\(directory)' is no directory: give one that holds texts")
    }
    let paths = try FileSystem.visibleFilesBelow(directory)
    guard !paths.isEmpty else {
      throw ServiceError.refused("the corpus '\(directory)' holds no files")
    }
    let layout = writer.layout
    let gate = try Gate(
      state: writer.state, purpose: purpose, grantee: grantee, at: writer.now, in: territory,
      fingerprints: { try FileSystem.readFile(layout.fingerprint($0), limit: AddWorks.largestWork) }
    )
    let candidates = paths.map { candidate(directory, $0) }
    let corpus = Set(candidates.compactMap(\.work))
    let decisions = candidates.map { gate.decide($0, in: corpus) }
    let leaves = decisions.map(\.json.canonicalBytes)
    let root = SHA256Tree().root(of: leaves.map { SHA256Tree().leaf($0) })
    let manifest = Manifest(
      decisions: decisions, decisionsRoot: root, purpose: purpose, grantee: grantee,
      territory: territory, treeSize: writer.state.size)
    let digest = manifest.digest
    let admitted = decisions.count { $0.verdict.isAdmitted }
    let record = AdmissionRecord(
      manifest: digest, decisionsRoot: root, purpose: purpose, grantee: grantee,
      territory: territory, treeSize: Int64(writer.state.size), admitted: Int64(admitted),
      refused: Int64(decisions.count - admitted))
    let position = try writer.append([.admissionDecided(record)]) {
      if let output {
        try ManifestFile(
          corpus: FileSystem.absolutePath(directory), manifest: manifest
        ).write(to: output)
      }
      try FileSystem.createDirectory(layout.admission(digest))
      try DurableFile.write(
        Array(leaves.map { $0 + [UInt8(ascii: "\n")] }.joined()), to: layout.decisions(digest))
      try DurableFile.write(Array(manifest.json.prettyText.utf8), to: layout.manifest(digest))
    }.lowerBound
    return Result(decisions: decisions, manifest: manifest, position: position)
  }

  private static func candidate(_ directory: String, _ path: String) -> Candidate {
    do {
      let bytes = try FileSystem.readFile(directory + "/" + path, limit: AddWorks.largestWork)
      do {
        let words = try WordSequence(utf8: bytes)
        return Candidate(
          path: path, byteCount: bytes.count,
          content: .work(SHA256.digest(bytes), words: words))
      } catch {
        return Candidate(path: path, byteCount: bytes.count, content: .unreadable("\(error)"))
      }
    } catch {
      // The path of the error names this machine; the decision is public.
      return Candidate(path: path, byteCount: 0, content: .unreadable("the file cannot be read"))
    }
  }
}
