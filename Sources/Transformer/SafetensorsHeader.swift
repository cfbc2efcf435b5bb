// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Canonical

/// What a safetensors file holds, checked against its length before any tensor is touched.
///
/// The rules are those of the format's own library: tensors lie end to end, none overlaps another, no
/// byte is left over, no name stands twice.
package struct SafetensorsHeader {
  /// The element types that weights may have.
  enum ElementType: String {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"

    var size: Int { self == .float32 ? 4 : 2 }
  }

  struct Tensor {
    var name: String
    /// As the header names it, such as `F32`.
    var type: String
    var shape: [Int]
    /// Where its bytes lie in the file.
    var bytes: Range<Int>
  }

  /// In the order of their bytes.
  let tensors: [Tensor]

  /// Reads the header of a whole file.
  package init(_ file: [UInt8]) throws(SafetensorsError) {
    guard file.count >= 8 else { throw .truncated(needed: 8) }
    let length = file[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(Safetensors.maximumHeaderBytes) else { throw .malformedHeader }
    let start = 8 + Int(length)
    guard file.count >= start else { throw .truncated(needed: start) }
    guard let header = try? JSON.parse(Array(file[8..<start])), let object = header.object else {
      throw .malformedHeader
    }
    var tensors: [Tensor] = []
    for member in object.members where member.key != "__metadata__" {
      tensors.append(try Self.tensor(member.key, member.value, start: start, end: file.count))
    }
    tensors.sort {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    var next = start
    for tensor in tensors {
      guard tensor.bytes.lowerBound == next else { throw .wrongPlace(tensor.name) }
      next = tensor.bytes.upperBound
    }
    guard next == file.count else { throw .trailingBytes }
    self.tensors = tensors
  }

  private static func tensor(
    _ name: String, _ entry: JSON, start: Int, end: Int
  ) throws(SafetensorsError) -> Tensor {
    guard let type = entry["dtype"]?.string, let dimensions = entry["shape"]?.array,
      let offsets = entry["data_offsets"]?.array, offsets.count == 2,
      let first = offsets[0].integer, let last = offsets[1].integer
    else { throw .malformedEntry(name) }
    guard first >= 0, last >= first else { throw .wrongPlace(name) }
    guard last <= Int64(end - start) else {
      let (needed, overflow) = Int64(start).addingReportingOverflow(last)
      throw .truncated(needed: overflow ? Int.max : Int(needed))
    }
    var shape: [Int] = []
    var count = 1
    for dimension in dimensions {
      guard let size = dimension.integer, size >= 0 else { throw .malformedEntry(name) }
      let (product, overflow) = count.multipliedReportingOverflow(by: Int(size))
      guard !overflow else { throw .malformedEntry(name) }
      count = product
      shape.append(Int(size))
    }
    if let known = ElementType(rawValue: type) {
      let (bytes, overflow) = count.multipliedReportingOverflow(by: known.size)
      guard !overflow, Int64(bytes) == last - first else { throw .wrongPlace(name) }
    }
    return Tensor(
      name: name, type: type, shape: shape, bytes: start + Int(first)..<start + Int(last))
  }
}
