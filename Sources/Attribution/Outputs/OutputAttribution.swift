// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
package import Transformer

/// Divides the likelihood of any text over the accounts, along the stored path of a run.
///
/// amount_c = Σ_k −⟨Ḡ_k, M_k^c⟩, where M_k^c is the account's displacement of the weights in interval k
/// and Ḡ_k the mean of the gradient of −log p(text) along the straight line from its first to its last
/// weights: by the trapezoid, and with more nodes where the trapezoid misses the change of the loss.
package final class OutputAttribution {
  /// How exact the integral is.
  package struct Precision: Hashable, Sendable {
    /// How much of an interval's change, plus of its part of the whole, may be left unexplained.
    package var tolerance: Double
    /// The finest rule of an interval: a level of `Quadrature`.
    package var maximumLevel: Int

    /// States a tolerance and the finest rule.
    package init(tolerance: Double, maximumLevel: Int) {
      self.tolerance = tolerance
      self.maximumLevel = maximumLevel
    }

    /// Trapezoids, and up to five nodes in intervals that miss 1 %.
    package static let quick = Precision(tolerance: 0.01, maximumLevel: 3)
    /// Up to nine nodes in intervals that miss 0.1 %.
    package static let fine = Precision(tolerance: 0.001, maximumLevel: 4)
  }

  /// The most bytes that are divided at once.
  package static let largestText = 1 << 20
  /// Windows in a shard, and shards whose gradients are held at once; they fix the bits of a result.
  private static let shardWindows = 1
  private static let shardsAtOnce = 8

  private let engine: PassEngine
  private let size: Int
  /// Gradients of shards, as many as the text has or are held at once.
  private var units = FloatBuffer(count: 0)
  private var left: FloatBuffer
  private var right: FloatBuffer
  /// By group of inner nodes.
  private let inner: FloatBuffer
  private let direction: FloatBuffer
  private let node: FloatBuffer
  private var gradients = 0

  /// Prepares for one model.
  package init(model: LlamaModel, threads: Int) {
    engine = PassEngine(
      model: model, workers: Workers(count: threads), shardWindows: Self.shardWindows,
      shardCapacity: Self.shardsAtOnce)
    size = model.layout.count
    let width = PackedVector.padded(size)
    left = FloatBuffer(count: width)
    right = FloatBuffer(count: width)
    inner = FloatBuffer(count: Quadrature.groups.count * size)
    direction = FloatBuffer(count: width)
    node = FloatBuffer(count: width)
  }

  /// Divides the likelihood of a text.
  ///
  /// - Parameters:
  ///   - text: Any text in the model's tokens. It is cut into windows as in training; the first token
  ///     is not predicted.
  ///   - intervals: The stored intervals of the run, in order.
  ///   - final: The weights at the end of the last.
  ///   - rowCount: The rows of each interval, without that of weight decay.
  ///   - precision: How exact.
  /// - Returns: What each row added, decay and the residual.
  /// - Throws: `OutputError`.
  package func divide(
    _ text: TokenText, intervals: [DisplacementInterval], final: UnsafePointer<Float>,
    rowCount: Int,
    precision: Precision
  ) throws(OutputError) -> OutputDivision {
    guard text.count >= 2 else { throw .nothingPredicted }
    guard text.bytes.count <= Self.largestText else { throw .tooLong(text.bytes.count) }
    gradients = 0
    let windows = WindowSet(
      pieces: [TextPiece(line: 0, text: text)], lineCount: 1,
      context: engine.model.configuration.contextLength)
    units = FloatBuffer(count: min(windows.count, Self.shardsAtOnce) * size)
    let points = intervals.map(\.weights) + [final]
    let last = loss(windows, at: final)
    let first = gradient(windows, at: points[0], into: left.base)
    guard first.isFinite, last.isFinite else { throw .notFinite }
    let gained = (first - last).magnitude
    var sums = [Double](repeating: 0, count: rowCount + 1)
    var integrals = 0.0
    var before = first
    for (index, interval) in intervals.enumerated() {
      let after = gradient(windows, at: points[index + 1], into: right.base)
      guard after.isFinite else { throw .notFinite }
      integrals -= integrate(
        windows, from: points[index], to: points[index + 1], change: after - before,
        share: gained / Double(intervals.count), precision)
      let dots = rows(of: interval, count: rowCount + 1)
      for row in sums.indices { sums[row] -= dots[row] }
      swap(&left, &right)
      before = after
    }
    let total = sums.reduce(0, +)
    return OutputDivision(
      before: OutputDivision.nanonats(-first), after: OutputDivision.nanonats(-last),
      amounts: sums.dropLast().map(OutputDivision.nanonats),
      decay: OutputDivision.nanonats(sums[rowCount]),
      rounding: OutputDivision.nanonats(integrals - total), predictions: text.predictedBytes,
      windows: windows.count, gradients: gradients)
  }

  /// Leaves the mean gradient of an interval in `direction`; returns its product with the displacement.
  private func integrate(
    _ windows: WindowSet, from start: UnsafePointer<Float>, to end: UnsafePointer<Float>,
    change: Double, share: Double, _ precision: Precision
  ) -> Double {
    var level = 1
    while true {
      let rule = Quadrature.rule(level: level)
      VectorOperations.combine(
        Float(rule.ends), left.base, Float(rule.ends), right.base, into: direction.base,
        count: size)
      for (group, weight) in rule.inner.enumerated() {
        VectorOperations.accumulate(
          Float(weight), inner.base + group * size, to: direction.base, count: size)
      }
      let integral = VectorOperations.dot(direction.base, from: start, to: end, count: size)
      let allowed = precision.tolerance * (change.magnitude + share)
      if (change - integral).magnitude <= allowed || level == precision.maximumLevel {
        return integral
      }
      level += 1
      for group in Quadrature.newGroups(level: level) {
        for (index, place) in Quadrature.groups[group].enumerated() {
          VectorOperations.interpolate(
            start, end, factor: Float(place), into: node.base, count: size)
          _ = gradient(
            windows, at: node.base, into: inner.base + group * size, adding: index > 0)
        }
      }
    }
  }

  private func rows(of interval: DisplacementInterval, count: Int) -> [Double] {
    var dots = [Double](repeating: 0, count: count)
    dots.withUnsafeMutableBufferPointer { dots in
      let dots = dots
      engine.workers.run(pieces: count) { row, _ in
        dots[row] = interval.dot(direction.base, row: row)
      }
    }
    return dots
  }

  /// The loss of the text in nats.
  private func loss(_ windows: WindowSet, at weights: UnsafePointer<Float>) -> Double {
    var sum = 0.0
    forEachPlan(windows) { plan in
      engine.losses(windows, plan, parameters: weights)
      sum += engine.lossSum(plan)
    }
    return sum
  }

  /// The loss of the text in nats; its gradient is written, or added, to `sum`.
  private func gradient(
    _ windows: WindowSet, at weights: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>,
    adding: Bool = false
  ) -> Double {
    gradients += 1
    if !adding { sum.update(repeating: 0, count: size) }
    var loss = 0.0
    forEachPlan(windows) { plan in
      engine.gradients(windows, plan, parameters: weights, scales: [1], into: units.base)
      loss += engine.lossSum(plan)
      let pieceSize = Trainer.pieceSize
      engine.workers.run(pieces: (size + pieceSize - 1) / pieceSize) { piece, _ in
        let offset = piece * pieceSize
        for unit in 0..<plan.unitCount {
          VectorOperations.add(
            units.base + unit * size + offset, to: sum + offset,
            count: min(pieceSize, size - offset))
        }
      }
    }
    return loss
  }

  private func forEachPlan(_ windows: WindowSet, _ body: (PassPlan) -> Void) {
    let step = Self.shardWindows * Self.shardsAtOnce
    for start in stride(from: 0, to: windows.count, by: step) {
      body(
        PassPlan(
          windows, start..<min(start + step, windows.count), shardWindows: Self.shardWindows))
    }
  }
}
