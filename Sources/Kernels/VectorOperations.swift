// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Elementwise operations and sums over vectors of any length.
///
/// Sums run over two vectors of eight lanes in blocks of 1024 floats, block totals in `Double`,
/// in this order always: the result does not depend on who computes it.
package enum VectorOperations {
  private static let block = 1024

  /// `sum += x`.
  package static func add(
    _ x: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int
  ) {
    accumulate(1, x, to: sum, count: count)
  }

  /// `sum += factor · x`, each rounded once.
  package static func accumulate(
    _ factor: Float, _ x: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int
  ) {
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      sum.store(sum.lanes(i).addingProduct(x.lanes(i), factor), i)
    }
    for i in whole..<count { sum[i] = sum[i].addingProduct(x[i], factor) }
  }

  /// `sum += factor · a · b`, element by element.
  package static func accumulateProduct(
    _ factor: Float, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    to sum: UnsafeMutablePointer<Float>, count: Int
  ) {
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      sum.store(sum.lanes(i).addingProduct(a.lanes(i) * factor, b.lanes(i)), i)
    }
    for i in whole..<count { sum[i] = sum[i].addingProduct(a[i] * factor, b[i]) }
  }

  /// `y = a + factor · (b - a)`.
  package static func interpolate(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, factor: Float,
    into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      let start = a.lanes(i)
      y.store(start.addingProduct(b.lanes(i) - start, factor), i)
    }
    for i in whole..<count { y[i] = a[i].addingProduct(b[i] - a[i], factor) }
  }

  /// `y = first · a + second · b`.
  package static func combine(
    _ first: Float, _ a: UnsafePointer<Float>, _ second: Float, _ b: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      y.store((a.lanes(i) * first).addingProduct(b.lanes(i), second), i)
    }
    for i in whole..<count { y[i] = (a[i] * first).addingProduct(b[i], second) }
  }

  /// `y = a · b`, element by element.
  package static func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) { y.store(a.lanes(i) * b.lanes(i), i) }
    for i in whole..<count { y[i] = a[i] * b[i] }
  }

  /// The inner product.
  package static func dot(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int
  ) -> Double {
    var total = 0.0
    for start in stride(from: 0, to: count, by: block) {
      let end = min(start + block, count)
      let whole = start + ((end - start) & ~15)
      var even = Lanes()
      var odd = Lanes()
      for i in stride(from: start, to: whole, by: 16) {
        even = even.addingProduct(a.lanes(i), b.lanes(i))
        odd = odd.addingProduct(a.lanes(i + 8), b.lanes(i + 8))
      }
      var rest = (even + odd).total
      for i in whole..<end { rest = rest.addingProduct(a[i], b[i]) }
      total += Double(rest)
    }
    return total
  }

  /// The inner products of each row of `a` with each row of `b`: `products[row · columns + column]`.
  ///
  /// Three rows by four columns share their loads; a product is one sum over eight lanes, whatever
  /// stands beside it. `count`: at most a few thousand, since the sums are single precision.
  package static func dots(
    _ a: UnsafePointer<Float>, rows: Int, stride aStride: Int,
    _ b: UnsafePointer<Float>, columns: Int, stride bStride: Int, count: Int,
    into products: UnsafeMutablePointer<Float>
  ) {
    let whole = count & ~7
    for column in stride(from: 0, to: columns, by: 4) {
      // The last row or column stands in for those beyond it.
      let b0 = b + column * bStride
      let b1 = b + min(column + 1, columns - 1) * bStride
      let b2 = b + min(column + 2, columns - 1) * bStride
      let b3 = b + min(column + 3, columns - 1) * bStride
      for row in stride(from: 0, to: rows, by: 3) {
        let a0 = a + row * aStride
        let a1 = a + min(row + 1, rows - 1) * aStride
        let a2 = a + min(row + 2, rows - 1) * aStride
        var (s00, s01, s02, s03) = (Lanes(), Lanes(), Lanes(), Lanes())
        var (s10, s11, s12, s13) = (Lanes(), Lanes(), Lanes(), Lanes())
        var (s20, s21, s22, s23) = (Lanes(), Lanes(), Lanes(), Lanes())
        for i in stride(from: 0, to: whole, by: 8) {
          let (x0, x1, x2) = (a0.lanes(i), a1.lanes(i), a2.lanes(i))
          let y0 = b0.lanes(i)
          s00 = s00.addingProduct(x0, y0)
          s10 = s10.addingProduct(x1, y0)
          s20 = s20.addingProduct(x2, y0)
          let y1 = b1.lanes(i)
          s01 = s01.addingProduct(x0, y1)
          s11 = s11.addingProduct(x1, y1)
          s21 = s21.addingProduct(x2, y1)
          let y2 = b2.lanes(i)
          s02 = s02.addingProduct(x0, y2)
          s12 = s12.addingProduct(x1, y2)
          s22 = s22.addingProduct(x2, y2)
          let y3 = b3.lanes(i)
          s03 = s03.addingProduct(x0, y3)
          s13 = s13.addingProduct(x1, y3)
          s23 = s23.addingProduct(x2, y3)
        }
        func finish(_ sum: Lanes, _ r: Int, _ c: Int) {
          guard row + r < rows, column + c < columns else { return }
          let (x, y) = (a + (row + r) * aStride, b + (column + c) * bStride)
          var rest = sum.total
          for i in whole..<count { rest = rest.addingProduct(x[i], y[i]) }
          products[(row + r) * columns + column + c] = rest
        }
        finish(s00, 0, 0)
        finish(s01, 0, 1)
        finish(s02, 0, 2)
        finish(s03, 0, 3)
        finish(s10, 1, 0)
        finish(s11, 1, 1)
        finish(s12, 1, 2)
        finish(s13, 1, 3)
        finish(s20, 2, 0)
        finish(s21, 2, 1)
        finish(s22, 2, 2)
        finish(s23, 2, 3)
      }
    }
  }

  /// The inner product of `direction` and the displacement `b - a`.
  package static func dot(
    _ direction: UnsafePointer<Float>, from a: UnsafePointer<Float>, to b: UnsafePointer<Float>,
    count: Int
  ) -> Double {
    var total = 0.0
    for start in stride(from: 0, to: count, by: block) {
      let end = min(start + block, count)
      let whole = start + ((end - start) & ~7)
      var sum = Lanes()
      for i in stride(from: start, to: whole, by: 8) {
        sum = sum.addingProduct(direction.lanes(i), b.lanes(i) - a.lanes(i))
      }
      var rest = sum.total
      for i in whole..<end { rest = rest.addingProduct(direction[i], b[i] - a[i]) }
      total += Double(rest)
    }
    return total
  }
}
