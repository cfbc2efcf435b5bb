// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Attribution
import Canonical
package import Register
import Signing
package import Storage

/// The files of a released model, read only where they are those that the log binds.
package enum ModelFile {
  /// The share register.
  package static func shares(
    of model: ModelName, layout: RegisterLayout, state: RegisterState
  ) throws -> ShareRegister {
    try ShareRegister(json: try read("shares.json", of: model, layout, state))
  }

  /// The books.
  package static func books(
    of model: ModelName, layout: RegisterLayout, state: RegisterState
  ) throws -> BooksFile {
    try BooksFile(json: try read("books/books.json", of: model, layout, state))
  }

  /// How losses and credits grew over the run.
  package static func course(
    of model: ModelName, layout: RegisterLayout, state: RegisterState
  ) throws -> CourseFile {
    try CourseFile(json: try read("books/course.json", of: model, layout, state))
  }

  private static func read(
    _ name: String, of model: ModelName, _ layout: RegisterLayout, _ state: RegisterState
  ) throws -> JSON {
    let path = layout.model(model) + "/" + name
    let bytes = try FileSystem.readFile(path, limit: 1 << 34)
    guard let digest = state.runs[model]?.release?.files[name], SHA256.digest(bytes) == digest
    else {
      throw ServiceError.refused(
        "'\(path)' is not the file that the log binds: run 'cadastre verify'")
    }
    return try JSON.parse(bytes)
  }
}
