// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
package import Transformer

/// How the final loss of each target answers to the weight of each account in training: dL_q / dw_c.
///
/// The derivative is carried back through all steps of AdamW, its moments, clipping and decay included
/// (reverse mode through training: Engstrom et al., "Optimizing ML Training with Metagradient Descent",
/// 2025). Products with the Hessian are differences of two gradients. To leave an account out changes
/// the loss by about −dL_q / dw_c, where training is smooth: the adjoint then keeps about its length on
/// the way back. Where it grows more than `roughGrowth`-fold the numbers say nothing.
///
/// It takes 2 · targets + 1 gradients a step, and memory for the weights and moments of all steps.
package struct Metagradient: Sendable {
  /// −dL_q / dw_c by account, then target, nats a byte: positive where the account helps.
  package let values: [[Double]]
  /// By target: the length of the adjoint of the first weights over that of the last.
  package let growth: [Double]

  /// From this growth on training was too rough.
  package static let roughGrowth = 100.0
  /// How far a difference quotient steps, as a part of the weights' length.
  private static let stepPart = 2e-3

  /// Trains the proxy and carries the derivatives back.
  ///
  /// - Parameters:
  ///   - model: The proxy's shape.
  ///   - training: How it is trained; the run of the whole coalition.
  ///   - lines: The works; `owner` is the account.
  ///   - targets: The valuation texts.
  ///   - threads: Changes no result.
  /// - Throws: What is wrong with the configuration.
  package init(
    model: LlamaModel, training: TrainingConfiguration, lines: [TrainingLine],
    targets: [ValuationTarget], threads: Int
  ) throws(TrainingConfigurationError) {
    try training.validate()
    let course = Course(model: model, training: training, lines: lines)
    let (size, steps) = (model.layout.count, training.steps)
    let owners = lines.map(\.owner)
    let accounts = (owners.max() ?? -1) + 1
    let end = Course.end(course, targets: targets)
    let adjoints = FloatBuffer(count: 3 * targets.count * size)
    for target in targets.indices {
      (adjoints.base + 3 * target * size).update(from: end.base + target * size, count: size)
    }
    let lengthsAtEnd = targets.indices.map {
      VectorOperations.dot(
        adjoints.base + 3 * $0 * size, adjoints.base + 3 * $0 * size, count: size)
    }
    let workers = Workers(count: threads)
    let split = course.trainer(keepingLines: true)
    let whole = (0..<threads).map { _ in course.trainer(keepingLines: false) }
    let units = FloatBuffer(count: training.batchSize * size)
    let gradient = FloatBuffer(count: size)
    let spaces = (0..<threads).map { _ in Space(size: size, units: course.shards) }
    var sums = [Double](repeating: 0, count: accounts * targets.count)
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums
      for step in (0..<steps).reversed() {
        split.parameters.base.update(from: course.weights(step), count: size)
        split.step = step
        _ = split.gradients(into: units.base)
        let plan = split.plan
        gradient.base.update(repeating: 0, count: size)
        for unit in 0..<plan.unitCount {
          VectorOperations.add(units.base + unit * size, to: gradient.base, count: size)
        }
        let numbers = course.numbers(step, gradient.base)
        workers.run(pieces: targets.count) { target, worker in
          let space = spaces[worker]
          let adjoint = adjoints.base + 3 * target * size
          course.reverse(
            step, numbers, gradient: gradient.base, adjoint, into: space.direction.base)
          for unit in 0..<plan.unitCount {
            sums[owners[plan.line(ofUnit: unit)] * targets.count + target] -=
              VectorOperations.dot(
                space.direction.base, units.base + unit * size, count: size)
          }
          course.addCurvature(step, along: space, by: whole[worker], to: adjoint)
        }
      }
    }
    values = (0..<accounts).map { account in
      targets.indices.map { sums[account * targets.count + $0] }
    }
    growth = targets.indices.map { target in
      let adjoint = adjoints.base + 3 * target * size
      let length = VectorOperations.dot(adjoint, adjoint, count: size)
      return lengthsAtEnd[target] > 0 ? (length / lengthsAtEnd[target]).squareRoot() : .infinity
    }
  }

  /// What one thread needs.
  private final class Space {
    let direction: FloatBuffer
    let gradients: FloatBuffer

    init(size: Int, units: Int) {
      direction = FloatBuffer(count: size)
      gradients = FloatBuffer(count: units * size)
    }
  }

  /// The weights and moments of every step of the proxy's run.
  private struct Course {
    let model: LlamaModel
    let training: TrainingConfiguration
    let windows: WindowSet
    let owners: [Int]
    let shards: Int
    /// By step: weights, first moments, second moments before it; at the end those after the last.
    private let states: States
    private let decays: [Bool]

    private final class States {
      let values: FloatBuffer
      init(count: Int) { values = FloatBuffer(count: count) }
    }

    init(model: LlamaModel, training: TrainingConfiguration, lines: [TrainingLine]) {
      self.model = model
      self.training = training
      owners = lines.map(\.owner)
      windows = WindowSet(
        pieces: lines.enumerated().map { TextPiece(line: $0.offset, text: $0.element.text) },
        lineCount: lines.count, context: model.configuration.contextLength)
      shards = (training.batchSize + training.shardWindows - 1) / training.shardWindows
      let size = model.layout.count
      var decays = [Bool](repeating: false, count: size)
      for tensor in model.layout.tensors where tensor.decays {
        for index in tensor.offset..<tensor.offset + tensor.count { decays[index] = true }
      }
      self.decays = decays
      states = States(count: 3 * (training.steps + 1) * size)
      let trainer = trainer(keepingLines: false)
      let units = FloatBuffer(count: shards * size)
      let scratch = FloatBuffer(count: size)
      for step in 0...training.steps {
        let state = states.values.base + 3 * step * size
        state.update(from: trainer.parameters.base, count: size)
        (state + size).update(from: trainer.first.base, count: size)
        (state + 2 * size).update(from: trainer.second.base, count: size)
        guard step < training.steps else { break }
        _ = trainer.gradients(into: units.base)
        _ = trainer.update(
          units: units.base, preconditioner: scratch.base, decayed: scratch.base)
      }
    }

    func trainer(keepingLines: Bool) -> Trainer {
      Trainer(
        engine: PassEngine(
          model: model, workers: Workers(count: 1), shardWindows: training.shardWindows,
          shardCapacity: shards),
        configuration: training, windows: windows, owners: owners,
        presentOwners: keepingLines ? nil : Set(owners))
    }

    /// The gradients of the targets after the last step, end to end.
    static func end(_ course: Course, targets: [ValuationTarget]) -> FloatBuffer {
      let size = course.model.layout.count
      let engine = PassEngine(
        model: course.model, workers: Workers(count: 1),
        shardWindows: course.training.shardWindows,
        shardCapacity: Valuation.shardCount(
          targets, context: course.model.configuration.contextLength,
          shardWindows: course.training.shardWindows))
      let gradients = FloatBuffer(count: targets.count * size)
      let weights = course.weights(course.training.steps)
      _ = Valuation(targets, engine: engine).measure(
        at: weights, into: gradients.base, adding: false, start: weights, end: weights)
      return gradients
    }

    func weights(_ step: Int) -> UnsafePointer<Float> {
      UnsafePointer(states.values.base + 3 * step * model.layout.count)
    }

    /// The numbers of one step that all parameters share.
    struct Numbers {
      var clip: Float
      var squaredLength: Double
      var isClipped: Bool
      var stride: Float
      var decay: Float
      var secondCorrection: Float
    }

    func numbers(_ step: Int, _ gradient: UnsafePointer<Float>) -> Numbers {
      let square = VectorOperations.dot(gradient, gradient, count: model.layout.count)
      let norm = square.squareRoot()
      let isClipped = norm > training.clipNorm
      let rate = training.rate(step: step)
      func power(_ base: Double) -> Double { (0...step).reduce(1.0) { result, _ in result * base } }
      return Numbers(
        clip: Float(isClipped ? training.clipNorm / norm : 1), squaredLength: square,
        isClipped: isClipped, stride: Float(rate / (1 - power(training.beta1))),
        decay: Float(rate * training.weightDecay),
        secondCorrection: Float(1 / (1 - power(training.beta2))))
    }

    /// Takes the adjoints of weights and moments back through the update; leaves that of the batch
    /// gradient in `direction`. The part of the weights' adjoint that comes through the gradient is
    /// still missing.
    func reverse(
      _ step: Int, _ numbers: Numbers, gradient: UnsafePointer<Float>,
      _ adjoint: UnsafeMutablePointer<Float>, into direction: UnsafeMutablePointer<Float>
    ) {
      let size = model.layout.count
      let after = states.values.base + 3 * (step + 1) * size
      let (beta1, beta2) = (Float(training.beta1), Float(training.beta2))
      let epsilon = Float(training.epsilon)
      for i in 0..<size {
        let (m, v) = (after[size + i], after[2 * size + i])
        let root = (v * numbers.secondCorrection).squareRoot()
        let p = 1 / (root + epsilon)
        let weight = adjoint[i]
        let first = adjoint[size + i] - numbers.stride * p * weight
        // A second moment that is all but zero has no slope to carry back.
        let slope = root > 1e-12 ? -p * p * numbers.secondCorrection / (2 * root) : 0
        let second = adjoint[2 * size + i] - numbers.stride * m * weight * slope
        direction[i] =
          (1 - beta1) * first + 2 * (1 - beta2) * numbers.clip * gradient[i] * second
        adjoint[i] = decays[i] ? weight * (1 - numbers.decay) : weight
        adjoint[size + i] = beta1 * first
        adjoint[2 * size + i] = beta2 * second
      }
      guard numbers.isClipped else { return }
      let along = VectorOperations.dot(direction, gradient, count: size) / numbers.squaredLength
      VectorOperations.combine(
        numbers.clip, direction, Float(-along) * numbers.clip, gradient, into: direction,
        count: size)
    }

    /// Adds the product of the batch loss's Hessian and the direction to the weights' adjoint.
    func addCurvature(
      _ step: Int, along space: Space, by trainer: Trainer, to adjoint: UnsafeMutablePointer<Float>
    ) {
      let size = model.layout.count
      let direction = space.direction.base
      let length = VectorOperations.dot(direction, direction, count: size).squareRoot()
      guard length > 0 else { return }
      let weights = weights(step)
      let part =
        VectorOperations.dot(weights, weights, count: size).squareRoot()
        * Metagradient.stepPart
      for sign in [1.0, -1.0] {
        VectorOperations.combine(
          1, weights, Float(sign * part / length), direction, into: trainer.parameters.base,
          count: size)
        trainer.step = step
        _ = trainer.gradients(into: space.gradients.base)
        for unit in 0..<trainer.plan.unitCount {
          VectorOperations.accumulate(
            Float(sign * length / (2 * part)), space.gradients.base + unit * size, to: adjoint,
            count: size)
        }
      }
    }
  }
}
