// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import Glibc
import Kernels
import Primitives
import Transformer

/// Plain training on random bytes, all windows of full length.
struct StepBench {
  let trainer: Trainer
  /// The text trained on; each step reads `batch` windows of it in seeded order.
  let text: [UInt8]
  private let shape: ModelConfiguration
  private let units: UnsafeMutablePointer<Float>
  private let preconditioner: UnsafeMutablePointer<Float>
  private let decayed: UnsafeMutablePointer<Float>

  init(
    _ shape: ModelConfiguration, _ training: TrainingConfiguration, threads: Int, blas: BLAS
  ) throws {
    self.shape = shape
    var random = Philox4x32(key: 7, stream: 0)
    let text = (0...training.batchSize * shape.contextLength).map { _ in
      UInt8(truncatingIfNeeded: random.next32())
    }
    self.text = text
    let model = try LlamaModel(shape, blas: blas)
    let engine = PassEngine(
      model: model, workers: Workers(count: threads), shardWindows: training.shardWindows,
      shardCapacity: training.batchSize)
    trainer = Trainer(
      engine: engine, configuration: training,
      windows: WindowSet(
        pieces: [TextPiece(line: 0, bytes: text)], lineCount: 1, context: shape.contextLength),
      owners: [0])
    units = .allocate(capacity: training.batchSize * model.layout.count)
    preconditioner = .allocate(capacity: model.layout.count)
    decayed = .allocate(capacity: model.layout.count)
    decayed.initialize(repeating: 0, count: model.layout.count)
  }

  /// The weights as they stand, as a safetensors file.
  var weights: [UInt8] {
    Safetensors.encode(trainer.engine.model.layout, trainer.parameters.base)
  }

  /// Forward, backward, clip, AdamW; returns the loss.
  func step() -> Double {
    let loss = trainer.gradients(into: units)
    _ = trainer.update(units: units, preconditioner: preconditioner, decayed: decayed)
    return loss
  }

  /// Predictions in a step.
  var tokens: Int { trainer.configuration.batchSize * shape.contextLength }

  /// The operations of one step's matrix products.
  ///
  /// Each weight matrix counts once forward and twice backward, and an attention head six products over
  /// the causal triangle only; nothing else is counted.
  var floatingPointOperations: Int {
    let hidden = shape.hiddenSize
    let matrices =
      shape.layerCount * (4 * hidden * hidden + 3 * hidden * shape.feedForwardSize)
      + shape.vocabularySize * hidden
    let context = shape.contextLength
    let triangle = trainer.configuration.batchSize * context * (context + 1) / 2
    return 6 * matrices * tokens + 12 * shape.layerCount * hidden * triangle
  }
}

/// What the matrix library reaches with large matrices, each thread with a product of its own.
struct ProductPeak {
  private static let side = 1024
  private let blas: BLAS
  private let workers: Workers
  private let memory: UnsafeMutablePointer<Float>

  init(_ blas: BLAS, threads: Int) {
    self.blas = blas
    workers = Workers(count: threads)
    let count = 3 * Self.side * Self.side * threads
    memory = .allocate(capacity: count)
    memory.initialize(repeating: 0.5, count: count)
  }

  /// Operations a second of all threads together, by our kernels or by the library's where those are
  /// faster: the best of five times four products each.
  func measure() -> Double { max(measure(byLibrary: false), measure(byLibrary: true)) }

  private func measure(byLibrary: Bool) -> Double {
    let side = Self.side
    let flops = 2.0 * Double(side) * Double(side) * Double(side) * 4 * Double(workers.count)
    var best = 0.0
    for _ in 0..<5 {
      let began = seconds()
      nonisolated(unsafe) let memory = memory
      workers.run(pieces: workers.count) { piece, _ in
        let a = memory + piece * 3 * side * side
        for _ in 0..<4 {
          let (b, c) = (a + side * side, a + 2 * side * side)
          if byLibrary {
            blas.libraryMultiply(
              rows: side, columns: side, inner: side, a, side, b, side, into: c, side)
          } else {
            blas.multiply(
              rows: side, columns: side, inner: side, a, side, b, side, into: c, side)
          }
        }
      }
      best = max(best, flops / (seconds() - began))
    }
    return best
  }
}
