// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical

/// `model.safetensors.index.json`: which file of a directory holds each tensor.
package struct ShardIndex: Sendable {
  /// The name of the index in a model's directory.
  package static let fileName = "model.safetensors.index.json"

  let fileOfTensor: [String: String]

  /// The names of the files, in order.
  package var files: [String] { Set(fileOfTensor.values).sorted() }

  /// Reads an index; file names must be plain names of safetensors files.
  package init(json: JSON) throws(WeightsFileError) {
    guard let map = json["weight_map"]?.object, !map.members.isEmpty else {
      throw WeightsFileError(file: Self.fileName, error: .malformedHeader)
    }
    var files: [String: String] = [:]
    for member in map.members {
      guard let file = member.value.string, file.hasSuffix(".safetensors"), !file.hasPrefix("."),
        !file.utf8.contains(UInt8(ascii: "/")), !file.utf8.contains(0)
      else { throw WeightsFileError(file: Self.fileName, error: .malformedEntry(member.key)) }
      files[member.key] = file
    }
    fileOfTensor = files
  }
}
