// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CArchive

/// Opens an EPUB through libarchive, and takes out its package files.
enum PublicationArchive {
  private static let container = "META-INF/container.xml"
  private static let containerNamespace = "urn:oasis:names:tc:opendocument:xmlns:container"

  /// The package files that `container.xml` names; none where the archive is no EPUB.
  ///
  /// - Throws: `ReadingError` where the archive cannot be read, or a package is missing.
  static func packages(in bytes: [UInt8]) throws(ReadingError) -> [[UInt8]] {
    guard let index = try file(container, in: bytes) else { return [] }
    let root = try MarkupReader.read(index)
    let paths = root.descendants.filter {
      $0.name == "rootfile" && $0.namespace == containerNamespace
    }.compactMap { $0.attribute("full-path") }
    guard !paths.isEmpty else { throw .noPackage }
    var packages: [[UInt8]] = []
    for path in paths {
      guard let package = try file(path, in: bytes) else { throw .noPackage }
      packages.append(package)
    }
    return packages
  }

  /// One file of an archive; nil where it has none of that name.
  private static func file(
    _ name: String, in bytes: [UInt8]
  ) throws(ReadingError) -> [UInt8]? {
    guard let archive = archive_read_new() else { throw .notAnArchive("no memory") }
    defer { archive_read_free(archive) }
    archive_read_support_format_zip(archive)
    let outcome = bytes.withUnsafeBytes { buffer in
      Result { () throws(ReadingError) in
        try find(name, in: archive, of: buffer)
      }
    }
    return try outcome.get()
  }

  private static func find(
    _ name: String, in archive: OpaquePointer, of buffer: UnsafeRawBufferPointer
  ) throws(ReadingError) -> [UInt8]? {
    guard archive_read_open_memory(archive, buffer.baseAddress, buffer.count) == ARCHIVE_OK else {
      throw .notAnArchive(reason(archive))
    }
    var entry: OpaquePointer?
    for _ in 0..<ReadingLimits.mostArchiveEntries {
      let status = archive_read_next_header(archive, &entry)
      if status == ARCHIVE_EOF { return nil }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN else {
        throw .notAnArchive(reason(archive))
      }
      guard let path = archive_entry_pathname(entry), String(cString: path) == name else {
        continue
      }
      return try content(of: archive)
    }
    throw .tooManyElements(limit: ReadingLimits.mostArchiveEntries)
  }

  /// The content of the entry that was found, as far as the limit: what unpacks to more is refused.
  private static func content(of archive: OpaquePointer) throws(ReadingError) -> [UInt8] {
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = piece.withUnsafeMutableBytes {
        archive_read_data(archive, $0.baseAddress, $0.count)
      }
      guard count >= 0 else { throw .notAnArchive(reason(archive)) }
      if count == 0 { return content }
      content += piece[..<count]
      guard content.count <= ReadingLimits.largestEmbedded else {
        throw .tooLarge(bytes: content.count, limit: ReadingLimits.largestEmbedded)
      }
    }
  }

  private static func reason(_ archive: OpaquePointer) -> String {
    archive_error_string(archive).map { String(cString: $0) } ?? "no reason given"
  }
}
