// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Vectors kept in 4, 8 or 16 bits a number.
///
/// Blocks of 64 numbers share a scale, the upper half of a `Float` rounded up; a number is
/// `scale · (n − 2^(bits−1))` with an unsigned `n` of that many bits. The scales come first, padded to
/// 64 bytes, then for each block `2 · bits` words of 32 bits, little-endian: field `s` of word
/// `8 h + j` holds number `8 (h · 32/bits + s) + j`, so that eight neighbours lie in eight words and
/// are taken out together. Numbers behind the last are zero.
package enum PackedVector {
  /// Numbers that share a scale.
  package static let block = 64
  /// How many bits a number may have.
  package static let widths = [16, 8, 4]

  /// `count` rounded up to whole blocks: what every vector given to `pack` and `dot` must hold.
  package static func padded(_ count: Int) -> Int { (count + block - 1) / block * block }

  /// Where the words of a vector begin.
  private static func scaleBytes(_ count: Int) -> Int {
    (padded(count) / block * 2 + 63) / 64 * 64
  }

  /// The bytes of a packed vector.
  package static func byteCount(_ count: Int, bits: Int) -> Int {
    scaleBytes(count) + padded(count) * bits / 8
  }

  /// Packs numbers, each to the nearest that its block can state; ties to even.
  ///
  /// `values`: `padded(count)` finite floats.
  /// `packed`: room for `byteCount` bytes, 4-byte aligned; all of them are written.
  package static func pack(
    _ values: UnsafePointer<Float>, count: Int, bits: Int, into packed: UnsafeMutableRawPointer
  ) {
    let blocks = padded(count) / block
    packed.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount(count, bits: bits))
    let words = packed + scaleBytes(count)
    let bias = Float(1 << (bits - 1))
    let magic = Lanes(repeating: 8_388_608 + bias)
    let mask = SIMD8<UInt32>(repeating: (1 << UInt32(bits)) - 1)
    let fields = 32 / bits
    for index in 0..<blocks {
      let values = values + index * block
      let scale = scale(values, largest: bias - 1)
      packed.storeBytes(
        of: UInt16(truncatingIfNeeded: scale.bitPattern >> 16).littleEndian,
        toByteOffset: 2 * index,
        as: UInt16.self)
      let inverse = scale > 0 ? 1 / scale : 0
      let own = words + index * 8 * bits
      for half in 0..<bits / 4 {
        var eight = SIMD8<UInt32>()
        for field in 0..<fields {
          let scaled = values.lanes(8 * (half * fields + field)) * inverse + magic
          let number = unsafeBitCast(scaled, to: SIMD8<UInt32>.self) & mask
          eight |= number &<< UInt32(field * bits)
        }
        own.storeBytes(of: eight, toByteOffset: half * 32, as: SIMD8<UInt32>.self)
      }
    }
  }

  /// The scale of a block, or 0 where its numbers are too small to matter.
  private static func scale(_ values: UnsafePointer<Float>, largest: Float) -> Float {
    var most = Lanes()
    for i in stride(from: 0, to: block, by: 8) {
      let x = values.lanes(i)
      most = most.larger(x.larger(-x))
    }
    let exact = most.largest / largest
    guard exact > 1e-30 else { return 0 }
    return Float(bitPattern: (exact.bitPattern &+ 0xFFFF) & 0xFFFF_0000)
  }

  /// The inner product of a direction and a packed vector.
  ///
  /// `direction`: `padded(count)` floats, those behind `count` zero.
  package static func dot(
    _ direction: UnsafePointer<Float>, _ packed: UnsafeRawPointer, count: Int, bits: Int
  ) -> Double {
    switch bits {
    case 4: dot(direction, packed, count: count, width: 4)
    case 8: dot(direction, packed, count: count, width: 8)
    default: dot(direction, packed, count: count, width: 16)
    }
  }

  @inline(__always)
  private static func dot(
    _ direction: UnsafePointer<Float>, _ packed: UnsafeRawPointer, count: Int, width bits: Int
  ) -> Double {
    let blocks = padded(count) / block
    let words = packed + scaleBytes(count)
    var total = 0.0
    for start in stride(from: 0, to: blocks, by: 16) {
      var sum = Lanes()
      for index in start..<min(start + 16, blocks) {
        let values = direction + index * block
        let own = words + index * 8 * bits
        sum = sum.addingProduct(
          product(values, own, bits: bits), Lanes(repeating: scale(packed, index)))
      }
      total += Double(sum.total)
    }
    return total
  }

  /// The products of a block's 64 whole numbers with a direction, in eight sums.
  @inline(__always)
  private static func product(
    _ values: UnsafePointer<Float>, _ words: UnsafeRawPointer, bits: Int
  ) -> Lanes {
    let fields = 32 / bits
    let magic = Lanes(repeating: 8_388_608 + Float(1 << (bits - 1)))
    let exponent = SIMD8<UInt32>(repeating: 0x4B00_0000)
    let mask = SIMD8<UInt32>(repeating: (1 << UInt32(bits)) - 1)
    var inner = Lanes()
    for half in 0..<bits / 4 {
      var eight = words.loadUnaligned(fromByteOffset: half * 32, as: SIMD8<UInt32>.self)
      for field in 0..<fields {
        let number = unsafeBitCast((eight & mask) | exponent, to: Lanes.self) - magic
        inner = inner.addingProduct(values.lanes(8 * (half * fields + field)), number)
        eight = eight &>> UInt32(bits)
      }
    }
    return inner
  }

  @inline(__always)
  private static func scale(_ packed: UnsafeRawPointer, _ index: Int) -> Float {
    let upper = packed.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
    return Float(bitPattern: UInt32(UInt16(littleEndian: upper)) << 16)
  }

  /// Adds `factor` times some of the numbers of a packed vector to `sum`, which holds
  /// `padded(count)` floats.
  ///
  /// `range`: begins at a whole block; the last block is added whole.
  package static func add(
    _ factor: Float, _ packed: UnsafeRawPointer, count: Int, bits: Int, _ range: Range<Int>,
    to sum: UnsafeMutablePointer<Float>
  ) {
    let words = packed + scaleBytes(count)
    let fields = 32 / bits
    let magic = Lanes(repeating: 8_388_608 + Float(1 << (bits - 1)))
    let exponent = SIMD8<UInt32>(repeating: 0x4B00_0000)
    let mask = SIMD8<UInt32>(repeating: (1 << UInt32(bits)) - 1)
    for index in range.lowerBound / block..<padded(range.upperBound) / block {
      let scale = Lanes(repeating: factor * scale(packed, index))
      for half in 0..<bits / 4 {
        var eight = words.loadUnaligned(
          fromByteOffset: index * 8 * bits + half * 32, as: SIMD8<UInt32>.self)
        for field in 0..<fields {
          let place = index * block + 8 * (half * fields + field)
          let number = unsafeBitCast((eight & mask) | exponent, to: Lanes.self) - magic
          sum.store(sum.lanes(place).addingProduct(number, scale), place)
          eight = eight &>> UInt32(bits)
        }
      }
    }
  }
}
