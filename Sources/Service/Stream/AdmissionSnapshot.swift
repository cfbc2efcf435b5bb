// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Gate
package import Primitives
import Signing
import Storage

/// A snapshot as it was opened: read-only, shared by threads, and by processes through the system's
/// cache.
///
/// Its files are hashed when it is opened and then mapped: what is not asked for is not kept in
/// memory. They are never written to, so the file system may be read-only.
package final class AdmissionSnapshot: AdmissionSource, Sendable {
  /// Which question it answers.
  package let description: SnapshotDescription
  package var rule: DerivationRule { description.rule }
  private let tableFile: MappedFile
  private let table: SnapshotTable
  private let index: any CopyIndex

  /// Opens a snapshot and checks every file against the description.
  ///
  /// - Throws: `ServiceError` naming the file that is missing or is not what it was.
  package init(directory: String) throws {
    let path = directory + "/" + SnapshotLayout.description
    let bytes = try FileSystem.readFile(path, limit: SnapshotLayout.largestDescription)
    do {
      description = try SnapshotDescription(json: try JSON.parse(bytes))
    } catch {
      throw SnapshotError.damagedDescription(reason: "\(error)")
    }
    guard Set(description.files.keys) == Set(SnapshotLayout.files) else {
      throw SnapshotError.damagedDescription(reason: "it names other files than a snapshot has")
    }
    for (name, file) in description.files.sorted(by: { $0.key < $1.key }) {
      guard try FileReader.digest(of: directory + "/" + name) == file.digest else {
        throw SnapshotError.otherFile(name: name)
      }
    }
    tableFile = try MappedFile(path: directory + "/" + SnapshotLayout.works)
    table = try SnapshotTable(tableFile.bytes)
    index = try SnapshotLayout.index(directory)
  }

  package func standing(of work: Digest) throws(SnapshotError) -> Standing? {
    try table.standing(of: work)
  }

  package func resemblances(
    of work: Digest, words: WordSequence?
  ) throws(SnapshotError) -> [Resemblance] {
    guard let words else { throw .noText(work) }
    return try index.matches(of: words)
  }
}

/// The files of a snapshot.
enum SnapshotLayout {
  /// What it is.
  static let description = "snapshot.json"
  /// The largest description that is read.
  static let largestDescription = 1 << 20
  /// How every work stands.
  static let works = "works.table"
  /// The grams of every work.
  static let grams = "grams.index"
  /// All but the description.
  static let files = [works, grams]

  static func index(_ directory: String) throws -> any CopyIndex {
    let bytes = try FileSystem.readFile(directory + "/" + grams, limit: 1 << 40)
    var reader = ByteReader(bytes)
    var index = FingerprintIndex()
    while reader.remaining > 0 {
      guard let work = reader.read(count: 32).flatMap(Digest.init(bytes:)),
        let size = reader.readLittleEndian(UInt64.self).flatMap({ Int(exactly: $0) }),
        let encoded = reader.read(count: size)
      else { throw SnapshotError.damagedTable(reason: "its grams break off") }
      index.add(try Fingerprint(encoded: Array(encoded)), of: work)
    }
    return index
  }

  static func writeIndex(
    works: [Digest], load: (Digest) throws -> [UInt8], to path: String
  ) throws {
    let file = try DurableFileWriter(path: path)
    for work in works {
      let encoded = try load(work)
      var writer = ByteWriter()
      writer.write(work.bytes)
      writer.writeLittleEndian(UInt64(encoded.count))
      try file.append(writer.bytes)
      try file.append(encoded)
    }
    try file.finish()
  }
}
