// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Rotary position embedding in the half-split layout of Hugging Face's `rotate_half`.
///
/// Element `i` of a head turns with element `i + headSize / 2` (Su and others 2021).
package struct RotaryEmbedding: ~Copyable, Sendable {
  private let half: Int
  private let cosines: FloatBuffer
  private let sines: FloatBuffer

  /// Tabulates the angles `position · base^(-2i / headSize)`.
  ///
  /// `headSize`: floats in one head, an even number.
  /// `positions`: how many positions may be asked for.
  /// `scaling`: what takes the place of a frequency `base^(-2i / headSize)`.
  package init(
    headSize: Int, positions: Int, base: Double, scaling: (Float) -> Float = { $0 }
  ) {
    half = headSize / 2
    cosines = FloatBuffer(count: positions * half)
    sines = FloatBuffer(count: positions * half)
    for i in 0..<half {
      let frequency = scaling(Float(ExactMath.power(base, -2 * Double(i) / Double(headSize))))
      for position in 0..<positions {
        let turn = ExactMath.cosineAndSine(Double(Float(position) * frequency))
        cosines.base[position * half + i] = Float(turn.cosine)
        sines.base[position * half + i] = Float(turn.sine)
      }
    }
  }

  /// Turns `heads` adjacent heads of each row in place; row 0 is position `first`.
  ///
  /// `backwards`: turns by the opposite angle, which is the gradient.
  package borrowing func rotate(
    rows: Int, heads: Int, _ x: UnsafeMutablePointer<Float>, stride rowStride: Int,
    from first: Int = 0, backwards: Bool = false
  ) {
    let sign: Float = backwards ? -1 : 1
    let whole = half & ~7
    for row in 0..<rows {
      let cosine = UnsafePointer(cosines.base + (first + row) * half)
      let sine = UnsafePointer(sines.base + (first + row) * half)
      for head in 0..<heads {
        let lower = x + row * rowStride + head * 2 * half
        let upper = lower + half
        for i in stride(from: 0, to: whole, by: 8) {
          let a = lower.lanes(i)
          let b = upper.lanes(i)
          let c = cosine.lanes(i)
          let s = sine.lanes(i) * sign
          lower.store((a * c) - (b * s), i)
          upper.store((b * c) + (a * s), i)
        }
        for i in whole..<half {
          let (a, b, s) = (lower[i], upper[i], sine[i] * sign)
          lower[i] = (a * cosine[i]) - (b * s)
          upper[i] = (b * cosine[i]) + (a * s)
        }
      }
    }
  }
}
