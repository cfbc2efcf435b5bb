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
  let scale: Float

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
    blas.multiply(
      rows: length, columns: length, inner: headSize, query, stride, key, stride, transposeB: true,
      into: weights, row, scale: scale)
    Self.causalSoftmax(length: length, row: row, weights)
    blas.multiply(
      rows: length, columns: headSize, inner: length, weights, row, value, stride,
      into: output, outputStride)
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
  package func backward(
    length: Int, query: UnsafePointer<Float>, key: UnsafePointer<Float>,
    value: UnsafePointer<Float>, stride: Int, weights: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, outputStride: Int,
    scratch: UnsafeMutablePointer<Float>,
    queryGradient: UnsafeMutablePointer<Float>, keyGradient: UnsafeMutablePointer<Float>,
    valueGradient: UnsafeMutablePointer<Float>
  ) {
    let row = Self.rowLength(length)
    blas.multiply(
      rows: length, columns: headSize, inner: length, weights, row, transposeA: true,
      outputGradient, outputStride, into: valueGradient, stride)
    blas.multiply(
      rows: length, columns: length, inner: headSize, outputGradient, outputStride, value, stride,
      transposeB: true, into: scratch, row)
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
    blas.multiply(
      rows: length, columns: headSize, inner: length, scratch, row, key, stride,
      into: queryGradient, stride)
    blas.multiply(
      rows: length, columns: headSize, inner: length, scratch, row, transposeA: true, query, stride,
      into: keyGradient, stride)
  }
}
