// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A text as a model reads it: its tokens, and how many bytes each of them stands for.
///
/// Losses are counted per byte, whatever the vocabulary, so that they can be compared.
package struct TokenText: Hashable, Sendable {
  /// The text itself.
  package let bytes: [UInt8]
  /// Indexes into the vocabulary.
  package let tokens: [Int32]
  /// How many bytes of the text each token stands for; 0 for a token that is no text.
  package let byteCounts: [UInt16]

  /// A text whose tokens are its bytes.
  package init(bytes: [UInt8]) {
    self.bytes = bytes
    tokens = bytes.map(Int32.init)
    byteCounts = Array(repeating: 1, count: bytes.count)
  }

  /// A text that an encoding has cut into tokens.
  ///
  /// `byteCounts`: one for each token, together the number of bytes.
  package init(bytes: [UInt8], tokens: [Int32], byteCounts: [UInt16]) {
    precondition(tokens.count == byteCounts.count, "every token has a number of bytes")
    precondition(
      byteCounts.reduce(0) { $0 + Int($1) } == bytes.count, "the tokens are not the whole text")
    self.bytes = bytes
    self.tokens = tokens
    self.byteCounts = byteCounts
  }

  /// How many tokens there are.
  package var count: Int { tokens.count }

  /// The bytes that are predicted: all but those of the first token.
  package var predictedBytes: Int { bytes.count - Int(byteCounts.first ?? 0) }

  /// Passages of `length` tokens, one every `spacing` tokens; the last ones may be shorter, but have
  /// at least two.
  package func passages(length: Int, every spacing: Int) -> [TokenText] {
    var passages: [TokenText] = []
    var start = 0
    var startByte = 0
    while start + 1 < count {
      let end = min(start + length, count)
      let endByte = byteCounts[start..<end].reduce(startByte) { $0 + Int($1) }
      passages.append(
        TokenText(
          bytes: Array(bytes[startByte..<endByte]), tokens: Array(tokens[start..<end]),
          byteCounts: Array(byteCounts[start..<end])))
      let next = min(start + spacing, count)
      startByte = byteCounts[start..<next].reduce(startByte) { $0 + Int($1) }
      start = next
    }
    return passages
  }
}
