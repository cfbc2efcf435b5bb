// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A stretch of a text that stands word for word in others and could not be longer on either side.
package struct VerbatimSpan: Hashable, Sendable {
  /// The bytes of the text.
  package let range: Range<Int>
  /// How often it stands in the indexed texts.
  package let occurrences: Int
  /// The first of them, in the order of texts and bytes.
  package let places: [SpanPlace]
}

/// Finds every maximal verbatim span of a text in indexed texts; exact.
package struct SpanSearch {
  /// The most places that are named of one span.
  package static let namedPlaces = 16

  private let indexes: [SuffixIndex]

  /// Searches all parts of a corpus.
  package init(_ indexes: [SuffixIndex]) { self.indexes = indexes }

  /// All spans of at least `minimum` bytes that stand in a text and lie in no longer one that does.
  ///
  /// - Parameters:
  ///   - query: Any bytes.
  ///   - minimum: At least 1.
  /// - Returns: The spans by their beginning; they may overlap.
  /// - Complexity: O(q · l · log n) for a query of q bytes, spans of l and a corpus of n.
  package func spans(in query: [UInt8], minimum: Int) -> [VerbatimSpan] {
    precondition(minimum >= 1, "a span has a byte")
    var spans: [VerbatimSpan] = []
    var reached = 0
    for start in query.indices where query.count - start >= minimum {
      let length = indexes.reduce(0) { max($0, $1.longestMatch(query, from: start)) }
      defer { reached = max(reached, start + length) }
      // One that ends where an earlier one does lies in it.
      guard length >= minimum, start + length > reached else { continue }
      spans.append(span(query, start..<start + length))
    }
    return spans
  }

  private func span(_ query: [UInt8], _ range: Range<Int>) -> VerbatimSpan {
    var count = 0
    var places: [SpanPlace] = []
    for index in indexes {
      let rows = index.rows(of: query, range)
      count += rows.count
      for place in index.places(rows) {
        guard places.count < Self.namedPlaces || place < places[places.count - 1] else { continue }
        if places.count == Self.namedPlaces { places.removeLast() }
        places.insert(place, at: places.firstIndex { place < $0 } ?? places.count)
      }
    }
    return VerbatimSpan(range: range, occurrences: count, places: places)
  }
}
