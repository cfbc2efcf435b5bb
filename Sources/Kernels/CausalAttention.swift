// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Causal attention of one head over one sequence.
///
/// Queries, keys, values and their gradients are `length × headSize` with `stride` floats between
/// rows. `weights` is a square of `length` rows with `rowLength(length)` floats between them; it is
/// kept from the forward pass for the backward one.
package struct CausalAttention: Sendable {
  let blas: BLAS
  let headSize: Int
  /// What scores are multiplied by.
  package let scale: Float

  /// Prepares attention for heads of `headSize` floats, scaled by its inverse square root.
  package init(blas: BLAS, headSize: Int) {
    self.blas = blas
    self.headSize = headSize
    scale = 1 / Float(headSize).squareRoot()
  }

  /// The stride of an attention matrix: the length, rounded up to whole vectors.
  package static func rowLength(_ length: Int) -> Int { (length + 7) / 8 * 8 }

  /// Writes the attention weights and the mixed values of one head.
  package func forward(
    length: Int, query: UnsafePointer<Float>, key: UnsafePointer<Float>,
    value: UnsafePointer<Float>, stride: Int, weights: UnsafeMutablePointer<Float>,
    into output: UnsafeMutablePointer<Float>, outputStride: Int
  ) {
    let row = Self.rowLength(length)
    triangle(length, query, stride, key, stride, into: weights, scale: scale)
    Self.causalSoftmax(length: length, row: row, weights)
    mix(length, weights, value, stride, into: output, outputStride)
  }

  /// Columns and rows that are computed at once; what lies above their diagonal block is left out.
  private static let columnBand = 32
  private static let rowBand = 28

  /// The lower triangle of `left · rightᵀ`; above it blocks at the diagonal are written, too.
  private func triangle(
    _ length: Int, _ left: UnsafePointer<Float>, _ leftStride: Int, _ right: UnsafePointer<Float>,
    _ rightStride: Int, into square: UnsafeMutablePointer<Float>, scale: Float = 1
  ) {
    let row = Self.rowLength(length)
    for start in Swift.stride(from: 0, to: length, by: Self.columnBand) {
      blas.multiply(
        rows: length - start, columns: min(Self.columnBand, length - start), inner: headSize,
        left + start * leftStride, leftStride, right + start * rightStride, rightStride,
        transposeB: true, into: square + start * row + start, row, scale: scale)
    }
  }

  /// `output = square · rows` for a lower triangular square.
  private func mix(
    _ length: Int, _ square: UnsafePointer<Float>, _ rows: UnsafePointer<Float>,
    _ rowStride: Int, into output: UnsafeMutablePointer<Float>, _ outputStride: Int
  ) {
    let row = Self.rowLength(length)
    for start in Swift.stride(from: 0, to: length, by: Self.rowBand) {
      let end = min(start + Self.rowBand, length)
      blas.multiply(
        rows: end - start, columns: headSize, inner: end, square + start * row, row, rows,
        rowStride, into: output + start * outputStride, outputStride)
    }
  }

  /// `output = squareᵀ · rows (+ output)` for a lower triangular square.
  private func mixTransposed(
    _ length: Int, _ square: UnsafePointer<Float>, _ rows: UnsafePointer<Float>,
    _ rowStride: Int, into output: UnsafeMutablePointer<Float>, _ outputStride: Int, keep: Float
  ) {
    let row = Self.rowLength(length)
    for start in Swift.stride(from: 0, to: length, by: Self.rowBand) {
      blas.multiply(
        rows: min(Self.rowBand, length - start), columns: headSize, inner: length - start,
        square + start * row + start, row, transposeA: true, rows + start * rowStride, rowStride,
        into: output + start * outputStride, outputStride, keep: keep)
    }
  }

  /// Softmax of each row over the columns up to its own; exactly 0 elsewhere.
  static func causalSoftmax(length: Int, row: Int, _ weights: UnsafeMutablePointer<Float>) {
    for i in 0..<length {
      let line = weights + i * row
      for j in i + 1..<max(i + 1, row) { line[j] = -.greatestFiniteMagnitude }
      let used = (i + 8) / 8 * 8
      var largest = line.lanes(0)
      for j in Swift.stride(from: 8, to: used, by: 8) {
        largest = largest.larger(line.lanes(j))
      }
      let top = Lanes(repeating: largest.largest)
      var sum = Lanes()
      for j in Swift.stride(from: 0, to: used, by: 8) {
        let power = exponential(line.lanes(j) - top)
        sum += power
        line.store(power, j)
      }
      let inverse = Lanes(repeating: 1 / sum.total)
      for j in Swift.stride(from: 0, to: used, by: 8) { line.store(line.lanes(j) * inverse, j) }
      for j in Swift.stride(from: used, to: row, by: 8) { line.store(Lanes(), j) }
    }
  }

  /// Writes the gradients of one head from `outputGradient`.
  ///
  /// `scratch`: room for one attention matrix.
  /// `adding`: adds to the gradients of keys and values, which several heads share, instead of
  /// overwriting them.
  package func backward(
    length: Int, query: UnsafePointer<Float>, key: UnsafePointer<Float>,
    value: UnsafePointer<Float>, stride: Int, weights: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, outputStride: Int,
    scratch: UnsafeMutablePointer<Float>,
    queryGradient: UnsafeMutablePointer<Float>, keyGradient: UnsafeMutablePointer<Float>,
    valueGradient: UnsafeMutablePointer<Float>, adding: Bool = false
  ) {
    let row = Self.rowLength(length)
    let keep: Float = adding ? 1 : 0
    mixTransposed(
      length, weights, outputGradient, outputStride, into: valueGradient, stride, keep: keep)
    triangle(length, outputGradient, outputStride, value, stride, into: scratch)
    for i in 0..<length {
      let gradient = scratch + i * row
      let line = weights + i * row
      let used = (i + 8) / 8 * 8
      for j in i + 1..<max(i + 1, used) { gradient[j] = 0 }
      var sum = Lanes()
      for j in Swift.stride(from: 0, to: used, by: 8) {
        sum = sum.addingProduct(gradient.lanes(j), line.lanes(j))
      }
      let mean = Lanes(repeating: sum.total)
      for j in Swift.stride(from: 0, to: used, by: 8) {
        gradient.store((gradient.lanes(j) - mean) * line.lanes(j) * scale, j)
      }
      for j in Swift.stride(from: used, to: row, by: 8) { gradient.store(Lanes(), j) }
    }
    mix(length, scratch, key, stride, into: queryGradient, stride)
    mixTransposed(length, scratch, query, stride, into: keyGradient, stride, keep: keep)
  }
}
