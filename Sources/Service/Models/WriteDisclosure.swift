// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Disclosure
import Storage

/// Puts documents in place.
package enum WriteDisclosure {
  /// Writes documents into a directory, each under the name of its format.
  ///
  /// - Returns: The names of the files written, in the order of the documents.
  package static func all(
    _ documents: [DisclosureDocument], to directory: String
  ) throws -> [String] {
    try FileSystem.createDirectory(directory)
    return try documents.map { document in
      try one(document, to: directory + "/" + document.format.fileName)
      return document.format.fileName
    }
  }

  /// Writes one document.
  package static func one(_ document: DisclosureDocument, to path: String) throws {
    try DurableFile.write(Array(document.text.utf8), to: path)
  }
}
