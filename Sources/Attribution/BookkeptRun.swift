// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
package import Primitives
package import Transformer

/// A training run that keeps its books.
///
/// The caller drives it chord by chord: `while !run.isFinished { report = try run.advance() }`, and may
/// write a checkpoint, print or stop between chords. Everything is a function of the inputs; the number
/// of threads changes nothing.
package final class BookkeptRun {
  /// What one chord did.
  package struct Report: Sendable {
    /// Steps done so far.
    package var step: Int
    /// Steps of this chord, and the quadrature level it needed.
    package var chordLength: Int
    package var level: Int
    /// The mean loss of the chord's batches, nats per byte.
    package var trainingLoss: Double
    /// The loss of each target, nats per byte.
    package var targetLosses: [Double]
    /// What the books leave unexplained so far, by target.
    package var residual: [Double]
    /// Tokens predicted in this chord, and the bytes they stand for.
    package var predictions: Int
    package var byteCount: Int
    /// Whether the run stands at the end of a segment, where checkpoints belong.
    package var endsSegment: Bool
  }

  package let model: LlamaModel
  package let training: TrainingConfiguration
  package let books: BooksConfiguration
  package let trainer: Trainer
  let lineCount: Int
  let targetCount: Int
  let store: ChordStore
  let accounting: ChordAccounting
  let recorder: DisplacementRecorder?
  var accumulator: BooksAccumulator
  var controller: ChordController
  /// Where the wall time went; no part of any result.
  package private(set) var timeSplit = TimeSplit()
  /// The time course so far.
  package internal(set) var course = TimeCourse()

  private let valuation: Valuation
  private var left: FloatBuffer
  private var right: FloatBuffer
  /// By group of inner nodes, then target.
  private let inner: FloatBuffer
  private let start: FloatBuffer
  private let node: FloatBuffer
  private var hasLeft = false

  /// Prepares a run.
  ///
  /// `lines`: the works, in the order of the books.
  /// `targets`: the valuation texts, in the order of the books.
  /// `threads`: how many threads work; changes no result.
  /// `startWeights`: the weights to go on from, copied; seeded ones where none are given.
  /// Throws `RunError`, or a `TrainingConfigurationError`.
  package init(
    model: LlamaModel, training: TrainingConfiguration, books: BooksConfiguration,
    lines: [TrainingLine], targets: [ValuationTarget], threads: Int,
    startWeights: UnsafePointer<Float>? = nil
  ) throws {
    try training.validate()
    try Self.validate(books, training, lines, targets, model: model)
    self.model = model
    self.training = training
    self.books = books
    lineCount = lines.count
    targetCount = targets.count
    let context = model.configuration.contextLength
    let size = model.layout.count
    let batchShards = (training.batchSize + training.shardWindows - 1) / training.shardWindows
    let valuationShards = Valuation.shardCount(
      targets, context: context, shardWindows: training.shardWindows)
    let workers = Workers(count: threads)
    let engine = PassEngine(
      model: model, workers: workers, shardWindows: training.shardWindows,
      shardCapacity: max(batchShards, valuationShards))
    let pieces = lines.enumerated().map { TextPiece(line: $0.offset, text: $0.element.text) }
    trainer = Trainer(
      engine: engine, configuration: training,
      windows: WindowSet(pieces: pieces, lineCount: lines.count, context: context),
      owners: lines.map(\.owner), start: startWeights)
    valuation = Valuation(targets, engine: engine)
    let stepBytes = (training.batchSize + 1) * size * MemoryLayout<Float>.stride
    let longest = min(books.maximumChord, books.memoryBudgetBytes / stepBytes)
    store = ChordStore(
      parameterCount: size, unitCapacity: longest * training.batchSize, stepCapacity: longest)
    let momenta = LineMomenta(
      lineCount: lines.count, parameterCount: size, budget: books.momentumBudgetBytes,
      seed: training.seed)
    accounting = ChordAccounting(
      momenta: momenta, workers: workers, targetCount: targets.count,
      unitCapacity: longest * training.batchSize, beta1: Double(Float(training.beta1)))
    recorder = try Self.recorder(
      books, training, lines, parameterCount: size, keepsMomenta: momenta.isFolded,
      workers: workers)
    accumulator = BooksAccumulator(
      lineCount: lines.count, targetCount: targets.count, samples: momenta.samples)
    controller = ChordController(maximum: longest)
    left = FloatBuffer(count: targets.count * size)
    right = FloatBuffer(count: targets.count * size)
    inner = FloatBuffer(
      count: Quadrature.rule(level: books.maximumLevel).inner.count * targets.count * size)
    start = FloatBuffer(count: size)
    node = FloatBuffer(count: size)
  }

  private static func recorder(
    _ books: BooksConfiguration, _ training: TrainingConfiguration, _ lines: [TrainingLine],
    parameterCount: Int, keepsMomenta: Bool, workers: Workers
  ) throws(RunError) -> DisplacementRecorder? {
    guard books.displacementBudgetBytes > 0 else { return nil }
    let owners = lines.map(\.owner)
    var accountBytes = Array(repeating: 0, count: (owners.max() ?? 0) + 1)
    for line in lines { accountBytes[line.owner] += line.bytes.count }
    let plan = try DisplacementPlan(
      parameterCount: parameterCount, accountBytes: accountBytes, steps: training.steps,
      segments: books.segments, budget: books.displacementBudgetBytes)
    return DisplacementRecorder(
      plan: plan, owners: owners, beta1: Double(Float(training.beta1)),
      keepsMomenta: keepsMomenta, workers: workers)
  }

  private static func validate(
    _ books: BooksConfiguration, _ training: TrainingConfiguration, _ lines: [TrainingLine],
    _ targets: [ValuationTarget], model: LlamaModel
  ) throws(RunError) {
    guard lines.contains(where: { $0.text.count > 1 }) else { throw .nothingToTrainOn }
    if targets.isEmpty { throw .emptyTarget(0) }
    for (index, target) in targets.enumerated() {
      guard target.passages.contains(where: { $0.count > 1 && $0.predictedBytes > 0 }) else {
        throw .emptyTarget(index)
      }
    }
    let texts = lines.map(\.text) + targets.flatMap(\.passages)
    let vocabulary = model.configuration.vocabularySize
    if let token = texts.lazy.compactMap({ $0.tokens.max() }).first(where: { $0 >= vocabulary }) {
      throw .tokenNotInVocabulary(Int(token), vocabulary)
    }
    try books.validate()
    let needed = (training.batchSize + 1) * model.layout.count * MemoryLayout<Float>.stride
    guard books.memoryBudgetBytes >= needed else { throw .memoryBudgetTooSmall(needed) }
    let least = LineMomenta.leastBudget(
      lineCount: lines.count, parameterCount: model.layout.count)
    guard books.momentumBudgetBytes >= least else { throw .momentumBudgetTooSmall(least) }
  }

  /// Steps done so far.
  package var step: Int { trainer.step }

  /// Whether all steps are done.
  package var isFinished: Bool { trainer.step >= training.steps }

  /// The books as they stand, in whole piconats, in balance.
  ///
  /// Before the first chord the losses are measured.
  package func closedBooks() -> ClosedBooks {
    prepareLeft()
    return accumulator.closed()
  }

  /// The first step of segment `index`; the run's end for the one after the last.
  package func firstStep(ofSegment index: Int) -> Int { training.steps * index / books.segments }

  private func endOfSegment(after step: Int) -> Int {
    var index = 1
    while firstStep(ofSegment: index) <= step { index += 1 }
    return firstStep(ofSegment: index)
  }

  /// Measures the targets at the current weights, where that is not known from the chord before.
  private func prepareLeft() {
    guard !hasLeft else { return }
    let at = trainer.parameters.base
    let measured = valuation.measure(at: at, into: left.base, adding: false, start: at, end: at)
    if accumulator.initialLoss.isEmpty {
      accumulator.initialLoss = measured.losses
      accumulator.currentLoss = measured.losses
      addCoursePoint()
    }
    hasLeft = true
  }

  /// Measures the gradients at the chord's start anew before the next chord.
  func forgetLeft() { hasLeft = false }

  /// Trains one chord and books it.
  ///
  /// - Throws: `BrokenStep` at the first loss or gradient that is not finite.
  package func advance() throws(BrokenStep) -> Report {
    precondition(!isFinished, "a finished run has no next chord")
    prepareLeft()
    let size = model.layout.count
    let segmentEnd = endOfSegment(after: trainer.step)
    let length = controller.next(within: segmentEnd - trainer.step)
    start.base.update(from: trainer.parameters.base, count: size)
    store.clear()
    var trainingLoss = 0.0
    var predictions = 0
    var byteCount = 0
    for _ in 0..<length {
      trainingLoss += try store.record(trainer, timing: &timeSplit)
      predictions += trainer.plan.predictions
      byteCount += trainer.plan.byteCount
    }
    var began = TimeSplit.now()
    let measured = integrate(length: length)
    TimeSplit.lap(&began, into: &timeSplit.valuation)
    if let target = measured.losses.firstIndex(where: { !$0.isFinite }) {
      throw store.broken(
        .target(target), step: trainer.step, from: store.steps.last?.units.lowerBound ?? 0)
    }
    recorder?.add(
      store, momenta: accounting.momenta, from: start.base, to: trainer.parameters.base,
      step: trainer.step)
    TimeSplit.lap(&began, into: &timeSplit.displacements)
    let result = accounting.close(
      store,
      ChordAccounting.Gradients(
        left: left.base, right: right.base, inner: inner.base,
        rule: Quadrature.rule(level: measured.level)))
    TimeSplit.lap(&began, into: &timeSplit.accounting)
    _ = accumulator.add(result, losses: measured.losses)
    guard accumulator.isBookable else {
      throw store.broken(.books, step: trainer.step, from: 0)
    }
    swap(&left, &right)
    controller.learn(chord: length, excess: measured.excess)
    addCoursePoint()
    return Report(
      step: trainer.step, chordLength: length, level: measured.level,
      trainingLoss: trainingLoss / Double(length), targetLosses: measured.losses,
      residual: accumulator.residual, predictions: predictions,
      byteCount: byteCount, endsSegment: trainer.step == segmentEnd)
  }

  /// The file of the interval of displacements that ended with the last chord; nil where none did.
  ///
  /// It is given once, and must be taken before the next chord.
  package func takeDisplacements() -> (interval: Int, bytes: [UInt8])? {
    guard let recorder, let bytes = recorder.pending else { return nil }
    recorder.pending = nil
    return (recorder.stored.count - 1, bytes)
  }

  /// How momenta are folded, and what that loses so far; nil where they are exact.
  package var folding: MomentumFolding? {
    let momenta = accounting.momenta
    guard momenta.isFolded else { return nil }
    return MomentumFolding(
      numbersPerLine: momenta.stride, sampledLines: momenta.samples.count,
      errorPartsPerMillion: accumulator.foldingErrorPartsPerMillion)
  }

  /// The digests of the files of displacements that were given so far.
  package var displacementDigests: [Digest] { recorder?.stored.map(\.digest) ?? [] }

  /// Measures the chord from `start` to the current weights with as many nodes as its tolerance needs.
  private func integrate(length: Int) -> (losses: [Double], level: Int, excess: Double) {
    let size = model.layout.count
    let end = trainer.parameters.base
    let atEnd = valuation.measure(
      at: end, into: right.base, adding: false, start: start.base, end: end)
    let leftSlopes = slopes(left.base, end)
    let ends = zip(leftSlopes, atEnd.slopes).map { $0 + $1 }
    var innerSlopes: [[Double]] = []
    var level = 1
    while true {
      let rule = Quadrature.rule(level: level)
      var excess = 0.0
      for target in 0..<targetCount {
        let integral = zip(rule.inner, innerSlopes).reduce(rule.ends * ends[target]) {
          $0 + $1.0 * $1.1[target]
        }
        let change = atEnd.losses[target] - accumulator.currentLoss[target]
        let allowed =
          books.tolerance
          * (accumulator.initialLoss[target] * Double(length) / Double(training.steps)
            + change.magnitude)
        excess = max(excess, (change - integral).magnitude / allowed)
      }
      if excess <= 1 || level == books.maximumLevel { return (atEnd.losses, level, excess) }
      level += 1
      for group in Quadrature.newGroups(level: level) {
        var slopes = Array(repeating: 0.0, count: targetCount)
        for (index, place) in Quadrature.groups[group].enumerated() {
          VectorOperations.interpolate(
            start.base, end, factor: Float(place), into: node.base, count: size)
          let measured = valuation.measure(
            at: node.base, into: inner.base + group * targetCount * size, adding: index > 0,
            start: start.base, end: end)
          for target in 0..<targetCount { slopes[target] += measured.slopes[target] }
        }
        innerSlopes.append(slopes)
      }
    }
  }

  private func slopes(_ gradients: UnsafePointer<Float>, _ end: UnsafePointer<Float>) -> [Double] {
    let size = model.layout.count
    return (0..<targetCount).map {
      VectorOperations.dot(gradients + $0 * size, from: start.base, to: end, count: size)
    }
  }

  private func addCoursePoint() {
    course.add(
      TimeCourse.Point(
        step: trainer.step, losses: accumulator.currentLoss.map { Float($0) },
        credit: accumulator.credit.map { Float($0) }),
      capacity: books.coursePoints)
  }
}
