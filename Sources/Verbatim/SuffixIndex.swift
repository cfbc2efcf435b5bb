// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import CDivSufSort

/// A text with its suffixes in order; the places are 32-bit, as they lie in a file.
package struct SuffixIndex {
  private let text: CorpusText
  private let suffixes: UnsafeBufferPointer<Int32>

  /// Pairs a text with its sorted suffixes, whose memory must outlive the index.
  ///
  /// - Precondition: There is one place for each byte.
  package init(_ text: CorpusText, suffixes: UnsafeBufferPointer<Int32>) {
    precondition(text.bytes.count == suffixes.count, "an index has one place for each byte")
    self.text = text
    self.suffixes = suffixes
  }

  /// The places of all suffixes in the order of the suffixes (Mori's divsufsort).
  ///
  /// - Returns: One place for each byte; the same for the same text.
  /// - Complexity: O(n log n) time, 5 n bytes.
  package static func sort(_ text: CorpusText) throws(VerbatimError) -> [Int32] {
    let count = text.bytes.count
    var status: Int32 = 0
    let places = [Int32](unsafeUninitializedCapacity: count) { buffer, filled in
      status = divsufsort(text.bytes, buffer.baseAddress, Int32(count))
      filled = status == 0 ? count : 0
    }
    guard status == 0 else { throw .outOfMemory }
    return places
  }

  /// The length of the longest beginning of `query[start...]` that stands in a text.
  func longestMatch(_ query: [UInt8], from start: Int) -> Int {
    // The suffixes beside where the query would stand share the most with it.
    let place = lowerBound { compare(query, start, query.count - start, with: $0) }
    var best = 0
    for neighbour in [place - 1, place] where suffixes.indices.contains(neighbour) {
      best = max(best, commonLength(query, start, with: Int(suffixes[neighbour])))
    }
    return best
  }

  /// The rows of the index whose suffixes begin with a stretch of the query.
  func rows(of query: [UInt8], _ span: Range<Int>) -> Range<Int> {
    let lower = lowerBound { compare(query, span.lowerBound, span.count, with: $0) }
    let upper = lowerBound {
      compare(query, span.lowerBound, span.count, with: $0) <= 0 ? -1 : 0
    }
    return lower..<max(lower, upper)
  }

  /// Where the suffixes of rows stand.
  func places(_ rows: Range<Int>) -> some Sequence<SpanPlace> {
    suffixes[rows].lazy.map { text.place(Int($0)) }
  }

  /// The first row whose suffix is not below what is looked for.
  ///
  /// `order`: negative where the suffix at a place is below.
  private func lowerBound(_ order: (Int) -> Int) -> Int {
    var (low, high) = (0, suffixes.count)
    while low < high {
      let middle = (low + high) / 2
      if order(Int(suffixes[middle])) < 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// How the first `length` bytes of the suffix at a place compare with a stretch of the query:
  /// negative where they are below, 0 where they are the same.
  private func compare(_ query: [UInt8], _ start: Int, _ length: Int, with place: Int) -> Int {
    for offset in 0..<length {
      guard place + offset < text.bytes.count else { return -1 }
      let (left, right) = (text.bytes[place + offset], query[start + offset])
      if left != right { return left < right ? -1 : 1 }
    }
    return 0
  }

  private func commonLength(_ query: [UInt8], _ start: Int, with place: Int) -> Int {
    var length = 0
    while start + length < query.count, place + length < text.bytes.count,
      query[start + length] == text.bytes[place + length], query[start + length] != CorpusText.end
    {
      length += 1
    }
    return length
  }
}
