// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Encodes texts one after the other and remembers the words it has seen.
package struct TextEncoder {
  /// How many words are remembered before all are forgotten, and how long they may be, bytes.
  private static let rememberedWords = 65_536
  private static let longestRemembered = 64

  private let tokenizer: Tokenizer
  private var words = WordTable()
  private var wordTokens: [[Int32]] = []

  /// Starts without words.
  package init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// The tokens of a text, as `Tokenizer.encode` gives them.
  package mutating func encode(
    _ bytes: [UInt8], specials: Tokenizer.SpecialTokens = .recognized
  ) throws(TokenizerError) -> [Int32] {
    var output: [Int32] = []
    output.reserveCapacity(bytes.count / 3)
    for (range, isValid) in UTF8Runs(bytes) {
      guard isValid else {
        appendWord(bytes, range, to: &output)
        continue
      }
      let pieces = tokenizer.addedBefore.split(
        bytes, range, readsSpecials: specials == .recognized)
      for piece in pieces {
        if let id = piece.id {
          output.append(id)
        } else {
          try appendText(bytes, piece.range, specials, to: &output)
        }
      }
    }
    return output
  }

  private mutating func appendText(
    _ bytes: [UInt8], _ range: Range<Int>, _ specials: Tokenizer.SpecialTokens,
    to output: inout [Int32]
  ) throws(TokenizerError) {
    let normalized = tokenizer.normalizer.normalized(bytes[range])
    let text = normalized ?? bytes
    let whole = normalized?.indices ?? range
    let pieces = tokenizer.addedAfter.split(text, whole, readsSpecials: specials == .recognized)
    for piece in pieces {
      if let id = piece.id {
        output.append(id)
      } else {
        try appendPieces(text, piece.range, step: 0, to: &output)
      }
    }
  }

  private mutating func appendPieces(
    _ bytes: [UInt8], _ range: Range<Int>, step: Int, to output: inout [Int32]
  ) throws(TokenizerError) {
    guard step < tokenizer.steps.count else {
      appendWord(bytes, range, to: &output)
      return
    }
    let current = tokenizer.steps[step]
    var text = bytes
    var whole = range
    if current.addsPrefixSpace, bytes[range.lowerBound] != UInt8(ascii: " ") {
      text = [UInt8(ascii: " ")] + bytes[range]
      whole = text.indices
    }
    for piece in try current.pieces(of: text, whole) {
      try appendPieces(text, piece, step: step + 1, to: &output)
    }
  }

  private mutating func appendWord(
    _ bytes: [UInt8], _ range: Range<Int>, to output: inout [Int32]
  ) {
    guard range.count <= Self.longestRemembered else {
      output += tokenizer.model.encode(word: bytes, range)
      return
    }
    if words.count == Self.rememberedWords {
      words = WordTable()
      wordTokens = []
    }
    let (number, isNew) = words.insert(bytes, range)
    if isNew { wordTokens.append(tokenizer.model.encode(word: bytes, range)) }
    output += wordTokens[number]
  }
}
