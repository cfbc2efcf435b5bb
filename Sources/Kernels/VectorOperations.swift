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
