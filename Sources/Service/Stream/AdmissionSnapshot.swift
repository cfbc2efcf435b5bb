// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Gate
import Primitives
import Signing
import Storage

/// A snapshot as it was opened: read-only, shared by threads, and by processes through the system's
/// cache.
///
/// Its table is hashed when it is opened and then mapped: what is not asked for is not kept in
/// memory. Nothing is written, so the file system may be read-only.
package final class AdmissionSnapshot: AdmissionSource, Sendable {
  /// The name of the description in a snapshot's directory.
  static let descriptionName = "snapshot.json"
  /// The name of the table of works.
  static let tableName = "works.table"
  /// The name of the whitelist that the findings rest on, if there is one.
  static let whitelistName = "whitelist.txt"
  /// The largest description that is read.
  static let largestDescription = 1 << 20

  /// Which question it answers.
  package let description: SnapshotDescription
  /// The whitelist that the findings rest on.
  let whitelist: DeclaredWhitelist?
  private let file: MappedFile
  private let table: SnapshotTable

  /// Opens a snapshot and checks the table against the description.
  ///
  /// - Throws: `SnapshotError` or `StorageError` naming the file that is missing or is not what it
  ///   was.
  package init(directory: String) throws {
    let bytes = try FileSystem.readFile(
      directory + "/" + Self.descriptionName, limit: Self.largestDescription)
    do {
      description = try SnapshotDescription(json: try JSON.parse(bytes))
    } catch {
      throw SnapshotError.damagedDescription(reason: "\(error)")
    }
    let names =
      [Self.tableName] + (description.question.whitelist == nil ? [] : [Self.whitelistName])
    guard let expected = description.files[Self.tableName],
      Set(description.files.keys) == Set(names)
    else {
      throw SnapshotError.damagedDescription(reason: "it names other files than a snapshot has")
    }
    let path = directory + "/" + Self.tableName
    guard try FileReader.digest(of: path) == expected.digest else {
      throw SnapshotError.otherFile(name: Self.tableName)
    }
    whitelist = try Self.whitelist(description, in: directory)
    file = try MappedFile(path: path)
    table = try SnapshotTable(file.bytes)
  }

  private static func whitelist(
    _ description: SnapshotDescription, in directory: String
  ) throws -> DeclaredWhitelist? {
    guard let digest = description.question.whitelist else { return nil }
    let bytes = try FileSystem.readFile(
      directory + "/" + whitelistName, limit: DeclaredWhitelist.largestFile)
    guard let list = try? DeclaredWhitelist(bytes), list.digest == digest,
      description.files[whitelistName]?.digest == digest
    else { throw SnapshotError.otherFile(name: whitelistName) }
    return list
  }

  package func finding(on candidate: Candidate) throws(SnapshotError) -> Finding {
    try table.finding(on: candidate)
  }
}
