// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Kernels
import Transformer

/// The same batches and updates without books: the gradients of works are not kept apart.
final class PlainRun {
  private let trainer: Trainer
  private let units: FloatBuffer
  private let preconditioner: FloatBuffer
  private let decayed: FloatBuffer

  init(_ setting: Setting, lines: [TrainingLine], seed: UInt64, blas: BLAS) throws {
    var training = setting.training
    training.seed = seed
    let model = try LlamaModel(setting.model, blas: blas)
    let shards = (training.batchSize + training.shardWindows - 1) / training.shardWindows
    let engine = PassEngine(
      model: model, workers: Workers(count: setting.threads),
      shardWindows: training.shardWindows, shardCapacity: shards)
    let pieces = lines.enumerated().map { TextPiece(line: $0.offset, text: $0.element.text) }
    trainer = Trainer(
      engine: engine, configuration: training,
      windows: WindowSet(
        pieces: pieces, lineCount: pieces.count, context: setting.model.contextLength),
      owners: lines.map(\.owner), presentOwners: Set(lines.map(\.owner)))
    let size = model.layout.count
    units = FloatBuffer(count: shards * size)
    preconditioner = FloatBuffer(count: size)
    decayed = FloatBuffer(count: size)
  }

  func advance(to step: Int) {
    while trainer.step < step {
      _ = trainer.gradients(into: units.base)
      _ = trainer.update(
        units: units.base, preconditioner: preconditioner.base, decayed: decayed.base)
    }
  }
}
