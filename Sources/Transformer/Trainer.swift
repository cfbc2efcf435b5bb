// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Kernels

/// Trains a model step by step; each step is split so that the books can stand between its halves.
///
/// `gradients` leaves the gradient of each unit in the caller's memory, `update` moves the weights by
/// their sum. Results do not depend on the number of threads: shards and pieces are fixed, sums are
/// taken in their order.
package final class Trainer {
  /// What the books need to know of an update.
  package struct Update: Sendable {
    /// The factor κ the gradient was clipped by.
    package var clip: Double
    /// `rate / (1 - beta1^t)`: the factor of the preconditioned moment.
    package var stride: Double
    /// The length of the gradient before clipping.
    package var gradientNorm: Double
  }

  package let engine: PassEngine
  package let configuration: TrainingConfiguration
  package let windows: WindowSet
  /// The next step, counted from 0.
  package var step = 0
  /// Which lines are read; an absent line's windows keep their places in the order with weight 0.
  private let presence: [Bool]
  private let grouping: PassPlan.Grouping
  /// The plan of the last `gradients`.
  package private(set) var plan = PassPlan()
  package let parameters: FloatBuffer
  /// The moments of AdamW.
  package let first: FloatBuffer
  package let second: FloatBuffer

  private let gradient: FloatBuffer
  private let pieces: [ParameterPiece]
  private let squares: FloatSums
  private var order: DataOrder
  private var scales: [Float]

  /// How many floats of the parameters one piece of parallel work has.
  package static let pieceSize = 4096

  /// Prepares the first step.
  ///
  /// `owners`: the account of each line.
  /// `start`: the weights to go on from, copied; seeded ones where none are given.
  /// `presentOwners`: trains without the windows of all other accounts, in the same order and divided
  /// by the same number of bytes; `nil` trains on all and keeps the gradients of lines apart.
  package init(
    engine: PassEngine, configuration: TrainingConfiguration, windows: WindowSet, owners: [Int],
    start: UnsafePointer<Float>? = nil, presentOwners: Set<Int>? = nil
  ) {
    precondition(owners.count == windows.lineCount, "every line has one owner")
    presence = owners.map { presentOwners?.contains($0) ?? true }
    grouping = presentOwners == nil ? .byLine : .wholeShards
    precondition(windows.count > 0, "there is nothing to train on")
    let size = engine.model.layout.count
    self.engine = engine
    self.configuration = configuration
    self.windows = windows
    parameters = FloatBuffer(count: size)
    first = FloatBuffer(count: size)
    second = FloatBuffer(count: size)
    gradient = FloatBuffer(count: size)
    pieces = engine.model.layout.pieces(of: Self.pieceSize)
    squares = FloatSums(count: pieces.count)
    order = DataOrder(
      windows, owners: owners, seed: configuration.seed, batchSize: configuration.batchSize)
    scales = Array(repeating: 0, count: windows.lineCount)
    if let start {
      parameters.base.update(from: start, count: size)
    } else {
      engine.model.layout.initialize(parameters.base, seed: configuration.seed)
    }
  }

  /// Computes the gradients of the next step's units and returns the batch's loss in nats per byte.
  ///
  /// `units`: room for `batchSize` gradients; `plan` tells which are used.
  package func gradients(
    into units: UnsafeMutablePointer<Float>
  ) -> Double {
    prepareBatch()
    engine.gradients(windows, plan, parameters: parameters.base, scales: scales, into: units)
    return batchLoss
  }

  private func prepareBatch() {
    order.read(step: step, into: &plan.windows)
    let scale = 1 / Float(max(plan.windows.reduce(0) { $0 + windows.windows[$1].byteCount }, 1))
    if grouping == .wholeShards { plan.windows.removeAll { !presence[windows.windows[$0].line] } }
    plan.cut(windows, shardWindows: engine.shardWindows, grouping)
    for index in scales.indices { scales[index] = scale }
  }

  private var batchLoss: Double { engine.lossSum(plan) / Double(max(plan.byteCount, 1)) }

  /// Moves the weights by the sum of the units' gradients.
  ///
  /// `preconditioner`: receives P of this step.
  /// `decayed`: receives, added, the displacement by weight decay.
  ///
  /// Where the gradient is not finite, weights and moments stay as they are.
  package func update(
    units: UnsafePointer<Float>, preconditioner: UnsafeMutablePointer<Float>,
    decayed: UnsafeMutablePointer<Float>
  ) -> Update {
    sumUnits(units, count: plan.unitCount)
    return apply(preconditioner: preconditioner, decayed: decayed)
  }

  /// Adds the units up in their order.
  private func sumUnits(_ units: UnsafePointer<Float>, count: Int) {
    let size = engine.model.layout.count
    engine.workers.run(pieces: pieces.count) { index, _ in
      let piece = pieces[index]
      let sum = gradient.base + piece.offset
      if count == 0 {
        sum.update(repeating: 0, count: piece.count)
      } else {
        sum.update(from: units + piece.offset, count: piece.count)
      }
      for unit in min(1, count)..<count {
        VectorOperations.add(units + unit * size + piece.offset, to: sum, count: piece.count)
      }
      squares.base[index] = VectorOperations.dot(sum, sum, count: piece.count)
    }
  }

  private func apply(
    preconditioner: UnsafeMutablePointer<Float>, decayed: UnsafeMutablePointer<Float>
  ) -> Update {
    var square = 0.0
    for index in pieces.indices { square += squares.base[index] }
    let norm = square.squareRoot()
    guard norm.isFinite else {
      step += 1
      return Update(clip: 0, stride: 0, gradientNorm: norm)
    }
    let clip = norm > configuration.clipNorm ? configuration.clipNorm / norm : 1
    let rate = configuration.rate(step: step)
    let stride = rate / (1 - power(configuration.beta1, step + 1))
    let plain = AdamWStep(
      beta1: Float(configuration.beta1), beta2: Float(configuration.beta2),
      epsilon: Float(configuration.epsilon), clip: Float(clip),
      secondCorrection: Float(1 / (1 - power(configuration.beta2, step + 1))),
      stride: Float(stride), decay: 0)
    var decaying = plain
    decaying.decay = Float(rate * configuration.weightDecay)
    engine.workers.run(pieces: pieces.count) { index, _ in
      let piece = pieces[index]
      let offset = piece.offset
      (piece.decays ? decaying : plain).update(
        count: piece.count, parameters: parameters.base + offset,
        gradient: gradient.base + offset, first: first.base + offset,
        second: second.base + offset, preconditioner: preconditioner + offset,
        decayed: decayed + offset)
    }
    step += 1
    return Update(
      clip: Double(plain.clip), stride: Double(plain.stride), gradientNorm: norm)
  }

  /// `base^exponent` by repeated squaring.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var factor = base
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}

/// Owner of one `Double` for each piece of parallel work.
struct FloatSums: ~Copyable {
  let base: UnsafeMutablePointer<Double>

  init(count: Int) {
    base = .allocate(capacity: count)
    base.initialize(repeating: 0, count: count)
  }

  deinit { base.deallocate() }
}
