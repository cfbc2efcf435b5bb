// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Attribution
import Canonical
package import Register
import Signing
package import Storage

/// Reads the books of a model as the log binds them.
package enum BooksReader {
  /// The books.
  ///
  /// - Throws: `ServiceError.refused` where the file is not the one that the log binds.
  package static func read(
    _ model: ModelName, layout: RegisterLayout, state: RegisterState
  ) throws -> BooksFile {
    let path = layout.model(model) + "/books/books.json"
    let bytes = try FileSystem.readFile(path, limit: 1 << 34)
    guard let finish = state.runs[model]?.finish, SHA256.digest(bytes) == finish.books else {
      throw ServiceError.refused(
        "'\(path)' is not the books that the log binds: run 'cadastre verify'")
    }
    return try BooksFile(json: try JSON.parse(bytes))
  }
}
