// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import Primitives
import Testing
import Transformer

/// A text of random tokens, each of 0 to 3 bytes.
func randomTokens(_ count: Int, vocabulary: UInt32, _ random: inout Philox4x32) -> TokenText {
  let tokens = (0..<count).map { _ in Int32(random.below(vocabulary)) }
  let byteCounts = (0..<count).map { _ in UInt16(random.below(4)) }
  let bytes = byteCounts.reduce(0) { $0 + Int($1) }
  return TokenText(
    bytes: randomText(bytes, &random), tokens: tokens, byteCounts: byteCounts)
}

@Suite struct TokenTests {
  @Test func `Passages keep every token with its bytes, in order`() {
    var random = Philox4x32(key: 2, stream: 5)
    for count in [0, 1, 2, 9, 10, 11, 57] {
      let text = randomTokens(count, vocabulary: 1000, &random)
      let apart = text.passages(length: 5, every: 5)
      // A single last token can be no passage: nothing in it is predicted.
      let whole = count % 5 == 1 ? count - 1 : count
      #expect(apart.flatMap(\.tokens) == Array(text.tokens[..<whole]))
      #expect(apart.flatMap(\.byteCounts) == Array(text.byteCounts[..<whole]))
      #expect(text.bytes.starts(with: apart.flatMap(\.bytes)))
      let overlapping = text.passages(length: 5, every: 4)
      #expect(overlapping.reduce(0) { $0 + $1.predictedBytes } == text.predictedBytes)
    }
  }

  @Test func `Losses of tokens are counted by the bytes they stand for`() throws {
    var configuration = try tinyModel().configuration
    configuration.vocabularySize = 301
    let model = try LlamaModel(configuration, blas: BLAS.load())
    var random = Philox4x32(key: 3, stream: 5)
    let texts = [40, 3, 17].map { randomTokens($0, vocabulary: 301, &random) }
    let windows = WindowSet(
      pieces: texts.enumerated().map { TextPiece(line: $0.offset, text: $0.element) },
      lineCount: 3, context: 16)
    #expect(windows.bytesByLine == texts.map(\.predictedBytes))
    let plan = PassPlan(all: windows, shardWindows: 2)
    #expect(plan.byteCount == texts.reduce(0) { $0 + $1.predictedBytes })
    #expect(plan.predictions == 39 + 2 + 16)
    let engine = PassEngine(
      model: model, workers: Workers(count: 2), shardWindows: 2, shardCapacity: 4)
    let parameters = FloatBuffer(count: model.layout.count)
    model.layout.initialize(parameters.base, seed: 3)
    engine.losses(windows, plan, parameters: parameters.base)
    let expected = engine.lossSums(plan, lineCount: 3)[2]
    let logits = engine.logits(Array(texts[2].tokens.dropLast()), parameters: parameters.base)
    var sum = 0.0
    for (row, token) in texts[2].tokens.dropFirst().enumerated() {
      let line = logits[row * 301..<(row + 1) * 301].map { ExactMath.exp(Double($0)) }
      sum -= ExactMath.log(line[Int(token)] / line.reduce(0, +))
    }
    #expect((sum - expected).magnitude < 1e-4 * sum)
  }
}
