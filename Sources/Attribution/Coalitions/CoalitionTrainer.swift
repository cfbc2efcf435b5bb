// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
package import Transformer

/// Trains a proxy model anew for a coalition of accounts and measures every target.
///
/// The order of the data is that of the whole: windows of absent accounts keep their places with
/// weight 0, and a step is divided by the predictions of its full batch. A coalition of n accounts
/// out of k costs about n/k of a training. Coalitions are independent: they run side by side, each
/// on one thread, and no result depends on how many do.
package struct CoalitionTrainer: Sendable {
  private let model: LlamaModel
  private let training: TrainingConfiguration
  private let windows: WindowSet
  private let owners: [Int]
  private let targets: [ValuationTarget]

  /// - Parameters:
  ///   - model: The proxy's shape.
  ///   - training: How each coalition is trained; its seed fixes first weights and data order.
  ///   - lines: The works; `owner` is the player.
  ///   - targets: The valuation texts.
  /// - Throws: What is wrong with the configuration.
  package init(
    model: LlamaModel, training: TrainingConfiguration, lines: [TrainingLine],
    targets: [ValuationTarget]
  ) throws(TrainingConfigurationError) {
    try training.validate()
    self.model = model
    self.training = training
    self.targets = targets
    owners = lines.map(\.owner)
    windows = WindowSet(
      pieces: lines.enumerated().map { TextPiece(line: $0.offset, text: $0.element.text) },
      lineCount: lines.count, context: model.configuration.contextLength)
  }

  /// The loss of each target after training on a coalition, nats per byte.
  package func losses(of coalition: Coalition) -> [Double] {
    let shards = (training.batchSize + training.shardWindows - 1) / training.shardWindows
    let engine = PassEngine(
      model: model, workers: Workers(count: 1), shardWindows: training.shardWindows,
      shardCapacity: max(
        shards,
        Valuation.shardCount(
          targets, context: model.configuration.contextLength, shardWindows: training.shardWindows))
    )
    let trainer = Trainer(
      engine: engine, configuration: training, windows: windows, owners: owners,
      presentOwners: Set(coalition.members))
    let size = model.layout.count
    let units = FloatBuffer(count: shards * size)
    let preconditioner = FloatBuffer(count: size)
    let decayed = FloatBuffer(count: size)
    // Nothing to learn from: the weights would only decay.
    for _ in 0..<(coalition.count == 0 ? 0 : training.steps) {
      _ = trainer.gradients(into: units.base)
      _ = trainer.update(
        units: units.base, preconditioner: preconditioner.base, decayed: decayed.base)
    }
    return Valuation.losses(targets, engine: engine, parameters: trainer.parameters.base)
  }

  /// The losses of many coalitions, in their order.
  ///
  /// `done` is called for each as it is finished, from any thread.
  package func losses(
    of coalitions: [Coalition], threads: Int,
    done: @escaping @Sendable (Coalition, [Double]) -> Void = { _, _ in }
  ) -> [[Double]] {
    var results = [[Double]](repeating: [], count: coalitions.count)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      Workers(count: threads).run(pieces: coalitions.count) { index, _ in
        let losses = losses(of: coalitions[index])
        results[index] = losses
        done(coalitions[index], losses)
      }
    }
    return results
  }
}
