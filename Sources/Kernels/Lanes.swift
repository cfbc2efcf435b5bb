// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Eight floats at a time, the width of AVX2.
typealias Lanes = SIMD8<Float>

extension UnsafePointer<Float> {
  @inline(__always)
  func lanes(_ index: Int) -> Lanes {
    UnsafeRawPointer(self + index).loadUnaligned(as: Lanes.self)
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  func lanes(_ index: Int) -> Lanes {
    UnsafeRawPointer(self + index).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  func store(_ value: Lanes, _ index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: Lanes.self)
  }
}

extension SIMD8 where Scalar == Float {
  /// The sum of the lanes, always by the same tree.
  @inline(__always)
  var total: Float {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// The largest lane.
  @inline(__always)
  var largest: Float {
    let four = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return two.y > two.x ? two.y : two.x
  }

  /// The larger of each pair of lanes; the library's `pointwiseMax` is a call per vector.
  @inline(__always)
  func larger(_ other: Self) -> Self { replacing(with: other, where: other .> self) }
}

/// The exponential of each lane; exactly 0 below -87.
///
/// Cephes' degree-5 polynomial after reduction by ln 2, error below 2 units in the last place. The
/// same bits wherever a fused multiply-add rounds once.
@inline(__always)
func exponential(_ x: Lanes) -> Lanes {
  let high = Lanes(repeating: 88)
  let clamped = x.larger(Lanes(repeating: -87)).replacing(with: high, where: x .> high)
  let magic = Lanes(repeating: 12_582_912)
  let shifted = magic.addingProduct(clamped, Lanes(repeating: 1.442_695_04))
  let n = shifted - magic
  var r = clamped.addingProduct(n, Lanes(repeating: -0.693_359_375))
  r = r.addingProduct(n, Lanes(repeating: 2.121_944_4e-4))
  var p = Lanes(repeating: 1.987_569_15e-4)
  p = Lanes(repeating: 1.398_199_95e-3).addingProduct(p, r)
  p = Lanes(repeating: 8.333_451_9e-3).addingProduct(p, r)
  p = Lanes(repeating: 4.166_579_6e-2).addingProduct(p, r)
  p = Lanes(repeating: 1.666_666_55e-1).addingProduct(p, r)
  p = Lanes(repeating: 0.5).addingProduct(p, r)
  let y = (r + 1).addingProduct(p, r * r)
  let exponent = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23
  let power = unsafeBitCast(exponent &+ SIMD8<UInt32>(repeating: 0x3F80_0000), to: Lanes.self)
  return (y * power).replacing(with: 0, where: x .< Lanes(repeating: -87))
}

/// `1 / (1 + e^-x)` in each lane.
@inline(__always)
func logistic(_ x: Lanes) -> Lanes {
  Lanes(repeating: 1) / (Lanes(repeating: 1) + exponential(-x))
}
