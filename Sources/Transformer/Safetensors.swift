// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Canonical

/// Why a safetensors file cannot be read into a model.
package enum SafetensorsError: Error, Hashable {
  /// The file ends before this many bytes.
  case truncated(needed: Int)
  /// The header is no JSON object of the format.
  case malformedHeader
  /// A tensor of the model is not in the file.
  case missing(String)
  /// A tensor of the file is not in the model.
  case unexpected(String)
  /// A tensor has another element type or shape than the model's.
  case mismatch(String)
}

extension SafetensorsError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .truncated(let needed):
      "the weights end before byte \(needed): copy the file again"
    case .malformedHeader:
      "the weights have no safetensors header: give a file made by `cadastre train`"
    case .missing(let name):
      "the weights lack \(name): give the file that belongs to this configuration"
    case .unexpected(let name):
      "the weights hold \(name), unknown to the model: give the file of this configuration"
    case .mismatch(let name):
      "\(name) is not F32 of the model's shape: give the file of this configuration"
    }
  }
}

/// Weights in the safetensors format.
///
/// Eight bytes of header length, a JSON header, raw little-endian floats: what
/// `LlamaForCausalLM.from_pretrained` of `transformers` loads.
package enum Safetensors {
  /// The most bytes a header may have.
  package static let maximumHeaderBytes = 1 << 20

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

  /// Reads the weights of exactly this layout.
  ///
  /// - Throws: `SafetensorsError`; `parameters` may then be partly written.
  package static func decode(
    _ bytes: [UInt8], _ layout: ParameterLayout, into parameters: UnsafeMutablePointer<Float>
  ) throws(SafetensorsError) {
    guard bytes.count >= 8 else { throw .truncated(needed: 8) }
    let headerCount = integer(bytes[0..<8])
    guard headerCount <= UInt64(maximumHeaderBytes) else { throw .malformedHeader }
    let data = 8 + Int(headerCount)
    guard bytes.count >= data else { throw .truncated(needed: data) }
    guard let header = try? JSON.parse(Array(bytes[8..<data])), let object = header.object else {
      throw .malformedHeader
    }
    let known = Set(layout.tensors.map(\.name))
    for key in object.keys where key != "__metadata__" && !known.contains(key) {
      throw .unexpected(key)
    }
    for tensor in layout.tensors {
      guard let entry = object[tensor.name] else { throw .missing(tensor.name) }
      guard entry["dtype"]?.string == "F32",
        entry["shape"]?.array?.compactMap(\.integer) == tensor.shape.map(Int64.init),
        let offsets = entry["data_offsets"]?.array?.compactMap(\.integer), offsets.count == 2,
        offsets[0] >= 0, offsets[0] <= Int64(bytes.count),
        offsets[1] - offsets[0] == Int64(tensor.count * 4)
      else { throw .mismatch(tensor.name) }
      let start = data + Int(offsets[0])
      guard start + tensor.count * 4 <= bytes.count else {
        throw .truncated(needed: start + tensor.count * 4)
      }
      for index in 0..<tensor.count {
        let at = start + index * 4
        let pattern = UInt32(truncatingIfNeeded: integer(bytes[at..<at + 4]))
        parameters[tensor.offset + index] = Float(bitPattern: pattern)
      }
    }
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
