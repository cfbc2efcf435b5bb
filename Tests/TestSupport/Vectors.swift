// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Published test vectors, read in place from the directory that holds them.
package enum Vectors {
  /// `$CADASTRE_VECTORS`, else `../shared/vectors` beside the package; nil where neither exists.
  package static let directory: URL? = {
    let package = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let candidates = [
      ProcessInfo.processInfo.environment["CADASTRE_VECTORS"].map { URL(filePath: $0) },
      package.deletingLastPathComponent().appending(path: "shared/vectors"),
    ].compactMap(\.self)
    return candidates.first { FileManager.default.fileExists(atPath: $0.path) }
  }()

  /// Whether the vectors are here; prints one visible notice a suite where they are not.
  package static func areAvailable(for suite: String) -> Bool {
    if directory != nil { return true }
    print("NOTICE: \(suite): skipped, no published vectors (set CADASTRE_VECTORS to their folder)")
    return false
  }

  /// The bytes of one vector file.
  package static func bytes(_ path: String) throws -> [UInt8] {
    guard let directory else { throw CocoaError(.fileNoSuchFile) }
    return [UInt8](try Data(contentsOf: directory.appending(path: path)))
  }

  /// The text of one vector file without the white space at its end.
  package static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
