// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A fresh directory that is removed with everything in it when the value goes.
package final class TemporaryDirectory: Sendable {
  /// The absolute path.
  package let path: String

  /// Makes the directory below the system's temporary directory.
  package init() throws {
    path =
      FileManager.default.temporaryDirectory.appending(path: "cadastre-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    // What programs remember of work here, where a test puts that beside it.
    try? FileManager.default.removeItem(atPath: path + ".state")
  }
}
