// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Kernels
import Primitives
import Testing
import Transformer

/// A model small enough to be checked number by number.
func tinyModel() throws -> LlamaModel {
  var configuration = ModelConfiguration()
  configuration.hiddenSize = 32
  configuration.layerCount = 2
  configuration.headCount = 2
  configuration.feedForwardSize = 40
  configuration.contextLength = 16
  return try LlamaModel(configuration, blas: BLAS.load())
}

func randomText(_ count: Int, _ random: inout Philox4x32) -> [UInt8] {
  (0..<count).map { _ in UInt8(97 + random.below(26)) }
}

@Suite struct ModelTests {
  @Test(arguments: ["plain", "grouped"])
  func `Gradients agree with finite differences along every tensor`(shape: String) throws {
    var configuration = try tinyModel().configuration
    if shape == "grouped" {
      configuration.headCount = 4
      configuration.keyValueHeadCount = 2
      configuration.headSize = 12
      configuration.tiesEmbeddings = false
      configuration.vocabularySize = 301
      configuration.rotaryScaling = .llama3(
        factor: 8, lowFactor: 1, highFactor: 4, originalPositions: 64)
    }
    let model = try LlamaModel(configuration, blas: BLAS.load())
    var random = Philox4x32(key: 1, stream: 9)
    let windows = WindowSet(
      pieces: [17, 12, 3].enumerated().map {
        TextPiece(line: $0.offset, bytes: randomText($0.element, &random))
      }, lineCount: 3, context: 16)
    let engine = PassEngine(
      model: model, workers: Workers(count: 1), shardWindows: 2, shardCapacity: 4)
    let plan = PassPlan(all: windows, shardWindows: 2)
    let size = model.layout.count
    let parameters = FloatBuffer(count: size)
    model.layout.initialize(parameters.base, seed: 3)
    for tensor in model.layout.tensors where !tensor.decays {
      for i in 0..<tensor.count { parameters.base[tensor.offset + i] += Float(i % 5) * 0.1 - 0.2 }
    }
    let units = FloatBuffer(count: plan.unitCount * size)
    engine.gradients(
      windows, plan, parameters: parameters.base, scales: [1, 1, 1], into: units.base)
    let moved = FloatBuffer(count: size)
    for tensor in model.layout.tensors {
      let direction = (0..<tensor.count).map { _ in Float(random.next32()) * 0x1p-31 - 1 }
      let length = direction.reduce(0.0) { $0 + Double($1 * $1) }.squareRoot()
      func loss(_ step: Double) -> Double {
        moved.base.update(from: parameters.base, count: size)
        for (i, d) in direction.enumerated() {
          moved.base[tensor.offset + i] += Float(step * Double(d) / length)
        }
        engine.losses(windows, plan, parameters: moved.base)
        return engine.lossSum(plan)
      }
      let slope = (8 * (loss(0.02) - loss(-0.02)) - (loss(0.04) - loss(-0.04))) / 0.24
      var expected = 0.0
      for unit in 0..<plan.unitCount {
        for (i, d) in direction.enumerated() {
          expected += Double(units.base[unit * size + tensor.offset + i]) * Double(d) / length
        }
      }
      #expect(
        (slope - expected).magnitude < 2e-3 * max(1, expected.magnitude),
        "\(tensor.name): \(slope) and \(expected)")
    }
  }

  @Test func `Weights do not depend on the number of threads`() throws {
    func weights(threads: Int) throws -> [Float] {
      var random = Philox4x32(key: 5, stream: 0)
      let model = try tinyModel()
      var training = TrainingConfiguration()
      training.steps = 20
      training.warmUpSteps = 2
      training.peakRate = 3e-3
      training.shardWindows = 3
      let engine = PassEngine(
        model: model, workers: Workers(count: threads), shardWindows: 3, shardCapacity: 8)
      let pieces = (0..<5).map { TextPiece(line: $0, bytes: randomText(40 + 37 * $0, &random)) }
      let trainer = Trainer(
        engine: engine, configuration: training,
        windows: WindowSet(pieces: pieces, lineCount: 5, context: 16), owners: [0, 1, 1, 2, 3])
      let units = FloatBuffer(count: training.batchSize * model.layout.count)
      let scratch = FloatBuffer(count: model.layout.count)
      var losses: [Double] = []
      for _ in 0..<training.steps {
        losses.append(trainer.gradients(into: units.base))
        _ = trainer.update(
          units: units.base, preconditioner: scratch.base, decayed: scratch.base)
      }
      #expect(losses[19] < losses[0] - 1)
      return Array(trainer.parameters.elements)
    }
    let one = try weights(threads: 1)
    #expect(try weights(threads: 2) == one)
    #expect(try weights(threads: 3) == one)
  }

  @Test func `A batch accumulated over short passes moves the weights like one long pass`() throws {
    func weights(shardWindows: Int) throws -> [Float] {
      var random = Philox4x32(key: 5, stream: 1)
      let model = try tinyModel()
      var training = TrainingConfiguration()
      training.steps = 6
      training.warmUpSteps = 2
      training.shardWindows = shardWindows
      let engine = PassEngine(
        model: model, workers: Workers(count: 2), shardWindows: shardWindows,
        shardCapacity: training.batchSize)
      let pieces = (0..<5).map { TextPiece(line: $0, bytes: randomText(40 + 37 * $0, &random)) }
      let size = model.layout.count
      let start = FloatBuffer(count: size)
      model.layout.initialize(start.base, seed: 99)
      let trainer = Trainer(
        engine: engine, configuration: training,
        windows: WindowSet(pieces: pieces, lineCount: 5, context: 16), owners: [0, 1, 1, 2, 3],
        start: start.base)
      #expect(Array(trainer.parameters.elements) == Array(start.elements))
      let units = FloatBuffer(count: training.batchSize * size)
      let scratch = FloatBuffer(count: size)
      for _ in 0..<training.steps {
        _ = trainer.gradients(into: units.base)
        _ = trainer.update(
          units: units.base, preconditioner: scratch.base, decayed: scratch.base)
      }
      return Array(trainer.parameters.elements)
    }
    let whole = try weights(shardWindows: TrainingConfiguration().batchSize)
    let largest = whole.map(\.magnitude).max() ?? 0
    for shardWindows in [1, 3, 5] {
      let parts = try weights(shardWindows: shardWindows)
      let difference = zip(whole, parts).map { ($0 - $1).magnitude }.max() ?? 1
      #expect(difference > 0 && difference < 1e-4 * largest, "\(shardWindows): \(difference)")
    }
  }

  @Test func `A gradient that is not finite moves nothing`() throws {
    let model = try tinyModel()
    let windows = WindowSet(
      pieces: [TextPiece(line: 0, bytes: Array(repeating: 65, count: 40))], lineCount: 1,
      context: 16)
    let start = FloatBuffer(count: model.layout.count)
    model.layout.initialize(start.base, seed: 9)
    start.base[0] = .infinity
    for i in 0..<32 { start.base[65 * 32 + i] = .greatestFiniteMagnitude }
    let engine = PassEngine(
      model: model, workers: Workers(count: 1), shardWindows: 8, shardCapacity: 8)
    let trainer = Trainer(
      engine: engine, configuration: TrainingConfiguration(), windows: windows, owners: [0],
      start: start.base)
    let units = FloatBuffer(count: 16 * start.count)
    let scratch = FloatBuffer(count: start.count)
    #expect(!trainer.gradients(into: units.base).isFinite)
    let update = trainer.update(
      units: units.base, preconditioner: scratch.base, decayed: scratch.base)
    #expect(!update.gradientNorm.isFinite)
    #expect(Array(trainer.parameters.elements) == Array(start.elements))
  }

  @Test(arguments: [
    "heads", "inner", "hidden", "vocabulary", "layers", "context", "groups", "limit",
  ])
  func `Shapes that the kernels cannot run are refused`(field: String) {
    var configuration = ModelConfiguration()
    switch field {
    case "heads": configuration.headCount = 3
    case "inner": configuration.feedForwardSize = 12
    case "hidden": configuration.hiddenSize = 8
    case "vocabulary": configuration.vocabularySize = 1_000_000
    case "layers": configuration.layerCount = 0
    case "groups": configuration.keyValueHeadCount = 3
    case "limit": configuration.positionLimit = 64
    default: configuration.contextLength = 1_000_000
    }
    #expect(throws: ModelConfigurationError.self) { try configuration.validate() }
  }
}

