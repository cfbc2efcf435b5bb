// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A piece of text to read, and the line of the books (or the target) it belongs to.
package struct TextPiece: Sendable {
  package var line: Int
  package var text: TokenText

  package init(line: Int, text: TokenText) {
    self.line = line
    self.text = text
  }

  /// A piece whose tokens are its bytes.
  package init(line: Int, bytes: [UInt8]) {
    self.init(line: line, text: TokenText(bytes: bytes))
  }
}

/// Texts cut into windows of at most `context` predictions; none crosses a piece of text.
///
/// A piece of `n` tokens has `n - 1` predictions, each made in exactly one window: windows lie end to
/// end and share one token, the last may be shorter. Nothing is padded.
package struct WindowSet: Sendable {
  struct Window: Sendable {
    /// Where its first token lies.
    var start: Int
    /// How many tokens are predicted; one more is read.
    var length: Int
    /// How many bytes the predicted tokens stand for.
    var byteCount: Int
    var line: Int
  }

  let tokens: [Int32]
  let windows: [Window]
  /// How many lines there are, some perhaps without windows.
  package let lineCount: Int
  /// The most predictions in a window.
  package let context: Int
  /// How large a vocabulary must be at least.
  let vocabularyNeeded: Int

  /// Cuts the pieces, in their order.
  package init(pieces: [TextPiece], lineCount: Int, context: Int) {
    precondition(pieces.allSatisfy { (0..<lineCount).contains($0.line) }, "a piece has no line")
    self.lineCount = lineCount
    self.context = context
    var tokens: [Int32] = []
    tokens.reserveCapacity(pieces.reduce(0) { $0 + $1.text.count })
    var windows: [Window] = []
    for piece in pieces {
      let predictions = piece.text.count - 1
      for offset in stride(from: 0, to: predictions, by: context) {
        let length = min(context, predictions - offset)
        let byteCount = piece.text.byteCounts[(offset + 1)...(offset + length)].reduce(0) {
          $0 + Int($1)
        }
        windows.append(
          Window(
            start: tokens.count + offset, length: length, byteCount: byteCount, line: piece.line))
      }
      tokens += piece.text.tokens
    }
    precondition(tokens.allSatisfy { $0 >= 0 }, "a token is an index into the vocabulary")
    self.tokens = tokens
    self.windows = windows
    vocabularyNeeded = Int(tokens.max() ?? 0) + 1
  }

  /// How many windows there are.
  package var count: Int { windows.count }

  /// What a window reads: the tokens it predicts and the one before them.
  package func tokens(ofWindow index: Int) -> ArraySlice<Int32> {
    tokens[windows[index].start...windows[index].start + windows[index].length]
  }

  /// The line of a window.
  package func line(ofWindow index: Int) -> Int { windows[index].line }

  /// How many tokens of each line are predicted.
  package var predictionsByLine: [Int] {
    var counts = Array(repeating: 0, count: lineCount)
    for window in windows { counts[window.line] += window.length }
    return counts
  }

  /// How many bytes of each line are predicted: what losses are divided by.
  package var bytesByLine: [Int] {
    var counts = Array(repeating: 0, count: lineCount)
    for window in windows { counts[window.line] += window.byteCount }
    return counts
  }
}
