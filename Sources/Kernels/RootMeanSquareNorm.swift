// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Root-mean-square normalisation of rows (Zhang and Sennrich 2019): `y = gain · x / rms(x)`.
///
/// Rows are contiguous, `width` floats each, `width` a multiple of 8.
package enum RootMeanSquareNorm {
  /// Normalises `rows` rows of `x` into `y` and keeps `1 / rms` of each row in `scales`.
  package static func forward(
    rows: Int, width: Int, epsilon: Float, _ x: UnsafePointer<Float>, gain: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>, scales: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let source = x + row * width
      let target = y + row * width
      var squares = Lanes()
      for i in stride(from: 0, to: width, by: 8) {
        let v = source.lanes(i)
        squares = squares.addingProduct(v, v)
      }
      let scale = 1 / (squares.total / Float(width) + epsilon).squareRoot()
      scales[row] = scale
      for i in stride(from: 0, to: width, by: 8) {
        target.store(source.lanes(i) * scale * gain.lanes(i), i)
      }
    }
  }

  /// Adds the gradient with respect to `x` to `sum`, given `dy`, that with respect to the output.
  package static func addInputGradient(
    rows: Int, width: Int, _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    gain: UnsafePointer<Float>, scales: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let upstream = dy + row * width
      let source = x + row * width
      let target = sum + row * width
      var projection = Lanes()
      for i in stride(from: 0, to: width, by: 8) {
        projection = projection.addingProduct(upstream.lanes(i) * gain.lanes(i), source.lanes(i))
      }
      let scale = scales[row]
      let along = Lanes(repeating: -projection.total * scale * scale * scale / Float(width))
      for i in stride(from: 0, to: width, by: 8) {
        let direct = target.lanes(i).addingProduct(upstream.lanes(i) * gain.lanes(i), scale)
        target.store(direct.addingProduct(source.lanes(i), along), i)
      }
    }
  }

  /// Writes the gradient with respect to the gain over the given rows.
  package static func gainGradient(
    rows: Range<Int>, width: Int, _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    scales: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>
  ) {
    for i in stride(from: 0, to: width, by: 8) {
      var sum = Lanes()
      for row in rows {
        let at = row * width + i
        sum = sum.addingProduct(dy.lanes(at) * scales[row], x.lanes(at))
      }
      gradient.store(sum, i)
    }
  }
}
