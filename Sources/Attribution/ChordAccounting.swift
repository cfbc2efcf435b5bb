// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Transformer

/// Divides what a chord did over the lines, and carries each line's momentum to the chord's end.
///
/// With K steps of stride a_s = rate / (1 - β₁^t), clip κ_s and preconditioner P_s, let
/// R_s = a_s P_s + β₁ R_{s+1}. A line that enters with momentum m and adds gradients g_s moves the
/// weights by −β₁ R_0 ∘ m − Σ_s (1 − β₁) κ_s R_s ∘ g_s, exactly. So its credit along any direction D is
/// a sum of products ⟨D ∘ R_s, g_s⟩: one small matrix product a step, over blocks of parameters that
/// stay in the cache, instead of touching every line's momentum at every step.
final class ChordAccounting {
  /// Parameters in a block, and how many sums run side by side (added in order at the end).
  static let block = 4096
  static let tasks = 16

  private let blas: BLAS
  private let workers: Workers
  private let size: Int
  private let lineCount: Int
  /// Two for each target: along the mean gradient of the chord, and along that at its start.
  private let directions: Int
  private let beta1: Double
  /// Each line's momentum, end to end.
  let momenta: FloatBuffer
  private let scratch: [Scratch]
  private var sums: [Double]
  private let columns: Int

  private final class Scratch {
    let directions: FloatBuffer
    let weighted: FloatBuffer
    let reach: FloatBuffer
    let products: FloatBuffer

    init(directions count: Int, columns: Int) {
      directions = FloatBuffer(count: count * ChordAccounting.block)
      weighted = FloatBuffer(count: count * ChordAccounting.block)
      reach = FloatBuffer(count: ChordAccounting.block)
      products = FloatBuffer(count: count * columns)
    }
  }

  init(
    model: LlamaModel, workers: Workers, lineCount: Int, targetCount: Int, unitCapacity: Int,
    beta1: Double
  ) {
    blas = model.blas
    self.workers = workers
    size = model.layout.count
    self.lineCount = lineCount
    directions = 2 * targetCount
    self.beta1 = beta1
    columns = lineCount + unitCapacity + 1
    momenta = FloatBuffer(count: lineCount * size)
    let (rows, columns) = (directions, columns)
    scratch = (0..<workers.count).map { _ in Scratch(directions: rows, columns: columns) }
    sums = Array(repeating: 0, count: Self.tasks * directions * columns)
  }

  /// What one chord gave: credits by line and target, in nats per byte removed.
  struct Result {
    var credit: [Double]
    var leftEnd: [Double]
    var decay: [Double]
  }

  /// The gradients a chord was measured with, each sum one gradient a target, end to end.
  struct Gradients {
    var left: UnsafePointer<Float>
    var right: UnsafePointer<Float>
    var even: UnsafePointer<Float>
    var odd: UnsafePointer<Float>
    var weights: Quadrature.Weights
  }

