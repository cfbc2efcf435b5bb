// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Kernels
import Transformer

/// Continues a prompt with a model whose tokens are bytes.
package enum GenerateText {
  /// What is asked for.
  package struct Request: Sendable {
    /// The name of a released model, or a directory as Hugging Face's tools write it.
    package var model: String
    package var prompt: String
    /// How many tokens to add.
    package var tokens: Int
    /// 0 takes the likeliest token always.
    package var temperature: Double
    /// Draws from the likeliest tokens up to this probability.
    package var topProbability: Double
    package var seed: UInt64

    package init(
      model: String, prompt: String, tokens: Int, temperature: Double, topProbability: Double,
      seed: UInt64
    ) {
      self.model = model
      self.prompt = prompt
      self.tokens = tokens
      self.temperature = temperature
      self.topProbability = topProbability
      self.seed = seed
    }
  }

  /// The most tokens of one answer.
  package static let mostTokens = 1_000_000
  /// The lowest temperature above 0, and the highest.
  package static let lowestTemperature = 0.01
  package static let highestTemperature = 100.0

  /// An answer.
  package struct Result: Sendable {
    package let request: Request
    /// The tokens added.
    package let tokens: [Int32]
    /// Their text; bytes that are no UTF-8 are replaced.
    package let text: String

    /// The answer for programs.
    package var json: JSON {
      [
        "model": .string(request.model), "prompt": .string(request.prompt),
        "text": .string(text), "tokens": .array(tokens.map { .integer(Int64($0)) }),
        "seed": .integer(Int64(bitPattern: request.seed)),
        "temperature": .string("\(request.temperature)"),
        "topP": .string("\(request.topProbability)"),
      ]
    }
  }

  /// Generates token by token; `stream` receives the text as it becomes complete.
  ///
  /// - Throws: `ServiceError` where the model cannot be read or is not what the log binds, or the
  ///   prompt is empty or longer than the model's context.
  package static func run(
    _ request: Request, in snapshot: RegisterSnapshot, isInterrupted: () -> Bool = { false },
    stream: (String) -> Void
  ) throws -> Result {
    let (generator, encoding) = try generator(request.model, in: snapshot)
    let prompt = try encoding.encode(Array(request.prompt.utf8)).tokens
    let longest = generator.model.configuration.contextLength
    guard !prompt.isEmpty else {
      throw ServiceError.usage("the prompt is empty: give at least one character")
    }
    guard prompt.count <= longest else {
      throw ServiceError.usage(
        "the prompt has \(prompt.count) tokens and the model reads \(longest): shorten it")
    }
    var continuation = Continuation(
      prompt, generator: generator,
      sampler: TokenSampler(
        temperature: Float(request.temperature), topProbability: Float(request.topProbability),
        seed: request.seed))
    var whole = TextStream()
    var tokens: [Int32] = []
    var text = ""
    while tokens.count < request.tokens, !isInterrupted() {
      let token = continuation.next()
      tokens.append(token)
      let piece = whole.take(encoding.bytes(of: token) ?? [])
      if piece.isEmpty { continue }
      stream(piece)
      text += piece
    }
    let rest = whole.end()
    if !rest.isEmpty { stream(rest) }
    return Result(request: request, tokens: tokens, text: text + rest)
  }

  private static func generator(
    _ place: String, in snapshot: RegisterSnapshot
  ) throws -> (Generator, any TextEncoding) {
    let base = try BaseModel(place, layout: snapshot.layout, state: snapshot.state)
    let tokenizer = try RunTokenizer(of: base)
    let model = try LlamaModel(base.configuration, blas: try BLAS.load())
    let weights = FloatBuffer(count: base.weights.count)
    weights.base.update(from: base.weights.base, count: weights.count)
    return (Generator(model: model, parameters: weights), tokenizer.encoding)
  }
}
