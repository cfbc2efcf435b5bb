// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Kernels

/// Runs passes of a model over planned windows, shards in parallel, without allocating.
package final class PassEngine {
  package let model: LlamaModel
  package let workers: Workers
  /// How many windows a shard holds.
  package let shardWindows: Int
  private let spaces: [Workspace]
  private var segments: [[GradientSegment]]
  private var losses: UnsafeMutableBufferPointer<Double>

  /// Makes a workspace for each thread.
  ///
  /// `shardWindows`: windows in a shard; part of what fixes the bits of a result.
  /// `shardCapacity`: the most shards a plan may have.
  package init(model: LlamaModel, workers: Workers, shardWindows: Int, shardCapacity: Int) {
    self.model = model
    self.workers = workers
    self.shardWindows = shardWindows
    spaces = (0..<workers.count).map { _ in
      Workspace(model.configuration, sequences: shardWindows)
    }
    segments = (0..<workers.count).map { _ in
      var list: [GradientSegment] = []
      list.reserveCapacity(shardWindows)
      return list
    }
    losses = .allocate(capacity: shardCapacity)
  }

  deinit { losses.deallocate() }

  private func requireFit(_ set: WindowSet, shards: Int) {
    precondition(shards <= losses.count, "the plan has more shards than the engine")
    precondition(
      set.vocabularyNeeded <= model.configuration.vocabularySize, "a token is not in the vocabulary"
    )
  }

  /// Computes the gradient of each unit and the summed loss of each shard (see `loss(ofShard:)`).
  ///
  /// `shards`: which of the plan's shards are run; all where it is not given.
  /// `scales`: what a shard's summed loss is multiplied by before differentiating.
  /// `gradients`: one buffer of the layout's size for each unit of these shards, end to end.
  package func gradients(
    _ set: WindowSet, _ plan: PassPlan, shards: Range<Int>? = nil, parameters: UnsafePointer<Float>,
    scales: [Float],
    into gradients: UnsafeMutablePointer<Float>
  ) {
    requireFit(set, shards: plan.shards.count)
    let range = shards ?? 0..<plan.shards.count
    guard let first = plan.shards[range].first?.units.lowerBound else { return }
    let size = model.layout.count
    segments.withUnsafeMutableBufferPointer { segments in
      let segments = segments
      workers.run(pieces: range.count) { piece, worker in
        let index = range.lowerBound + piece
        let shard = plan.shards[index]
        let space = spaces[worker]
        space.pack(set, plan.windows[shard.windows])
        segments[worker].removeAll(keepingCapacity: true)
        for unit in shard.units {
          segments[worker].append(
            GradientSegment(
              rows: plan.units[unit].rows, gradient: gradients + (unit - first) * size))
        }
        model.forward(parameters, space)
        losses[index] = CrossEntropy.lossAndGradient(
          rows: space.rows, classes: model.configuration.vocabularySize, space.logits,
          targets: space.targets, scale: scales[plan.units[shard.units.lowerBound].line])
        model.backward(parameters, space, segments[worker])
      }
    }
  }

  /// Computes the summed loss of each shard only.
  package func losses(
    _ set: WindowSet, _ plan: PassPlan, parameters: UnsafePointer<Float>
  ) {
    requireFit(set, shards: plan.shards.count)
    workers.run(pieces: plan.shards.count) { index, worker in
      let space = spaces[worker]
      space.pack(set, plan.windows[plan.shards[index].windows])
      model.forward(parameters, space)
      losses[index] = CrossEntropy.loss(
        rows: space.rows, classes: model.configuration.vocabularySize, space.logits,
        targets: space.targets)
    }
  }

  /// The logits after each token of a text, row by row; the last row predicts what comes next.
  ///
  /// `text`: 1 to `contextLength` tokens of the vocabulary.
  package func logits(_ text: [Int32], parameters: UnsafePointer<Float>) -> [Float] {
    precondition((1...model.configuration.contextLength).contains(text.count), "no such context")
    let read = TokenText(
      bytes: [], tokens: text + [0], byteCounts: Array(repeating: 0, count: text.count + 1))
    let piece = TextPiece(line: 0, text: read)
    let set = WindowSet(pieces: [piece], lineCount: 1, context: text.count)
    requireFit(set, shards: 1)
    spaces[0].pack(set, [0])
    model.forward(parameters, spaces[0])
    let classes = model.configuration.vocabularySize
    let stride = CrossEntropy.rowLength(classes)
    return (0..<text.count).flatMap {
      UnsafeBufferPointer(start: spaces[0].logits + $0 * stride, count: classes)
    }
  }

  /// The summed loss of the last pass over shards of one line each, by line, in nats.
  package func lossSums(_ plan: PassPlan, lineCount: Int) -> [Double] {
    var sums = Array(repeating: 0.0, count: lineCount)
    for (index, shard) in plan.shards.enumerated() {
      sums[plan.units[shard.units.lowerBound].line] += losses[index]
    }
    return sums
  }

  /// The summed loss of the last pass, in nats.
  package func lossSum(_ plan: PassPlan) -> Double {
    var sum = 0.0
    for index in plan.shards.indices { sum += losses[index] }
    return sum
  }
}
