// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Attribution
import Canonical
import Gate
import Primitives
package import Register
import Signing
package import Storage
import Transformer

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

  /// What retrained coalitions found; `nil` where the run retrained none.
  package static func survey(
    of model: ModelName, layout: RegisterLayout, state: RegisterState
  ) throws -> SurveyFile? {
    guard state.runs[model]?.release?.files[SurveyFile.path] != nil else { return nil }
    return try SurveyFile(json: try read(SurveyFile.path, of: model, layout, state))
  }

  /// How losses and credits grew over the run.
  package static func course(
    of model: ModelName, layout: RegisterLayout, state: RegisterState
  ) throws -> CourseFile {
    try CourseFile(json: try read("books/course.json", of: model, layout, state))
  }

  /// A file of JSON, by its path below the model's folder.
  static func read(
    _ name: String, of model: ModelName, _ layout: RegisterLayout, _ state: RegisterState
  ) throws -> JSON {
    try JSON.parse(try bytes(name, of: model, layout, state))
  }

  /// What cuts texts for a released model: its own tokenizer, or the bytes.
  static func encoding(
    of model: ModelName, vocabularySize: Int, layout: RegisterLayout, state: RegisterState
  ) throws -> any TextEncoding {
    guard state.runs[model]?.start.tokenizer != nil else { return ByteEncoding() }
    return try BytePairEncoding(
      file: try bytes(RunTokenizer.fileName, of: model, layout, state),
      vocabularySize: vocabularySize)
  }

  private static func bytes(
    _ name: String, of model: ModelName, _ layout: RegisterLayout, _ state: RegisterState
  ) throws -> [UInt8] {
    let path = layout.model(model) + "/" + name
    let bytes = try FileSystem.readFile(path, limit: 1 << 34)
    guard let digest = state.runs[model]?.release?.files[name], SHA256.digest(bytes) == digest
    else {
      throw ServiceError.refused(
        "'\(path)' is not the file that the log binds: run 'cadastre verify'")
    }
    return bytes
  }

  /// The manifest of an admission, which the log binds by its digest.
  static func manifest(_ digest: Digest, layout: RegisterLayout) throws -> Manifest {
    let path = layout.manifest(digest)
    let manifest = try Manifest(json: try JSON.parse(FileSystem.readFile(path, limit: 1 << 34)))
    guard manifest.digest == digest else {
      throw ServiceError.refused(
        "'\(path)' is not the manifest that the log binds: run 'cadastre verify'")
    }
    return manifest
  }

  /// Where a model's works lay when it was trained, on this machine; nothing in the log says so.
  static func corpus(of model: ModelName, layout: RegisterLayout) throws -> String {
    let path = layout.corpusNote(model)
    guard FileSystem.fileExists(path) else {
      throw ServiceError.refused(
        "nothing here says where the works of '\(model)' lie: name their directory with --corpus")
    }
    return String(decoding: try FileSystem.readFile(path, limit: 1 << 16), as: UTF8.self)
  }
}
