// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Kernels
import Primitives
import Register
import Signing
import Storage
import Transformer

/// A model whose weights a run goes on from: a directory as Hugging Face's tools write it, or a model
/// of this register.
final class BaseModel {
  /// Its shape, with all the positions it was made for.
  let configuration: ModelConfiguration
  /// In the order of its layout.
  let weights: FloatBuffer
  /// The SHA-256 of each file that was read, by name.
  let files: [String: Digest]
  /// Its identifier, where this register released it.
  let release: Digest?
  /// Its `tokenizer.json` and, behind it, its `tokenizer_config.json`, where it has them.
  let tokenizerFiles: [(path: String, bytes: [UInt8])]

  /// The largest `tokenizer.json` that is read, bytes.
  static let largestTokenizer = 1 << 28

  /// Reads a model and checks all of it.
  ///
  /// - Parameters:
  ///   - place: A directory, or the name of a released model.
  ///   - layout: Where models of this register lie.
  ///   - state: What the register released.
  /// - Throws: `ServiceError` that names the file, and the tensor where one is to blame.
  init(_ place: String, layout: RegisterLayout, state: RegisterState) throws {
    let name = ModelName(place)
    let released = name.flatMap { state.runs[$0]?.release }
    let directory = released.map { layout.model($0.model) } ?? place
    guard FileSystem.fileExists(directory + "/config.json") else {
      throw ServiceError.refused(
        "'\(place)' is neither a released model nor a directory with a config.json: give one of them"
      )
    }
    var files: [String: Digest] = [:]
    func read(_ name: String) throws -> [UInt8] {
      let bytes = try FileSystem.readFile(directory + "/" + name, limit: 1 << 36)
      files[name] = SHA256.digest(bytes)
      return bytes
    }
    do {
      configuration = try ModelConfiguration(huggingFace: JSON.parse(try read("config.json")))
      let isSharded = !FileSystem.fileExists(directory + "/model.safetensors")
      var index: ShardIndex?
      if isSharded, FileSystem.fileExists(directory + "/" + ShardIndex.fileName) {
        index = try ShardIndex(json: JSON.parse(try read(ShardIndex.fileName)))
      }
      var reader = WeightsReader(ParameterLayout(configuration), index: index)
      for file in index?.files ?? ["model.safetensors"] {
        try reader.read(file: file, try read(file))
      }
      weights = try reader.finish(file: "model.safetensors")
    } catch let error as StorageError {
      throw error
    } catch {
      throw ServiceError.refused("the model '\(place)' cannot be used: \(error)")
    }
    var tokenizerFiles: [(path: String, bytes: [UInt8])] = []
    for name in [RunTokenizer.fileName, RunTokenizer.configurationFileName]
    where FileSystem.fileExists(directory + "/" + RunTokenizer.fileName)
      && FileSystem.fileExists(directory + "/" + name)
    {
      let bytes = try FileSystem.readFile(
        directory + "/" + name, limit: Self.largestTokenizer)
      files[name] = SHA256.digest(bytes)
      tokenizerFiles.append((name, bytes))
    }
    self.tokenizerFiles = tokenizerFiles
    if let released {
      for (file, digest) in files where released.files[file] != digest {
        throw ServiceError.refused(
          "'\(directory)/\(file)' is not the file that the log binds: run 'cadastre verify'")
      }
    }
    self.files = files
    release = released?.identifier
  }
}
