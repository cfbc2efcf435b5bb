// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Why texts cannot be indexed.
package enum VerbatimError: Error, Hashable, Sendable {
  /// This text holds the byte `FF`, which no UTF-8 text does.
  case notText(Int)
  /// This text alone is larger than an index may be.
  case tooLarge(Int)
  /// The suffixes could not be sorted: there is no memory for it.
  case outOfMemory
}

extension VerbatimError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notText(let index): "text \(index) is not UTF-8: admit texts only"
    case .tooLarge(let index): "text \(index) is too large for an index: cut it in parts"
    case .outOfMemory: "there is no memory to sort the suffixes: free some and try again"
    }
  }
}

/// Consecutive texts joined for one suffix array, each ended by the byte `FF`.
///
/// That byte stands in no UTF-8 text, so no match runs over the end of a text, and it sorts last.
package struct CorpusText: Sendable {
  static let end: UInt8 = 0xFF
  /// The most bytes of one suffix array of 32-bit places.
  package static let largest = Int(Int32.max)

  /// The joined bytes.
  package let bytes: [UInt8]
  /// The number of the first text among all.
  package let first: Int
  /// Where each text begins.
  let starts: [Int]

  /// Joins texts into as few parts as the limit allows, in their order.
  ///
  /// - Parameters:
  ///   - texts: UTF-8 texts.
  ///   - limit: The most bytes of a part.
  /// - Returns: At least one part.
  /// - Throws: `VerbatimError` for a text that is no UTF-8 or larger than the limit.
  package static func parts(
    of texts: [[UInt8]], limit: Int = largest
  ) throws(VerbatimError) -> [CorpusText] {
    var parts: [CorpusText] = []
    var bytes: [UInt8] = []
    var starts: [Int] = []
    var first = 0
    for (index, text) in texts.enumerated() {
      guard !text.contains(end) else { throw .notText(index) }
      guard text.count < limit else { throw .tooLarge(index) }
      if bytes.count + text.count + 1 > limit {
        parts.append(CorpusText(bytes: bytes, first: first, starts: starts))
        (bytes, starts, first) = ([], [], index)
      }
      starts.append(bytes.count)
      bytes += text
      bytes.append(end)
    }
    parts.append(CorpusText(bytes: bytes, first: first, starts: starts))
    return parts
  }

  /// Which text a place belongs to, and where in it.
  func place(_ offset: Int) -> SpanPlace {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return SpanPlace(text: first + low, offset: offset - starts[low])
  }
}

/// Where something stands: a text by its number, and the byte in it.
package struct SpanPlace: Hashable, Sendable, Comparable {
  /// The number of the text.
  package let text: Int
  /// The first byte.
  package let offset: Int

  package static func < (left: SpanPlace, right: SpanPlace) -> Bool {
    (left.text, left.offset) < (right.text, right.offset)
  }
}