@Suite struct DataOrderTests {
  @Test func `An epoch reads every window once and spreads each account evenly`() {
    let owners = [0, 1, 1, 2]
    let pieces = [900, 300, 500, 33].enumerated().map {
      TextPiece(line: $0.offset, bytes: Array(repeating: 0, count: $0.element))
    }
    let windows = WindowSet(pieces: pieces, lineCount: 4, context: 8)
    #expect(windows.predictionsByLine == [899, 299, 499, 32])
    let order = DataOrder(windows, owners: owners, seed: 11, batchSize: 4)
    for epoch in 0..<3 {
      let permutation = order.order(epoch: epoch)
      #expect(permutation.sorted() == Array(0..<windows.count))
      let firstHalf = permutation.prefix(windows.count / 2)
      let ofFirstAccount = firstHalf.count { $0 < 113 }
      #expect((55...58).contains(ofFirstAccount))
    }
    #expect(order.order(epoch: 0) != order.order(epoch: 1))
  }

  @Test func `A step's windows do not depend on what was read before`() {
    let pieces = [TextPiece(line: 0, bytes: Array(repeating: 1, count: 200))]
    let windows = WindowSet(pieces: pieces, lineCount: 1, context: 8)
    var all = DataOrder(windows, owners: [0], seed: 1, batchSize: 6)
    for step in 0..<20 {
      var expected: [Int] = []
      all.read(step: step, into: &expected)
      var fresh = DataOrder(windows, owners: [0], seed: 1, batchSize: 6)
      var got: [Int] = []
      fresh.read(step: step, into: &got)
      #expect(got == expected)
    }
  }
}
