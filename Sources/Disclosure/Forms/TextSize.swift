// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register

/// The size of a corpus in bytes, and in tokens as far as they are known.
///
/// A token of a byte-level vocabulary stands for at least one byte, so the number of bytes bounds
/// that of tokens. Where a tokenizer came with a base model it may change texts, and nothing bounds.
struct TextSize {
  /// The number of bytes admitted.
  let bytes: Int
  private let tokens: Tokens

  /// What is known of the number of tokens.
  private enum Tokens {
    case exactly(Int)
    case atMost(Int)
    case unknown(String)
  }

  init(_ facts: DisclosureFacts) {
    bytes = facts.corpus.byteCount
    guard let model = facts.model else {
      tokens = .unknown("no tokenizer is chosen before a run")
      return
    }
    if model.start.tokenizer == nil {
      tokens = .exactly(bytes)
    } else if model.start.base == nil {
      tokens = .atMost(bytes)
    } else {
      tokens = .unknown("the base model's tokenizer may change texts")
    }
  }

  /// The bands of the Commission's template, by the number of tokens.
  private static func band(_ tokens: Int) -> String {
    if tokens < 1_000_000_000 { return "less than 1 billion tokens" }
    return tokens <= 10_000_000_000_000
      ? "1 billion to 10 trillion tokens" : "more than 10 trillion tokens"
  }

  /// The band, where the bound decides it, and the numbers.
  var sentence: String {
    switch tokens {
    case .exactly(let count):
      return "\(Self.band(count)): \(count) bytes, one token each"
    case .atMost(let count) where count < 1_000_000_000:
      return "\(Self.band(count)): \(bytes) bytes, and a token stands for at least one"
    case .atMost:
      return "\(bytes) bytes; at most as many tokens, which does not decide the band"
    case .unknown(let reason):
      return "\(bytes) bytes; the number of tokens is not known: \(reason)"
    }
  }
}
