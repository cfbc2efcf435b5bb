// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
package import Primitives
package import Register
package import Signing
import Storage

/// Registers works by the SHA-256 of their bytes, with the fingerprints that find derived copies.
package enum AddWorks {
  /// One file to be registered.
  package struct Submission {
    /// Where the bytes are.
    package let path: String
    /// What the work is called.
    package let title: String
    /// The owner's key, or that of one of several.
    package let key: SecretKey
    /// Who owns it together; nil where the key's owner is the one.
    package let ownership: Ownership?
    /// The identifier of the model that generated it; nil where people made it.
    package let generator: Digest?

    /// Makes a submission.
    package init(
      path: String, title: String, key: SecretKey, ownership: Ownership? = nil,
      generator: Digest? = nil
    ) {
      self.path = path
      self.title = title
      self.key = key
      self.ownership = ownership
      self.generator = generator
    }
  }

  /// The largest work that is read, in bytes.
  package static let largestWork = 1 << 30

  /// Reads, fingerprints and registers all files, or none.
  ///
  /// - Returns: The works registered, in the order of the submissions.
  /// - Throws: `ServiceError` naming the file that cannot be registered, and why.
  package static func run(
    _ submissions: [Submission], in writer: RegisterWriter
  ) throws -> [WorkRegistration] {
    var prepared: [(fingerprint: Fingerprint, bytes: Int, work: Digest)] = []
    for submission in submissions {
      let bytes = try FileSystem.readFile(submission.path, limit: largestWork)
      do {
        let fingerprint = try Fingerprint(utf8: bytes)
        prepared.append((fingerprint, bytes.count, SHA256.digest(bytes)))
      } catch {
        throw ServiceError.refused(
          "'\(submission.path)' is no work that can be registered: \(error)")
      }
    }
    var given: Set<Digest> = []
    for (index, entry) in prepared.enumerated() where !given.insert(entry.work).inserted {
      throw ServiceError.refused(
        "'\(submissions[index].path)' has the same bytes as another file given")
    }
    for (entry, submission) in zip(prepared, submissions) {
      if let known = writer.state.works[entry.work] {
        throw ServiceError.refused(
          "'\(submission.path)' is registered already, at entry \(known.position)")
      }
    }
    let titles = RegisterWriter.commitments(to: submissions.map(\.title))
    let registrations = zip(zip(prepared, titles), submissions).map { pair, submission in
      WorkRegistration(
        work: pair.0.work, byteCount: Int64(pair.0.bytes), title: pair.1.digest,
        fingerprint: SHA256.digest(pair.0.fingerprint.encoded), ownership: submission.ownership,
        generator: submission.generator)
    }
    let drafts = zip(registrations, submissions).map { registration, submission in
      RegisterWriter.Draft(.workRegistered(registration), signedBy: submission.key)
    }
    try writer.append(drafts) {
      try writer.keep(titles)
      for entry in prepared {
        try DurableFile.write(
          entry.fingerprint.encoded, to: writer.layout.fingerprint(entry.work))
      }
    }
    return registrations
  }

  /// The title of a work that nobody named: its file's name without the extension.
  package static func title(ofFile path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// The files that paths stand for: directories are walked, hidden files left out, order by name.
  package static func files(_ paths: [String]) throws -> [String] {
    var files: [String] = []
    for path in paths {
      if FileSystem.directoryExists(path) {
        files += try FileSystem.visibleFilesBelow(path).map { path + "/" + $0 }
      } else {
        files.append(path)
      }
    }
    return files
  }
}
