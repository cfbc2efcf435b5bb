// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Goes on from a prompt, token by token and without end.
///
/// Where the context is full, the later half of it is read anew from position 0 and generation goes
/// on: the model never reads more than `contextLength` tokens at once.
package struct Continuation {
  private let generator: Generator
  private var sampler: TokenSampler
  /// The tokens that stand in the context.
  private var context: [Int32]
  private var logits: UnsafeBufferPointer<Float>

  /// Reads the prompt, 1 to `contextLength` tokens.
  package init(_ prompt: [Int32], generator: Generator, sampler: TokenSampler) {
    let longest = generator.model.configuration.contextLength
    precondition((1...longest).contains(prompt.count), "the prompt does not fit the context")
    self.generator = generator
    self.sampler = sampler
    context = prompt
    logits = Self.reread(prompt, generator)
  }

  /// The next token.
  package mutating func next() -> Int32 {
    let token = sampler.draw(logits)
    let longest = generator.model.configuration.contextLength
    if context.count == longest {
      context = Array(context.suffix(longest / 2)) + [token]
      logits = Self.reread(context, generator)
    } else {
      context.append(token)
      logits = generator.read(token)
    }
    return token
  }

  private static func reread(
    _ tokens: [Int32], _ generator: Generator
  ) -> UnsafeBufferPointer<Float> {
    generator.restart()
    var logits = UnsafeBufferPointer<Float>(start: nil, count: 0)
    for token in tokens { logits = generator.read(token) }
    return logits
  }
}
