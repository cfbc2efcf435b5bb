// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A piece of text to read, and the line of the books (or the target) it belongs to.
package struct TextPiece: Sendable {
  package var line: Int
  package var bytes: [UInt8]

  package init(line: Int, bytes: [UInt8]) {
    self.line = line
    self.bytes = bytes
  }
}

/// Texts cut into windows of at most `context` predictions; none crosses a piece of text.
///
/// A piece of `n` bytes has `n - 1` predictions, each made in exactly one window: windows lie end to
/// end and share one byte, the last may be shorter. Nothing is padded.
package struct WindowSet: Sendable {
  struct Window: Sendable {
    /// Where its first byte lies.
    var start: Int
    /// How many bytes are predicted; one more is read.
    var length: Int
    var line: Int
  }

  let bytes: [UInt8]
  let windows: [Window]
  /// How many lines there are, some perhaps without windows.
  package let lineCount: Int
  /// The most predictions in a window.
  package let context: Int

  /// Cuts the pieces, in their order.
  package init(pieces: [TextPiece], lineCount: Int, context: Int) {
    precondition(pieces.allSatisfy { (0..<lineCount).contains($0.line) }, "a piece has no line")
    self.lineCount = lineCount
    self.context = context
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pieces.reduce(0) { $0 + $1.bytes.count })
    var windows: [Window] = []
    for piece in pieces {
      let predictions = piece.bytes.count - 1
      for offset in stride(from: 0, to: predictions, by: context) {
        windows.append(
          Window(
            start: bytes.count + offset, length: min(context, predictions - offset),
            line: piece.line))
      }
      bytes += piece.bytes
    }
    self.bytes = bytes
    self.windows = windows
  }

  /// How many windows there are.
  package var count: Int { windows.count }

  /// How many predictions each line has.
  package var predictionsByLine: [Int] {
    var counts = Array(repeating: 0, count: lineCount)
    for window in windows { counts[window.line] += window.length }
    return counts
  }
}
