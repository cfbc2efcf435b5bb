// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Transformer

/// The targets' losses and gradients at given weights, over the whole of their fixed texts.
final class Valuation {
  let targetCount: Int
  private let engine: PassEngine
  private let windows: WindowSet
  private let plan: PassPlan
  private let units: FloatBuffer
  private let scales: [Float]
  private let byteCounts: [Int]

  init(_ targets: [ValuationTarget], engine: PassEngine) {
    self.engine = engine
    targetCount = targets.count
    let pieces = targets.enumerated().flatMap { index, target in
      target.passages.map { TextPiece(line: index, text: $0) }
    }
    windows = WindowSet(
      pieces: pieces, lineCount: targets.count, context: engine.model.configuration.contextLength)
    plan = PassPlan(all: windows, shardWindows: engine.shardWindows)
    units = FloatBuffer(count: plan.unitCount * engine.model.layout.count)
    byteCounts = windows.bytesByLine
    scales = byteCounts.map { 1 / Float($0) }
  }

  /// How many shards a plan over these targets has.
  static func shardCount(_ targets: [ValuationTarget], context: Int, shardWindows: Int) -> Int {
    targets.reduce(0) { sum, target in
      let count = target.passages.reduce(0) { $0 + ($1.count - 1 + context - 1) / context }
      return sum + (count + shardWindows - 1) / shardWindows
    }
  }

  /// The loss of each target in nats per byte, without gradients.
  static func losses(
    _ targets: [ValuationTarget], engine: PassEngine, parameters: UnsafePointer<Float>
  ) -> [Double] {
    let pieces = targets.enumerated().flatMap { index, target in
      target.passages.map { TextPiece(line: index, bytes: $0.bytes) }
    }
    let windows = WindowSet(
      pieces: pieces, lineCount: targets.count, context: engine.model.configuration.contextLength)
    let plan = PassPlan(all: windows, shardWindows: engine.shardWindows)
    engine.losses(windows, plan, parameters: parameters)
    return zip(engine.lossSums(plan, lineCount: targets.count), windows.bytesByLine).map {
      $0 / Double($1)
    }
  }

  /// Measures the loss of each target in nats per byte, and its gradient.
  ///
  /// `sum`: one gradient for each target, end to end.
  /// `adding`: adds to `sum` instead of overwriting it.
  /// `direction`: the derivative of each loss along `end - start` is returned as `slopes`.
  func measure(
    at parameters: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>, adding: Bool,
    start: UnsafePointer<Float>, end: UnsafePointer<Float>
  ) -> (losses: [Double], slopes: [Double]) {
    let size = engine.model.layout.count
    engine.gradients(windows, plan, parameters: parameters, scales: scales, into: units.base)
    var losses = engine.lossSums(plan, lineCount: targetCount)
    for index in losses.indices { losses[index] /= Double(byteCounts[index]) }
    let pieceSize = Trainer.pieceSize
    let pieces = (size + pieceSize - 1) / pieceSize
    var partial = Array(repeating: 0.0, count: pieces * targetCount)
    partial.withUnsafeMutableBufferPointer { partial in
      let partial = partial
      engine.workers.run(pieces: pieces) { piece, _ in
        let offset = piece * pieceSize
        let count = min(pieceSize, size - offset)
        for unit in 0..<plan.unitCount {
          let target = plan.line(ofUnit: unit)
          let gradient = units.base + unit * size + offset
          partial[piece * targetCount + target] += VectorOperations.dot(
            gradient, from: start + offset, to: end + offset, count: count)
          let into = sum + target * size + offset
          let isFirst = unit == 0 || plan.line(ofUnit: unit - 1) != target
          if isFirst && !adding {
            into.update(from: gradient, count: count)
          } else {
            VectorOperations.add(gradient, to: into, count: count)
          }
        }
      }
    }
    var slopes = Array(repeating: 0.0, count: targetCount)
    for piece in 0..<pieces {
      for target in 0..<targetCount { slopes[target] += partial[piece * targetCount + target] }
    }
    return (losses, slopes)
  }
}
