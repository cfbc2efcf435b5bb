// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Primitives

/// One stored interval as it lies in memory: the weights at its start and every row's displacement.
///
/// 64 bytes of header (magic, then the interval's number, parameters, rows and bits as 64-bit words),
/// the weights as floats, and the rows packed one after the other, that of weight decay last; all
/// little-endian. `formats.md` has every offset.
package struct DisplacementInterval {
  static let magic = Array("cadastre-moves/1".utf8)
  static let headerBytes = 64

  /// The weights at the interval's start.
  package let weights: UnsafePointer<Float>
  private let rows: UnsafeRawPointer
  private let parameterCount: Int
  private let bits: Int

  /// Reads an interval where it lies; nil where the bytes are not of that interval.
  ///
  /// - Parameters:
  ///   - memory: A whole file, aligned for floats, which must outlive the interval.
  ///   - number: The interval's number from 0.
  ///   - parameterCount: The model's floats.
  ///   - rowCount: The rows, without that of weight decay.
  ///   - bits: Bits of a number.
  package init?(
    _ memory: UnsafeRawBufferPointer, number: Int, parameterCount: Int, rowCount: Int, bits: Int
  ) {
    let head = Self.header(
      number: number, parameterCount: parameterCount, rowCount: rowCount, bits: bits)
    let size = DisplacementPlan.intervalBytes(
      parameterCount: parameterCount, bits: bits, rows: rowCount)
    guard memory.count == size, memory.prefix(head.count).elementsEqual(head),
      let base = memory.baseAddress
    else { return nil }
    let floats = PackedVector.padded(parameterCount)
    weights = (base + Self.headerBytes).assumingMemoryBound(to: Float.self)
    rows = base + Self.headerBytes + floats * 4
    self.parameterCount = parameterCount
    self.bits = bits
  }

  static func header(number: Int, parameterCount: Int, rowCount: Int, bits: Int) -> [UInt8] {
    var head = ByteWriter()
    head.write(magic)
    for value in [number, parameterCount, rowCount, bits] {
      head.writeLittleEndian(UInt64(value))
    }
    head.write(repeatElement(0, count: headerBytes - head.bytes.count))
    return head.bytes
  }

  /// The inner product of a direction and a row; the row behind the last is weight decay.
  func dot(_ direction: UnsafePointer<Float>, row: Int) -> Double {
    PackedVector.dot(
      direction, rows + row * PackedVector.byteCount(parameterCount, bits: bits),
      count: parameterCount, bits: bits)
  }
}
