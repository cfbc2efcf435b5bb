// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Canonical

/// Why a safetensors file cannot be read into a model.
package enum SafetensorsError: Error, Hashable {
  /// The file ends before this many bytes.
  case truncated(needed: Int)
  /// Bytes follow the last tensor.
  case trailingBytes
  /// The header is no JSON object of the format.
  case malformedHeader
  /// A tensor's entry is not of the format.
  case malformedEntry(String)
  /// A tensor overlaps another, leaves a gap, or has another length than its shape.
  case wrongPlace(String)
  /// A tensor of the model is not in the file.
  case missing(String)
  /// A tensor of the file is not in the model.
  case unexpected(String)
  /// A tensor has another shape than the model's.
  case wrongShape(String, found: [Int], expected: [Int])
  /// A tensor has an element type that is not read.
  case unsupportedType(String, String)
  /// A tensor holds an infinite number, or none.
  case notFinite(String)
  /// A tensor stands in two files.
  case twice(String)
  /// A tensor stands in another file than the index says.
  case notInIndex(String)
}

extension SafetensorsError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .truncated(let needed):
      "the weights end before byte \(needed): copy the file again"
    case .trailingBytes:
      "bytes follow the last tensor: copy the file again"
    case .malformedHeader:
      "the weights have no safetensors header: give a safetensors file"
    case .malformedEntry(let name):
      "the entry of \(name) is not of the format: copy the file again"
    case .wrongPlace(let name):
      "\(name) does not lie where its neighbours and its shape leave room: copy the file again"
    case .missing(let name):
      "the weights lack \(name): give the files that belong to this configuration"
    case .unexpected(let name):
      "the weights hold \(name), unknown to the model: give the files of this configuration"
    case .wrongShape(let name, let found, let expected):
      "\(name) is \(found), not \(expected): give the files of this configuration"
    case .unsupportedType(let name, let type):
      "\(name) is of type \(type): convert the weights to F32, F16 or BF16"
    case .notFinite(let name):
      "\(name) holds numbers that are not finite: copy the file again, or give other weights"
    case .twice(let name):
      "\(name) stands in another file too: give the files of one model"
    case .notInIndex(let name):
      "\(name) is not where the index says: give the index of these files"
    }
  }
}

/// Weights in the safetensors format.
///
/// Eight bytes of header length, a JSON header, raw little-endian floats: what
/// `LlamaForCausalLM.from_pretrained` of `transformers` loads.
package enum Safetensors {
  /// The most bytes a header may have.
  package static let maximumHeaderBytes = 16 << 20

  /// The file's bytes; the same for the same weights.
  package static func encode(
    _ layout: ParameterLayout, _ parameters: UnsafePointer<Float>
  ) -> [UInt8] {
    var members: [(String, JSON)] = [("__metadata__", ["format": "pt"])]
    for tensor in layout.tensors {
      let start = Int64(tensor.offset * 4)
      let entry: JSON = .object(
        JSONObject([
          ("data_offsets", .array([.integer(start), .integer(start + Int64(tensor.count * 4))])),
          ("dtype", "F32"),
          ("shape", .array(tensor.shape.map { .integer(Int64($0)) })),
        ]))
      members.append((tensor.name, entry))
    }
    var header = JSON.object(JSONObject(members)).canonicalBytes
    header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + layout.count * 4)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes += $0 }
    bytes += header
    for index in 0..<layout.count {
      withUnsafeBytes(of: parameters[index].bitPattern.littleEndian) { bytes += $0 }
    }
    return bytes
  }
}
