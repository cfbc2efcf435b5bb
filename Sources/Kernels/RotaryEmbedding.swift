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
  /// `headSize`: floats in one head, a multiple of 16.
  /// `positions`: how many positions may be asked for.
  package init(headSize: Int, positions: Int, base: Double) {
    half = headSize / 2
    cosines = FloatBuffer(count: positions * half)
    sines = FloatBuffer(count: positions * half)
    for i in 0..<half {
      let frequency = Float(ExactMath.power(base, -2 * Double(i) / Double(headSize)))
      for position in 0..<positions {
        let turn = ExactMath.cosineAndSine(Double(Float(position) * frequency))
        cosines.base[position * half + i] = Float(turn.cosine)
        sines.base[position * half + i] = Float(turn.sine)
      }
    }
  }

  /// Turns `heads` adjacent heads of each row in place; row 0 is position 0.
  ///
  /// `backwards`: turns by the opposite angle, which is the gradient.
  package borrowing func rotate(
    rows: Int, heads: Int, _ x: UnsafeMutablePointer<Float>, stride rowStride: Int,
    backwards: Bool = false
  ) {
    let sign: Float = backwards ? -1 : 1
    for row in 0..<rows {
      let cosine = UnsafePointer(cosines.base + row * half)
      let sine = UnsafePointer(sines.base + row * half)
      for head in 0..<heads {
        let first = x + row * rowStride + head * 2 * half
        let second = first + half
        for i in stride(from: 0, to: half, by: 8) {
          let a = first.lanes(i)
          let b = second.lanes(i)
          let c = cosine.lanes(i)
          let s = sine.lanes(i) * sign
          first.store((a * c) - (b * s), i)
          second.store((b * c) + (a * s), i)
        }
      }
    }
  }
}
