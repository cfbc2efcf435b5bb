// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Transformer

/// The gradients and preconditioners of the steps of one chord.
final class ChordStore {
  struct Step {
    /// Where the step's units lie among the chord's.
    var units: Range<Int>
    var clip: Double
    var stride: Double
  }

  let parameterCount: Int
  let unitCapacity: Int
  let gradients: FloatBuffer
  let preconditioners: FloatBuffer
  /// The displacement of the weights by decay, summed over the chord.
  let decayed: FloatBuffer
  private(set) var steps: [Step] = []
  /// The line of each unit.
  private(set) var lines: [Int] = []

  init(parameterCount: Int, unitCapacity: Int, stepCapacity: Int) {
    self.parameterCount = parameterCount
    self.unitCapacity = unitCapacity
    gradients = FloatBuffer(count: unitCapacity * parameterCount)
    preconditioners = FloatBuffer(count: stepCapacity * parameterCount)
    decayed = FloatBuffer(count: parameterCount)
    steps.reserveCapacity(stepCapacity)
    lines.reserveCapacity(unitCapacity)
  }

  func clear() {
    steps.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    decayed.base.update(repeating: 0, count: parameterCount)
  }

  /// Takes one step of the trainer and keeps what it was made of; returns the batch's loss.
  ///
  /// Throws where the loss or the gradient is not finite.
  func record(_ trainer: Trainer, timing: inout TimeSplit) throws(BrokenStep) -> Double {
    var began = TimeSplit.now()
    let first = lines.count
    let units = gradients.base + first * parameterCount
    let loss = trainer.gradients(into: units)
    TimeSplit.lap(&began, into: &timing.passes)
    for unit in 0..<trainer.plan.unitCount { lines.append(trainer.plan.line(ofUnit: unit)) }
    guard loss.isFinite else { throw broken(.loss, step: trainer.step + 1, from: first) }
    let update = trainer.update(
      units: units, preconditioner: preconditioners.base + steps.count * parameterCount,
      decayed: decayed.base)
    TimeSplit.lap(&began, into: &timing.updates)
    guard update.gradientNorm.isFinite else {
      throw broken(.gradient, step: trainer.step, from: first)
    }
    steps.append(Step(units: first..<lines.count, clip: update.clip, stride: update.stride))
    return loss
  }

  /// Tells what broke, and in which lines: those of the units whose gradient is not finite.
  func broken(_ part: BrokenStep.Part, step: Int, from first: Int) -> BrokenStep {
    let units = first..<lines.count
    let found = units.filter { unit in
      let gradient = gradients.base + unit * parameterCount
      return !VectorOperations.dot(gradient, gradient, count: parameterCount).isFinite
    }
    return BrokenStep(
      step: step, part: part,
      lines: Set((found.isEmpty ? Array(units) : found).map { lines[$0] }).sorted())
  }
}
