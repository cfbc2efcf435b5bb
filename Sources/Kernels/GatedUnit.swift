// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The gated unit SwiGLU (Shazeer 2020): `y = silu(gate) · up`.
///
/// A row of `x` holds `width` gates, then `width` ups; `width` is a multiple of 8.
package enum GatedUnit {
  /// Writes `width` floats a row.
  package static func forward(
    rows: Int, width: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let gate = x + row * 2 * width
      let up = gate + width
      let target = y + row * width
      for i in stride(from: 0, to: width, by: 8) {
        let g = gate.lanes(i)
        target.store(g * logistic(g) * up.lanes(i), i)
      }
    }
  }

  /// Writes the gradients of gates and ups, laid out as `x`.
  package static func backward(
    rows: Int, width: Int, _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let gate = x + row * 2 * width
      let up = gate + width
      let upstream = dy + row * width
      let gateGradient = dx + row * 2 * width
      let upGradient = gateGradient + width
      for i in stride(from: 0, to: width, by: 8) {
        let g = gate.lanes(i)
        let d = upstream.lanes(i)
        let s = logistic(g)
        let silu = g * s
        upGradient.store(d * silu, i)
        gateGradient.store(d * up.lanes(i) * (s + silu * (1 - s)), i)
      }
    }
  }
}
