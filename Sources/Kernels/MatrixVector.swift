// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Products of a matrix and one vector, what generating one token after another is made of.
///
/// Each sum runs over eight lanes in the order of the row, whatever the number of rows: a product
/// of more rows gives the same bits.
package enum MatrixVector {
  /// `y = matrix · x`, or `y += matrix · x` where `adding`; `matrix` has `outputs` contiguous rows.
  package static func multiply(
    outputs: Int, inputs: Int, _ matrix: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>, adding: Bool = false
  ) {
    let whole = inputs & ~7
    let fours = outputs & ~3
    for row in stride(from: 0, to: fours, by: 4) {
      let a = matrix + row * inputs
      let b = a + inputs
      let c = b + inputs
      let d = c + inputs
      var sums = (Lanes(), Lanes(), Lanes(), Lanes())
      for i in stride(from: 0, to: whole, by: 8) {
        let v = x.lanes(i)
        sums.0 = sums.0.addingProduct(a.lanes(i), v)
        sums.1 = sums.1.addingProduct(b.lanes(i), v)
        sums.2 = sums.2.addingProduct(c.lanes(i), v)
        sums.3 = sums.3.addingProduct(d.lanes(i), v)
      }
      var totals = SIMD4(sums.0.total, sums.1.total, sums.2.total, sums.3.total)
      for i in whole..<inputs {
        totals = totals.addingProduct(SIMD4(a[i], b[i], c[i], d[i]), x[i])
      }
      for i in 0..<4 { y[row + i] = totals[i] + (adding ? y[row + i] : 0) }
    }
    for row in fours..<outputs {
      let line = matrix + row * inputs
      var sum = Lanes()
      for i in stride(from: 0, to: whole, by: 8) {
        sum = sum.addingProduct(line.lanes(i), x.lanes(i))
      }
      var total = sum.total
      for i in whole..<inputs { total = total.addingProduct(line[i], x[i]) }
      y[row] = total + (adding ? y[row] : 0)
    }
  }

  /// `y = Σ weight[i] · row i` over `rows` contiguous rows of `width` floats.
  package static func mix(
    rows: Int, width: Int, _ matrix: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>
  ) {
    let whole = width & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      var sum = Lanes()
      for row in 0..<rows {
        sum = sum.addingProduct(matrix.lanes(row * width + i), weights[row])
      }
      y.store(sum, i)
    }
    for i in whole..<width {
      var sum: Float = 0
      for row in 0..<rows { sum = sum.addingProduct(matrix[row * width + i], weights[row]) }
      y[i] = sum
    }
  }
}
