// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register
package import Rights
import Storage

/// The documents of a source as they lie on disk.
package struct SignalDocuments: Sendable {
  /// The documents, in the order given.
  package let documents: [SourceDocument]
  /// The file that each came from.
  package let files: [String]
  /// The URL or path that rules are matched against.
  package let url: String?

  /// Reads files, and takes out of works what they carry.
  ///
  /// - Parameters:
  ///   - files: The files.
  ///   - kind: What they are; nil finds out.
  ///   - headers: A file with the fields of the answer, if there is one.
  ///   - status: The HTTP status of the files; 0 where nobody answered.
  ///   - url: The URL or path that rules are matched against.
  /// - Throws: `ServiceError` naming the file that cannot be read or is nothing known.
  package init(
    files: [String], kind: DocumentKind?, headers: String?, status: Int?, url: String?
  ) throws {
    if let url, !(1...SignalObservation.longestURL).contains(url.utf8.count) {
      throw ServiceError.usage(
        "the URL has \(url.utf8.count) bytes: give 1 to \(SignalObservation.longestURL)")
    }
    if let status, status != SourceDocument.noAnswer, !(100...599).contains(status) {
      throw ServiceError.usage(
        "\(status) is no HTTP status: give 100 to 599, or 0 where nobody answered")
    }
    self.url = url
    var documents: [SourceDocument] = []
    var names: [String] = []
    for file in files {
      for document in try Self.documents(in: file, kind: kind, status: status) {
        documents.append(document)
        names.append(file)
      }
    }
    if let headers {
      documents.append(
        SourceDocument(place: .headers, bytes: try Self.beginning(of: headers, .headers)))
      names.append(headers)
    }
    guard documents.count <= SignalObservation.mostDocuments else {
      throw ServiceError.refused(
        "these are \(documents.count) documents: read at most \(SignalObservation.mostDocuments)"
          + " at once")
    }
    self.documents = documents
    self.files = names
  }

  /// What the documents say.
  package var readings: [CombinedReading] { SignalReader.read(documents, url: url) }

  private static func documents(
    in file: String, kind asked: DocumentKind?, status: Int?
  ) throws -> [SourceDocument] {
    // Where the server gave no document there may be no file either.
    let isAnswered = status.map { (200..<300).contains($0) } ?? true
    let isThere = FileSystem.fileExists(file)
    let head = isThere || isAnswered ? try beginning(of: file, nil) : []
    let name = file.split(separator: "/").last.map(String.init) ?? file
    guard let kind = asked ?? DocumentKind.detect(name: name, bytes: head) else {
      throw ServiceError.refused(
        "'\(file)' is nothing that is known to say what may be done with a work: name its --format")
    }
    if let place = kind.place {
      let bytes = isThere || isAnswered ? try beginning(of: file, place) : []
      return [SourceDocument(place: place, bytes: bytes, status: status)]
    }
    let bytes = try FileSystem.readFile(file, limit: ReadingLimits.largestFile)
    do throws(ReadingError) {
      return try EmbeddedTerms.documents(in: bytes)
    } catch {
      throw ServiceError.refused("'\(file)': \(error)")
    }
  }

  /// The bytes of a file as far as one beyond what is read of its kind: enough to see that it is
  /// too large, which counts as a prohibition.
  private static func beginning(of file: String, _ place: SignalPlace?) throws(StorageError)
    -> [UInt8]
  {
    let limit = place.map(ReadingLimits.largest) ?? ReadingLimits.largestText
    do throws(StorageError) {
      return try FileSystem.readFile(file, limit: limit + 1)
    } catch {
      guard case .tooLarge = error else { throw error }
      return try FileReader.beginning(of: file, count: limit + 1)
    }
  }
}
