// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives
import Signing
import Storage

/// Reads admitted works back from the lines that they were admitted from.
enum WorksInLines {
  /// The bytes of works, in the order of their entries.
  ///
  /// A work goes by its digest: under which path or in which line it stands makes no difference.
  ///
  /// - Throws: `StorageError`, and `ServiceError` where a work is not there any more.
  static func read(
    _ entries: [Manifest.Entry], in path: String
  ) throws -> [(entry: Manifest.Entry, bytes: [UInt8])] {
    let wanted = Set(entries.map(\.work))
    var texts: [Digest: [UInt8]] = [:]
    var reader = try LineReader(path: path, longestLine: DocumentLine.longest)
    while texts.count < wanted.count, let block = try reader.next() {
      let bytes = block.bytes.span
      var start = 0
      while start < bytes.count {
        let end = block.endOfLine(from: start)
        if let text = DocumentLine.text(of: bytes.extracting(start..<end)) {
          let work = SHA256.digest(text)
          if wanted.contains(work) { texts[work] = text }
        }
        start = end + 1
      }
    }
    return try entries.map { entry in
      guard let bytes = texts[entry.work] else {
        throw ServiceError.refused(
          "no line of '\(path)' holds the work that was admitted as '\(entry.path)': put it back,"
            + " or admit again")
      }
      return (entry, bytes)
    }
  }
}
