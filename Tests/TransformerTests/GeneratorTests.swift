// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import Primitives
import Testing
import Transformer

@Suite struct GeneratorTests {
  private let model: LlamaModel

  init() throws { model = try tinyModel() }

  /// Seeded weights, large enough that attention is far from even.
  private func weights(_ model: LlamaModel) -> FloatBuffer {
    var random = Philox4x32(key: 21, stream: 0)
    let buffer = FloatBuffer(count: model.layout.count)
    for i in 0..<buffer.count { buffer.base[i] = 0.4 * (Float(random.next32()) * 0x1p-31 - 1) }
    return buffer
  }

  @Test(arguments: ["tiny", "grouped", "narrow and untied"])
  func `Cached decoding gives the logits of the full pass`(kind: String) throws {
    var shape = model.configuration
    if kind == "grouped" {
      shape.headCount = 4
      shape.keyValueHeadCount = 2
    } else if kind == "narrow and untied" {
      shape.headSize = 6
      shape.headCount = 3
      shape.tiesEmbeddings = false
    }
    let model = try LlamaModel(shape, blas: model.blas)
    let engine = PassEngine(
      model: model, workers: Workers(count: 1), shardWindows: 1, shardCapacity: 1)
    var random = Philox4x32(key: 22, stream: 0)
    let text = randomText(shape.contextLength, &random)
    let full = weights(model)
    let expected = engine.logits(text.map(Int32.init), parameters: full.base)
    let largest = expected.map(\.magnitude).max() ?? 0
    let stride = expected.count / text.count
    let generator = Generator(model: model, parameters: weights(model))
    for round in 0..<2 {
      for (position, byte) in text.enumerated() {
        let logits = generator.read(Int32(byte))
        for (ours, theirs) in zip(logits, expected[(position * stride)...]) {
          #expect((ours - theirs).magnitude <= 1e-5 * max(1, largest), "round \(round)")
        }
      }
      generator.restart()
    }
  }

  @Test func `A continuation past the context reads the later half anew`() {
    let context = model.configuration.contextLength
    let sampler = TokenSampler(temperature: 0, topProbability: 1, seed: 1)
    var continuation = Continuation(
      [65, 66, 67], generator: Generator(model: model, parameters: weights(model)), sampler: sampler
    )
    var tokens: [Int32] = [65, 66, 67]
    for _ in 0..<context { tokens.append(continuation.next()) }
    let added = tokens.count - context
    var again = Continuation(
      Array(tokens[(context - context / 2)...].prefix(context / 2 + added)),
      generator: Generator(model: model, parameters: weights(model)), sampler: sampler)
    #expect((0..<5).map { _ in again.next() } == (0..<5).map { _ in continuation.next() })
  }

  @Test func `Draws follow the probabilities, and the same seed draws the same`() {
    let logits: [Float] = [0, 1, -1, 3, 2, -4]
    func counts(_ temperature: Float, _ top: Float, seed: UInt64) -> [Int] {
      var sampler = TokenSampler(temperature: temperature, topProbability: top, seed: seed)
      var counts = Array(repeating: 0, count: logits.count)
      logits.withUnsafeBufferPointer { row in
        for _ in 0..<20_000 { counts[Int(sampler.draw(row))] += 1 }
      }
      return counts
    }
    #expect(counts(0, 1, seed: 1) == [0, 0, 0, 20_000, 0, 0])
    let all = counts(1, 1, seed: 2)
    #expect(all == counts(1, 1, seed: 2))
    #expect(all != counts(1, 1, seed: 3))
    let powers = logits.map { ExactMath.exp(Double($0)) }
    let sum = powers.reduce(0, +)
    for (count, power) in zip(all, powers) {
      #expect((Double(count) / 20_000 - power / sum).magnitude < 0.015)
    }
    // The two likeliest have 0.61 and 0.23: together they pass 0.8, and only they are drawn.
    let nucleus = counts(1, 0.8, seed: 4)
    #expect(nucleus[3] + nucleus[4] == 20_000)
    #expect((Double(nucleus[3]) / 20_000 - powers[3] / (powers[3] + powers[4])).magnitude < 0.015)
  }
}
