// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import Primitives
import Testing

@Suite struct PackedVectorTests {
  /// Values of very different sizes, some blocks all zero.
  private func values(_ count: Int, seed: UInt64) -> FloatBuffer {
    var random = Philox4x32(key: seed, stream: 0)
    let buffer = FloatBuffer(count: PackedVector.padded(count))
    for index in 0..<count where index / 64 % 5 != 3 {
      let scale = Float(sign: .plus, exponent: -Int(index / 64 % 40), significand: 1)
      buffer.base[index] = scale * (Float(random.below(2_000_001)) / 1_000_000 - 1)
    }
    return buffer
  }

  @Test(arguments: PackedVector.widths, [1, 63, 64, 65, 4104])
  func `A packed number is the nearest that its block can state`(_ bits: Int, _ count: Int) {
    let original = values(count, seed: UInt64(count))
    let bytes = PackedVector.byteCount(count, bits: bits)
    #expect(bytes % 4 == 0)
    let packed = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { packed.deallocate() }
    PackedVector.pack(original.base, count: count, bits: bits, into: packed)
    let restored = FloatBuffer(count: original.count)
    // In two stretches, as threads take them.
    let middle = count / 128 * 64
    for range in [0..<middle, middle..<count] {
      PackedVector.add(1, packed, count: count, bits: bits, range, to: restored.base)
    }
    let largest = Float(1 << (bits - 1)) - 1
    for block in 0..<original.count / 64 {
      let range = block * 64..<block * 64 + 64
      let most = range.reduce(Float(0)) { max($0, original.base[$1].magnitude) }
      // The scale is at most 2⁻⁷ above the exact one.
      let step = most / largest * 1.0079
      for index in range {
        let error = (restored.base[index] - original.base[index]).magnitude
        #expect(error <= 0.5001 * step, "\(index)")
      }
    }
    let direction = values(count, seed: 99)
    var expected = 0.0
    var size = 0.0
    for index in 0..<count {
      let product = Double(direction.base[index]) * Double(restored.base[index])
      expected += product
      size += product.magnitude
    }
    let dot = PackedVector.dot(direction.base, packed, count: count, bits: bits)
    #expect((dot - expected).magnitude <= 1e-5 * size)
  }
}
