// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Primitives
import Register
package import Rights
package import Signing
import Storage

/// Writes a contributor's grants and reservations in the formats that crawlers read.
package enum ExportTerms {
  /// A work that lies at a path of the contributor's site.
  package struct Place: Sendable {
    /// The work.
    package let work: Digest
    /// The path, from the root.
    package let path: String

    /// Says where a work lies.
    package init(work: Digest, path: String) {
      self.work = work
      self.path = path
    }
  }

  /// Writes all files into a new directory.
  ///
  /// - Parameters:
  ///   - party: Whose terms.
  ///   - places: Where single works lie; all others have the terms of the site.
  ///   - baseURL: Where the site is; without it, files name each other by nothing.
  ///   - directory: Where to write; new or empty.
  ///   - snapshot: The register.
  ///   - moment: The moment for grants that begin or end.
  /// - Returns: The terms, and the paths of the files below the directory.
  /// - Throws: `ServiceError` where a work is not the party's, a path or the address is none, or the
  ///   directory is not empty; what the disk throws.
  package static func run(
    of party: DIDKey, places: [Place], baseURL: String?, to directory: String,
    from snapshot: RegisterSnapshot, at moment: Timestamp
  ) throws -> (terms: PublishedTerms, files: [String]) {
    guard snapshot.state.parties[party] != nil else {
      throw ServiceError.refused("\(party) is not registered: register the key first")
    }
    try check(places, of: party, baseURL: baseURL, in: snapshot)
    let isUsed =
      FileSystem.fileExists(directory)
      && (try? FileSystem.listDirectory(directory))?.isEmpty != true
    guard !isUsed else {
      throw ServiceError.refused("'\(directory)' is not empty: give a new directory")
    }
    let terms = PublishedTerms(
      of: party, in: snapshot.state, at: moment, baseURL: baseURL,
      paths: places.map { ($0.work, $0.path) })
    var files: [(path: String, bytes: [UInt8])] = [
      ("robots.txt", Array(terms.robotsText.utf8)), ("license.xml", Array(terms.licenceText.utf8)),
      (".well-known/tdmrep.json", Array(terms.reservations.prettyText.utf8)),
      ("ai.txt", Array(terms.aiText.utf8)),
    ]
    if let policy = terms.policy {
      files.append(("tdm-policy.json", Array(policy.prettyText.utf8)))
    }
    for scope in terms.scopes {
      let suffix = scope.work.map { "-\($0.short)" } ?? ""
      files.append(("headers\(suffix).txt", Array(terms.headers(for: scope).utf8)))
      files.append(
        (
          "training-mining\(suffix).json",
          Array(terms.miningAssertion(for: scope).prettyText.utf8)
        ))
    }
    for identifier in terms.grants {
      guard let grant = snapshot.state.grant(identifier) else { continue }
      files.append(
        ("credentials/\(identifier.hex).json", grant.grant.credential.canonicalBytes))
    }
    for file in files {
      try FileSystem.createDirectory(FileSystem.parentDirectory(of: directory + "/" + file.path))
      try DurableFile.write(file.bytes, to: directory + "/" + file.path)
    }
    return (terms, files.map(\.path))
  }

  private static func check(
    _ places: [Place], of party: DIDKey, baseURL: String?, in snapshot: RegisterSnapshot
  ) throws {
    for place in places {
      guard snapshot.state.works[place.work]?.owner == party else {
        throw ServiceError.refused(
          "the work \(place.work.short) is not one of \(party): terms are published by the owner")
      }
      let isPlain = place.path.utf8.allSatisfy {
        (0x21...0x7e).contains($0) && !"*$#<>\"".utf8.contains($0)
      }
      guard place.path.hasPrefix("/"), place.path != "/", isPlain,
        place.path.utf8.count < ReadingLimits.longestPath
      else {
        throw ServiceError.usage(
          "'\(place.path)' is no path of a page: begin it with / and escape what is not plain ASCII"
        )
      }
    }
    guard Set(places.map(\.path)).count == places.count else {
      throw ServiceError.usage("two works cannot lie at the same path: give each its own")
    }
    guard let baseURL else { return }
    let isURL = baseURL.hasPrefix("https://") || baseURL.hasPrefix("http://")
    let isPlain = baseURL.utf8.allSatisfy {
      (0x21...0x7e).contains($0) && !"<>\"#?".utf8.contains($0)
    }
    guard isURL, isPlain, baseURL.utf8.count < SignalObservation.longestURL / 2 else {
      throw ServiceError.usage(
        "'\(baseURL)' is no address of a site: write one such as https://example.org")
    }
  }
}
