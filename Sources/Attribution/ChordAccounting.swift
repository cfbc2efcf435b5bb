// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Transformer

/// Divides what a chord did over the lines, and carries each line's momentum to the chord's end.
///
/// With K steps of stride a_s = rate / (1 - β₁^t), clip κ_s and preconditioner P_s, let
/// R_s = a_s P_s + β₁ R_{s+1}. A line that enters with momentum m and adds gradients g_s moves the
/// weights by −β₁ R_0 ∘ m − Σ_s (1 − β₁) κ_s R_s ∘ g_s, exactly. So its credit along any direction D is
/// a sum of products ⟨D ∘ R_s, g_s⟩, over blocks of parameters that stay in the cache: every gradient is
/// read once, instead of touching every line's momentum at every step.
///
/// Where momenta are folded (`LineMomenta`), ⟨D ∘ R_0, m⟩ is an estimate; the sum over all lines is known
/// exactly, and what the estimates miss of it is divided by the squared lengths of the momenta, so that
/// the books' residual is that of the quadrature alone.
final class ChordAccounting {
  private static let block = LineMomenta.block
  /// How many sums run side by side (added in order at the end).
  private static let tasks = 16

  private let workers: Workers
  private let size: Int
  private let lineCount: Int
  private let targetCount: Int
  private let beta1: Double
  let momenta: LineMomenta
  private let scratch: [Scratch]
  /// By task: by target, then column; then the squared length of each line's momentum.
  private var sums: [Double]
  /// Decay, lines' momenta, exact rows of momenta, units.
  private let columns: Int

  private final class Scratch {
    let directions: FloatBuffer
    let weighted: FloatBuffer
    let folded: FloatBuffer
    let reach: FloatBuffer
    let products: FloatBuffer

    init(directions count: Int, columns: Int) {
      directions = FloatBuffer(count: count * ChordAccounting.block)
      weighted = FloatBuffer(count: count * ChordAccounting.block)
      folded = FloatBuffer(count: count * ChordAccounting.block)
      reach = FloatBuffer(count: ChordAccounting.block)
      products = FloatBuffer(count: count * columns)
    }
  }

  init(
    momenta: LineMomenta, workers: Workers, targetCount: Int, unitCapacity: Int, beta1: Double
  ) {
    self.workers = workers
    self.momenta = momenta
    size = momenta.parameterCount
    lineCount = momenta.lineCount
    self.targetCount = targetCount
    self.beta1 = beta1
    columns = 1 + lineCount + momenta.exactCount + unitCapacity
    let columns = columns
    scratch = (0..<workers.count).map { _ in Scratch(directions: targetCount, columns: columns) }
    sums = Array(repeating: 0, count: Self.tasks * (targetCount * columns + lineCount))
  }

  private var firstExact: Int { 1 + lineCount }
  private var firstUnit: Int { 1 + lineCount + momenta.exactCount }

  /// What one chord gave: credits by line and target, in nats per byte removed.
  struct Result {
    var credit: [Double]
    var decay: [Double]
    /// By sampled line, then target: what folding added to the line's credit.
    var foldingError: [Double]
  }

  /// The gradients a chord was measured with, each sum one gradient a target, end to end.
  struct Gradients {
    var left: UnsafePointer<Float>
    var right: UnsafePointer<Float>
    /// By group of nodes, then target.
    var inner: UnsafePointer<Float>
    var rule: Quadrature.Rule
  }

