// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A byte-level BPE tokenizer: cuts any bytes into tokens of a vocabulary, and puts them together again.
///
/// Gives the identifiers that the Python package `tokenizers` gives for the same `tokenizer.json` and
/// valid UTF-8. Bytes that are not UTF-8 become tokens of their bytes. `decode(encode(x)) == x` for all
/// bytes, unless the file itself asks for text to be changed: by NFC, by a space in front, by `Removed`
/// matches, or by added tokens that take the white space beside them.
package struct Tokenizer: Sendable {
  /// What is done about the special tokens in a text.
  package enum SpecialTokens: Sendable {
    /// They become special tokens, as `tokenizers` does.
    case recognized
    /// They are text like all other, so that no text can give a model control tokens.
    case readAsText
  }

  /// The identifiers that tokens may have.
  static let identifiers: Range<Int64> = 0..<1 << 22
  /// The most bytes a token may have.
  package static let longestToken = 65_535

  let model: BytePairModel
  let normalizer: Normalizer
  let steps: [SplitStep]
  /// Added tokens looked for in the text as it is, and those looked for in normalized text.
  let addedBefore: AddedTokens
  let addedAfter: AddedTokens
  let added: [Int32: AddedToken]
  /// The special tokens that the file's template puts before and behind one text.
  ///
  /// Texts are encoded without them unless asked for.
  package let prefix: [Int32]
  package let suffix: [Int32]

  init(
    model: BytePairModel, normalizer: Normalizer = .none, steps: [SplitStep],
    added: [AddedToken] = [], prefix: [Int32] = [], suffix: [Int32] = []
  ) {
    self.model = model
    self.normalizer = normalizer
    self.steps = steps
    addedBefore = AddedTokens(added.filter { !$0.isNormalized })
    addedAfter = AddedTokens(
      added.filter(\.isNormalized).map { token in
        var token = token
        token.content = normalizer.normalized(token.content) ?? token.content
        return token
      })
    self.added = Dictionary(added.map { ($0.id, $0) }) { first, _ in first }
    self.prefix = prefix
    self.suffix = suffix
  }

  /// One more than the largest identifier: how many rows a model's embedding must have at least.
  package var vocabularySize: Int {
    max(model.tokens.count, 1 + Int(added.keys.max() ?? 0))
  }

  /// The bytes a token stands for, or nil where the vocabulary does not have it.
  package func bytes(of id: Int32) -> [UInt8]? {
    if let token = added[id] { return token.content }
    return model.tokens.indices.contains(Int(id)) ? model.tokens[Int(id)] : nil
  }

  /// The tokens of a text; for many texts, an `encoder` remembers words.
  ///
  /// - Parameters:
  ///   - bytes: Any bytes.
  ///   - specials: What is done about special tokens in the text.
  ///   - addsTemplate: Whether `prefix` and `suffix` are put around the text.
  /// - Returns: The tokens.
  /// - Throws: `TokenizerError.patternLimit` where an expression takes too many steps.
  /// - Complexity: O(*n* log *n*) at worst beside the expression; linear for text of words.
  package func encode(
    _ bytes: [UInt8], specials: SpecialTokens = .recognized, addsTemplate: Bool = false
  ) throws(TokenizerError) -> [Int32] {
    var encoder = TextEncoder(self)
    let tokens = try encoder.encode(bytes, specials: specials)
    return addsTemplate ? prefix + tokens + suffix : tokens
  }

  /// The bytes that tokens stand for, special ones included, each as it is written.
  ///
  /// - Throws: `TokenizerError.notInVocabulary`.
  package func decode(_ tokens: some Sequence<Int32>) throws(TokenizerError) -> [UInt8] {
    var result: [UInt8] = []
    for token in tokens {
      guard let bytes = bytes(of: token) else { throw .notInVocabulary(id: token) }
      result += bytes
    }
    return result
  }
}
