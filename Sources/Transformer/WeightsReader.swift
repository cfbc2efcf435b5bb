// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Kernels

/// What is wrong with one file of a model's weights.
package struct WeightsFileError: Error, Hashable, CustomStringConvertible {
  package let file: String
  package let error: SafetensorsError

  package init(file: String, error: SafetensorsError) {
    self.file = file
    self.error = error
  }

  package var description: String { "\(file): \(error)" }
}

/// Gathers the weights of a layout from one or more safetensors files, as float32.
///
/// F32, F16 and BF16 are read; each is exact in float32. Nothing of a file is taken before all of it
/// was checked.
package struct WeightsReader: ~Copyable {
  private let layout: ParameterLayout
  private let places: [String: ParameterTensor]
  private let weightMap: [String: String]?
  private var found: Set<String> = []
  private let weights: FloatBuffer

  /// - Parameters:
  ///   - layout: The model's tensors; all must come.
  ///   - index: Which file holds each tensor, where the weights are sharded.
  package init(_ layout: ParameterLayout, index: ShardIndex? = nil) {
    self.layout = layout
    places = Dictionary(uniqueKeysWithValues: layout.tensors.map { ($0.name, $0) })
    weightMap = index?.fileOfTensor
    weights = FloatBuffer(count: layout.count)
  }

  /// Takes the tensors of one file.
  ///
  /// - Throws: `WeightsFileError` with the file's name and, where one is to blame, the tensor's.
  package mutating func read(
    file name: String, _ bytes: [UInt8]
  ) throws(WeightsFileError) {
    do throws(SafetensorsError) {
      let header = try SafetensorsHeader(bytes)
      var wanted: [(SafetensorsHeader.Tensor, SafetensorsHeader.ElementType, Int)] = []
      for tensor in header.tensors where !isIgnored(tensor.name) {
        guard let place = places[tensor.name] else { throw .unexpected(tensor.name) }
        guard let type = SafetensorsHeader.ElementType(rawValue: tensor.type) else {
          throw .unsupportedType(tensor.name, tensor.type)
        }
        guard tensor.shape == place.shape else {
          throw .wrongShape(tensor.name, found: tensor.shape, expected: place.shape)
        }
        if let weightMap, weightMap[tensor.name] != name { throw .notInIndex(tensor.name) }
        guard !found.contains(tensor.name) else { throw .twice(tensor.name) }
        wanted.append((tensor, type, place.offset))
      }
      for (tensor, type, offset) in wanted {
        let target = weights.base + offset
        found.insert(tensor.name)
        bytes.withUnsafeBytes {
          Self.widen(UnsafeRawBufferPointer(rebasing: $0[tensor.bytes]), type, into: target)
        }
        guard (0..<tensor.bytes.count / type.size).allSatisfy({ target[$0].isFinite }) else {
          throw .notFinite(tensor.name)
        }
      }
    } catch {
      throw WeightsFileError(file: name, error: error)
    }
  }

  /// The weights, once all tensors were found.
  ///
  /// `file`: the file to blame for a missing tensor where no index names one.
  /// Throws `WeightsFileError` for the first tensor that was in no file.
  package consuming func finish(file: String) throws(WeightsFileError) -> FloatBuffer {
    for tensor in layout.tensors where !found.contains(tensor.name) {
      throw WeightsFileError(
        file: weightMap?[tensor.name] ?? file, error: .missing(tensor.name))
    }
    return weights
  }

  /// Tables that old checkpoints hold beside the weights, and an output that is the embedding.
  private func isIgnored(_ name: String) -> Bool {
    name.hasSuffix(".rotary_emb.inv_freq") || (name == "lm_head.weight" && places[name] == nil)
  }

  private static func widen(
    _ bytes: UnsafeRawBufferPointer, _ type: SafetensorsHeader.ElementType,
    into target: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<bytes.count / type.size {
      let at = index * type.size
      switch type {
      case .float32:
        let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        target[index] = Float(bitPattern: bits)
      case .float16:
        let bits = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self))
        target[index] = Self.widenHalf(bits)
      case .bfloat16:
        let bits = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self))
        target[index] = Float(bitPattern: UInt32(bits) << 16)
      }
    }
  }

  /// IEEE 754 binary16 to binary32, exactly.
  static func widenHalf(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let value = Float(fraction) * 0x1p-24
      return Float(bitPattern: value.bitPattern | sign)
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