  /// Closes the chord in `store`; afterwards `momenta` are those at its end.
  func close(_ store: ChordStore, _ gradients: Gradients) -> Result {
    let stride = targetCount * columns + lineCount
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums
      workers.run(pieces: Self.tasks) { task, worker in
        let own = UnsafeMutableBufferPointer(rebasing: sums[task * stride..<(task + 1) * stride])
        own.update(repeating: 0)
        let segments = momenta.segmentCount
        for segment in segments * task / Self.tasks..<segments * (task + 1) / Self.tasks {
          account(store, gradients, segment: segment, scratch[worker], into: own)
        }
      }
    }
    return collect(store)
  }

  private func account(
    _ store: ChordStore, _ gradients: Gradients, segment: Int, _ scratch: Scratch,
    into sums: UnsafeMutableBufferPointer<Double>
  ) {
    enter(store, gradients, segment: segment, scratch, into: sums)
    var carried = 1.0
    for _ in store.steps { carried *= beta1 }
    momenta.decay(segment: segment, by: Float(carried))
    for block in momenta.blocks(inSegment: segment) {
      if momenta.isFolded { fillDirections(gradients, momenta.range(ofBlock: block), scratch) }
      divide(store, block: block, segment: segment, scratch, into: sums)
    }
  }

  /// Prices what entered the chord, and decay; leaves the directions of the segment's last block.
  private func enter(
    _ store: ChordStore, _ gradients: Gradients, segment: Int, _ scratch: Scratch,
    into sums: UnsafeMutableBufferPointer<Double>
  ) {
    let width = momenta.width(ofSegment: segment)
    if momenta.isFolded { scratch.folded.base.update(repeating: 0, count: scratch.folded.count) }
    for block in momenta.blocks(inSegment: segment) {
      let range = momenta.range(ofBlock: block)
      fillDirections(gradients, range, scratch)
      for row in 0..<targetCount {
        sums[row * columns] -= VectorOperations.dot(
          scratch.directions.base + row * Self.block, store.decayed.base + range.lowerBound,
          count: range.count)
      }
      scratch.reach.base.update(repeating: 0, count: range.count)
      for index in store.steps.indices.reversed() { extend(scratch, store, index, range) }
      weigh(scratch, count: range.count)
      guard momenta.isFolded else { continue }
      multiply(
        scratch.weighted.base, momenta.exact.base + range.lowerBound, rows: momenta.exactCount,
        stride: size, factor: beta1, count: range.count, scratch, firstColumn: firstExact,
        into: sums)
      for row in 0..<targetCount {
        VectorOperations.accumulateProduct(
          1, scratch.weighted.base + row * Self.block, momenta.signs.base + range.lowerBound,
          to: scratch.folded.base + row * Self.block, count: range.count)
      }
    }
    let entered = momenta.values.base + segment * Self.block
    multiply(
      (momenta.isFolded ? scratch.folded.base : scratch.weighted.base), entered, rows: lineCount,
      stride: momenta.stride, factor: beta1, count: width, scratch, firstColumn: 1, into: sums)
    guard momenta.isFolded else { return }
    for line in 0..<lineCount {
      let row = entered + line * momenta.stride
      sums[targetCount * columns + line] += VectorOperations.dot(row, row, count: width)
    }
  }

  /// Prices the chord's own gradients in one block, and carries them, while they are in the cache.
  private func divide(
    _ store: ChordStore, block: Int, segment: Int, _ scratch: Scratch,
    into sums: UnsafeMutableBufferPointer<Double>
  ) {
    let range = momenta.range(ofBlock: block)
    var carried = 1.0
    scratch.reach.base.update(repeating: 0, count: range.count)
    for (index, step) in store.steps.enumerated().reversed() {
      extend(scratch, store, index, range)
      weigh(scratch, count: range.count)
      let part = (1 - beta1) * step.clip
      let first = store.gradients.base + step.units.lowerBound * size + range.lowerBound
      multiply(
        scratch.weighted.base, first, rows: step.units.count, stride: size, factor: part,
        count: range.count, scratch, firstColumn: firstUnit + step.units.lowerBound, into: sums)
      for unit in step.units {
        momenta.add(
          Float(part * carried), store.gradients.base + unit * size + range.lowerBound,
          to: store.lines[unit], block: block, segment: segment)
      }
      carried *= beta1
    }
  }

  /// `R_s = a_s P_s + β₁ R_{s+1}`.
  private func extend(
    _ scratch: Scratch, _ store: ChordStore, _ index: Int, _ range: Range<Int>
  ) {
    VectorOperations.combine(
      Float(store.steps[index].stride),
      store.preconditioners.base + index * size + range.lowerBound, Float(beta1),
      scratch.reach.base, into: scratch.reach.base, count: range.count)
  }

  /// Each direction times the reach.
  private func weigh(_ scratch: Scratch, count: Int) {
    for row in 0..<targetCount {
      VectorOperations.multiply(
        scratch.directions.base + row * Self.block, scratch.reach.base,
        into: scratch.weighted.base + row * Self.block, count: count)
    }
  }

  /// Lays the mean gradients row by row.
  private func fillDirections(_ gradients: Gradients, _ range: Range<Int>, _ scratch: Scratch) {
    let count = range.count
    let rule = gradients.rule
    for target in 0..<targetCount {
      let at = target * size + range.lowerBound
      let mean = scratch.directions.base + target * Self.block
      VectorOperations.combine(
        Float(rule.ends), gradients.left + at, Float(rule.ends), gradients.right + at,
        into: mean, count: count)
      for (group, weight) in rule.inner.enumerated() {
        VectorOperations.accumulate(
          Float(weight), gradients.inner + group * targetCount * size + at, to: mean, count: count)
      }
    }
  }

  /// Adds `factor · ⟨direction, row⟩` for each direction and each row of `matrix`.
  private func multiply(
    _ directions: UnsafePointer<Float>, _ matrix: UnsafePointer<Float>, rows: Int, stride: Int,
    factor: Double, count: Int, _ scratch: Scratch, firstColumn: Int,
    into sums: UnsafeMutableBufferPointer<Double>
  ) {
    VectorOperations.dots(
      directions, rows: targetCount, stride: Self.block, matrix, columns: rows,
      stride: stride, count: count, into: scratch.products.base)
    for row in 0..<targetCount {
      for column in 0..<rows {
        sums[row * columns + firstColumn + column] +=
          factor * Double(scratch.products.base[row * rows + column])
      }
    }
  }

  private func collect(_ store: ChordStore) -> Result {
    let stride = targetCount * columns + lineCount
    func total(_ index: Int) -> Double {
      var sum = 0.0
      for task in 0..<Self.tasks { sum += sums[task * stride + index] }
      return sum
    }
    var result = Result(
      credit: Array(repeating: 0, count: lineCount * targetCount),
      decay: (0..<targetCount).map { total($0 * columns) },
      foldingError: Array(repeating: 0, count: momenta.samples.count * targetCount))
    let lengths =
      momenta.isFolded ? (0..<lineCount).map { total(targetCount * columns + $0) } : []
    let length = lengths.reduce(0, +)
    for target in 0..<targetCount {
      let row = target * columns
      var entered = (0..<lineCount).map { total(row + 1 + $0) }
      if momenta.isFolded, length > 0 {
        let missing = total(row + firstExact) - entered.reduce(0, +)
        for line in entered.indices { entered[line] += missing * lengths[line] / length }
        for (index, line) in momenta.samples.enumerated() {
          result.foldingError[index * targetCount + target] =
            entered[line] - total(row + firstExact + 1 + index)
        }
      }
      for line in entered.indices { result.credit[line * targetCount + target] = entered[line] }
      for (unit, line) in store.lines.enumerated() {
        result.credit[line * targetCount + target] += total(row + firstUnit + unit)
      }
    }
    return result
  }
}
