// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Primitives
internal import Signing
internal import Transformer

/// Adds up, between two stored points of a run, how far each account moved the weights.
///
/// Within a chord a line that enters with momentum m and adds gradients g_s moves the weights by
/// −β₁ R₀ ∘ m − Σ_s (1 − β₁) κ_s R_s ∘ g_s, exactly (`ChordAccounting`). The rows and weight decay add
/// up to the displacement of the weights, up to rounding, which is measured before and after packing.
final class DisplacementRecorder {
  /// One stored interval.
  struct Stored: Equatable {
    /// The steps done at its end.
    var step: Int
    var bits: Int
    var digest: Digest
    /// What the rows leave of the displacement before and after packing, in its own length, 10⁻⁹.
    var unexplained: Int64
    var rounding: Int64
  }

  /// Parameters that a thread takes at a time: all rows of so many stay in its cache.
  private static let block = 2048

  let plan: DisplacementPlan
  /// The intervals stored so far.
  var stored: [Stored] = []
  /// The file of the interval that just ended, until it is taken.
  var pending: [UInt8]?
  /// Whether chords were added since the last interval ended.
  var isOpen = false
  /// The rows one after the other, decay last, padded to whole blocks.
  let sums: FloatBuffer
  /// The weights at the interval's start.
  let start: FloatBuffer
  /// Each row's momentum, where the lines' are folded; else empty.
  let rowMomenta: FloatBuffer
  private let rowOfLine: [Int]
  private let beta1: Double
  private let workers: Workers
  private let reach: FloatBuffer
  private let width: Int

  /// `keepsMomenta`: whether rows carry momenta of their own, since the lines' are not exact.
  init(
    plan: DisplacementPlan, owners: [Int], beta1: Double, keepsMomenta: Bool, workers: Workers
  ) {
    self.plan = plan
    self.beta1 = beta1
    self.workers = workers
    rowOfLine = owners.map { plan.rowOfAccount[$0] }
    width = PackedVector.padded(plan.parameterCount)
    sums = FloatBuffer(count: (plan.rowCount + 1) * width)
    start = FloatBuffer(count: width)
    rowMomenta = FloatBuffer(count: keepsMomenta ? plan.rowCount * width : 0)
    reach = FloatBuffer(count: workers.count * Self.block)
  }

  /// Adds a chord whose lines entered it with these momenta.
  ///
  /// `start`: the weights at the chord's beginning; `end`: those at its end, after `step` steps.
  func add(
    _ store: ChordStore, momenta: LineMomenta, from chordStart: UnsafePointer<Float>,
    to end: UnsafePointer<Float>, step: Int
  ) {
    let size = plan.parameterCount
    if !isOpen {
      sums.base.update(repeating: 0, count: sums.count)
      start.base.update(from: chordStart, count: size)
      isOpen = true
    }
    workers.run(pieces: (size + Self.block - 1) / Self.block) { piece, worker in
      let offset = piece * Self.block
      add(
        store, momenta: momenta, offset..<min(offset + Self.block, size),
        reach: reach.base + worker * Self.block)
    }
    if stored.count < plan.ends.count, step >= plan.ends[stored.count] { close(end, step: step) }
  }

  private func add(
    _ store: ChordStore, momenta: LineMomenta, _ range: Range<Int>,
    reach: UnsafeMutablePointer<Float>
  ) {
    let (size, offset, count) = (plan.parameterCount, range.lowerBound, range.count)
    reach.update(repeating: 0, count: count)
    for (index, step) in store.steps.enumerated().reversed() {
      VectorOperations.combine(
        Float(step.stride), store.preconditioners.base + index * size + offset, Float(beta1), reach,
        into: reach, count: count)
      for unit in step.units {
        VectorOperations.accumulateProduct(
          Float(-(1 - beta1) * step.clip), store.gradients.base + unit * size + offset, reach,
          to: sums.base + rowOfLine[store.lines[unit]] * width + offset, count: count)
      }
    }
    func enter(_ momentum: UnsafePointer<Float>, row: Int) {
      VectorOperations.accumulateProduct(
        Float(-beta1), momentum + offset, reach, to: sums.base + row * width + offset,
        count: count)
    }
    if momenta.isFolded {
      for row in 0..<plan.rowCount { enter(rowMomenta.base + row * width, row: row) }
      carry(store, range)
    } else {
      for (line, row) in rowOfLine.enumerated() {
        enter(momenta.values.base + line * size, row: row)
      }
    }
    VectorOperations.add(
      store.decayed.base + offset, to: sums.base + plan.rowCount * width + offset, count: count)
  }

