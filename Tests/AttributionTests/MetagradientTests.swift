// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Kernels
import Primitives
import Testing
import Transformer

/// The metagradient against training again without one small account.
@Suite struct MetagradientTests {
  /// Forty small accounts: without one of them training is almost as it was.
  private static func tiny(steps: Int) -> TinyRun {
    var tiny = TinyRun()
    var random = Philox4x32(key: 4, stream: 4)
    tiny.lines = (0..<40).map { owner in
      let first = Int(random.below(200))
      let source = tiny.lines[owner % 5].bytes
      return TrainingLine(
        owner: owner, bytes: Array((source + source + source)[first..<first + 33]))
    }
    tiny.training.steps = steps
    tiny.training.warmUpSteps = min(2, steps)
    tiny.training.batchSize = 40
    tiny.training.shardWindows = 40
    tiny.training.peakRate = 1e-3
    tiny.training.beta2 = 0.95
    return tiny
  }

  @Test(arguments: [(1, 1e6), (1, 0.5), (6, 1e6), (12, 0.5)])
  func `It predicts what leaving a small account out costs`(_ steps: Int, _ clip: Double) throws {
    var tiny = Self.tiny(steps: steps)
    tiny.training.clipNorm = clip
    tiny.training.epsilon = 1e-2
    let found = try metagradient(tiny, threads: 2)
    let game = try CoalitionTrainer(
      model: LlamaModel(tiny.model, blas: BLAS.load()), training: tiny.training,
      lines: tiny.lines, targets: tiny.targets)
    let whole = game.losses(of: Coalition.all(40))
    var (errors, effects) = (0.0, 0.0)
    for account in 0..<40 {
      let without = game.losses(of: Coalition.all(40).without(account))
      for target in whole.indices {
        let cost = without[target] - whole[target]
        let error = found.values[account][target] - cost
        errors += error * error
        effects += cost * cost
      }
    }
    #expect(errors < 0.04 * effects, "\((errors / effects).squareRoot())")
  }

  @Test func `It is the same on any number of threads`() throws {
    var tiny = TinyRun()
    tiny.training.steps = 5
    let one = try metagradient(tiny, threads: 1)
    let three = try metagradient(tiny, threads: 3)
    #expect(one.values == three.values && one.growth == three.growth)
    #expect(one.growth.allSatisfy { $0.isFinite && $0 > 0 })
  }

  private func metagradient(_ tiny: TinyRun, threads: Int) throws -> Metagradient {
    try Metagradient(
      model: LlamaModel(tiny.model, blas: BLAS.load()), training: tiny.training,
      lines: tiny.lines, targets: tiny.targets, threads: threads)
  }
}