  /// Closes the chord in `store`; afterwards `momenta` are those at its end.
  func close(_ store: ChordStore, _ gradients: Gradients) -> Result {
    let blocks = (size + Self.block - 1) / Self.block
    let stride = directions * columns
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums
      workers.run(pieces: Self.tasks) { task, worker in
        let own = UnsafeMutableBufferPointer(rebasing: sums[task * stride..<(task + 1) * stride])
        own.update(repeating: 0)
        for block in blocks * task / Self.tasks..<blocks * (task + 1) / Self.tasks {
          let offset = block * Self.block
          account(
            store, gradients, offset..<min(offset + Self.block, size), scratch[worker], into: own)
        }
      }
    }
    return collect(store)
  }

  private func account(
    _ store: ChordStore, _ gradients: Gradients, _ range: Range<Int>, _ scratch: Scratch,
    into sums: UnsafeMutableBufferPointer<Double>
  ) {
    let count = range.count
    let offset = range.lowerBound
    fillDirections(gradients, range, scratch)
    for row in 0..<directions {
      sums[row * columns] -= VectorOperations.dot(
        scratch.directions.base + row * Self.block, store.decayed.base + offset, count: count)
    }
    let reach = scratch.reach.base
    reach.update(repeating: 0, count: count)
    for (index, step) in store.steps.enumerated().reversed() {
      VectorOperations.combine(
        Float(step.stride), store.preconditioners.base + index * size + offset, Float(beta1), reach,
        into: reach, count: count)
      multiply(
        store.gradients.base + step.units.lowerBound * size + offset, rows: step.units.count,
        factor: (1 - beta1) * step.clip, count: count, scratch,
        firstColumn: 1 + lineCount
          + step.units.lowerBound, into: sums)
    }
    multiply(
      momenta.base + offset, rows: lineCount, factor: beta1, count: count, scratch, firstColumn: 1,
      into: sums)
    carryMomenta(store, range)
  }

  /// Lays the mean gradients, then those of the chord's start, row by row.
  private func fillDirections(_ gradients: Gradients, _ range: Range<Int>, _ scratch: Scratch) {
    let count = range.count
    let weights = gradients.weights
    for target in 0..<directions / 2 {
      let at = target * size + range.lowerBound
      let mean = scratch.directions.base + target * Self.block
      VectorOperations.combine(
        Float(weights.ends), gradients.left + at, Float(weights.ends), gradients.right + at,
        into: mean, count: count)
      if weights.odd > 0 {
        VectorOperations.accumulate(Float(weights.odd), gradients.odd + at, to: mean, count: count)
        VectorOperations.accumulate(
          Float(weights.even), gradients.even + at, to: mean, count: count)
      }
      (scratch.directions.base + (directions / 2 + target) * Self.block).update(
        from: gradients.left + at, count: count)
    }
  }

  /// Adds `factor · ⟨direction ∘ reach, row⟩` for each direction and each row of `matrix`.
  private func multiply(
    _ matrix: UnsafePointer<Float>, rows: Int, factor: Double, count: Int, _ scratch: Scratch,
    firstColumn: Int, into sums: UnsafeMutableBufferPointer<Double>
  ) {
    for row in 0..<directions {
      VectorOperations.multiply(
        scratch.directions.base + row * Self.block, scratch.reach.base,
        into: scratch.weighted.base + row * Self.block, count: count)
    }
    blas.multiply(
      rows: directions, columns: rows, inner: count, scratch.weighted.base, Self.block, matrix,
      size,
      transposeB: true, into: scratch.products.base, rows)
    for row in 0..<directions {
      for column in 0..<rows {
        sums[row * columns + firstColumn + column] +=
          factor * Double(scratch.products.base[row * rows + column])
      }
    }
  }

  /// `m ← β₁^K m + Σ_s (1 − β₁) κ_s β₁^(K−1−s) g_s` for each line.
  private func carryMomenta(_ store: ChordStore, _ range: Range<Int>) {
    var factor = 1.0
    for _ in store.steps { factor *= beta1 }
    let count = range.count
    for line in 0..<lineCount {
      let momentum = momenta.base + line * size + range.lowerBound
      VectorOperations.combine(Float(factor), momentum, 0, momentum, into: momentum, count: count)
    }
    for step in store.steps {
      factor /= beta1
      for unit in step.units {
        VectorOperations.accumulate(
          Float((1 - beta1) * step.clip * factor),
          store.gradients.base + unit * size + range.lowerBound,
          to: momenta.base + store.lines[unit] * size + range.lowerBound, count: count)
      }
    }
  }

  private func collect(_ store: ChordStore) -> Result {
    let targets = directions / 2
    func total(_ row: Int, _ column: Int) -> Double {
      var sum = 0.0
      for task in 0..<Self.tasks { sum += sums[(task * directions + row) * columns + column] }
      return sum
    }
    var result = Result(
      credit: Array(repeating: 0, count: lineCount * targets),
      leftEnd: Array(repeating: 0, count: lineCount * targets),
      decay: (0..<targets).map { total($0, 0) })
    for target in 0..<targets {
      for line in 0..<lineCount {
        result.credit[line * targets + target] = total(target, 1 + line)
        result.leftEnd[line * targets + target] = total(targets + target, 1 + line)
      }
      for (unit, line) in store.lines.enumerated() {
        result.credit[line * targets + target] += total(target, 1 + lineCount + unit)
        result.leftEnd[line * targets + target] += total(targets + target, 1 + lineCount + unit)
      }
    }
    return result
  }
}