  /// Takes the rows' own momenta to the chord's end.
  private func carry(_ store: ChordStore, _ range: Range<Int>) {
    let (size, offset, count) = (plan.parameterCount, range.lowerBound, range.count)
    for step in store.steps {
      for row in 0..<plan.rowCount {
        let momentum = rowMomenta.base + row * width + offset
        VectorOperations.combine(Float(beta1), momentum, 0, momentum, into: momentum, count: count)
      }
      for unit in step.units {
        VectorOperations.accumulate(
          Float((1 - beta1) * step.clip), store.gradients.base + unit * size + offset,
          to: rowMomenta.base + rowOfLine[store.lines[unit]] * width + offset, count: count)
      }
    }
  }

  /// Packs the interval into its file, and measures what packing loses.
  private func close(_ end: UnsafePointer<Float>, step: Int) {
    let bits = plan.bits[stored.count]
    let rowBytes = PackedVector.byteCount(plan.parameterCount, bits: bits)
    let head = DisplacementInterval.header(
      number: stored.count, parameterCount: plan.parameterCount, rowCount: plan.rowCount,
      bits: bits)
    let unexplained = remainder(end) { row, range, rest in
      VectorOperations.accumulate(
        -1, sums.base + row * width + range.lowerBound, to: rest + range.lowerBound,
        count: range.count)
    }
    var bytes = [UInt8](
      repeating: 0,
      count: DisplacementPlan.intervalBytes(
        parameterCount: plan.parameterCount, bits: bits, rows: plan.rowCount))
    var rounding: Int64 = 0
    bytes.withUnsafeMutableBytes { file in
      guard let base = file.baseAddress else { return }
      file.copyBytes(from: head)
      let weights = base + head.count
      weights.copyMemory(from: start.base, byteCount: width * 4)
      let rows = weights + width * 4
      workers.run(pieces: plan.rowCount + 1) { row, _ in
        PackedVector.pack(
          sums.base + row * width, count: plan.parameterCount, bits: bits,
          into: rows + row * rowBytes)
      }
      rounding = remainder(end) { row, range, rest in
        PackedVector.add(
          -1, rows + row * rowBytes, count: plan.parameterCount, bits: bits, range, to: rest)
      }
    }
    stored.append(
      Stored(
        step: step, bits: bits, digest: SHA256.digest(bytes), unexplained: unexplained,
        rounding: rounding))
    pending = bytes
    isOpen = false
  }

  /// The length of what rows leave of the displacement, as a part of the displacement's, in 10⁻⁹.
  ///
  /// `subtract`: takes a row's numbers in a range from a vector.
  private func remainder(
    _ end: UnsafePointer<Float>,
    _ subtract: (Int, Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) -> Int64 {
    let size = plan.parameterCount
    let pieces = (size + Self.block - 1) / Self.block
    let rest = FloatBuffer(count: width)
    var squares = [Double](repeating: 0, count: 2 * pieces)
    squares.withUnsafeMutableBufferPointer { squares in
      let squares = squares
      workers.run(pieces: pieces) { piece, _ in
        let range = piece * Self.block..<min((piece + 1) * Self.block, size)
        let own = rest.base + range.lowerBound
        VectorOperations.combine(
          1, end + range.lowerBound, -1, start.base + range.lowerBound, into: own,
          count: range.count)
        squares[2 * piece] = VectorOperations.dot(own, own, count: range.count)
        for row in 0...plan.rowCount { subtract(row, range, rest.base) }
        squares[2 * piece + 1] = VectorOperations.dot(own, own, count: range.count)
      }
    }
    var (whole, left) = (0.0, 0.0)
    for piece in 0..<pieces {
      whole += squares[2 * piece]
      left += squares[2 * piece + 1]
    }
    return whole > 0 ? Int64(min((left / whole).squareRoot() * 1e9, 1e15).rounded()) : 0
  }
}
