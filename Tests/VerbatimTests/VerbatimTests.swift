// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Testing
import Verbatim

/// Every maximal span by trying all stretches of the query against all texts.
private func naiveSpans(
  _ query: [UInt8], _ texts: [[UInt8]], minimum: Int
) -> [(range: Range<Int>, places: [SpanKey])] {
  func places(_ range: Range<Int>) -> [SpanKey] {
    texts.enumerated().flatMap { number, text in
      (0..<max(0, text.count - range.count + 1)).filter { offset in
        text[offset..<offset + range.count].elementsEqual(query[range])
      }.map { SpanKey(text: number, offset: $0) }
    }
  }
  var spans: [(range: Range<Int>, places: [SpanKey])] = []
  for start in query.indices {
    var end = start
    while end < query.count, !places(start..<end + 1).isEmpty { end += 1 }
    let isInside = spans.contains { $0.range.upperBound >= end }
    if end - start >= 1, !isInside { spans.append((start..<end, places(start..<end))) }
  }
  return spans.filter { $0.range.count >= minimum }
}

private struct SpanKey: Hashable {
  let text: Int
  let offset: Int
}

@Suite struct VerbatimTests {
  /// The spans of a query in texts, over as many indexes as the limit makes.
  private func spans(
    _ query: [UInt8], _ texts: [[UInt8]], minimum: Int, limit: Int = CorpusText.largest
  ) throws -> [VerbatimSpan] {
    let parts = try CorpusText.parts(of: texts, limit: limit)
    let suffixes = try parts.map(SuffixIndex.sort)
    let memory = suffixes.map { places in
      let copy = UnsafeMutableBufferPointer<Int32>.allocate(capacity: places.count)
      _ = copy.initialize(from: places)
      return copy
    }
    defer { memory.forEach { $0.deallocate() } }
    let indexes = zip(parts, memory).map { SuffixIndex($0, suffixes: UnsafeBufferPointer($1)) }
    return SpanSearch(indexes).spans(in: query, minimum: minimum)
  }

  @Test(arguments: 0..<60)
  func `All maximal spans and all their places are found, in one index and in several`(
    _ seed: UInt64
  ) throws {
    var random = Philox4x32(key: seed, stream: 3)
    func text(_ most: UInt32) -> [UInt8] {
      (0..<random.below(most)).map { _ in UInt8(97 + random.below(3)) }
    }
    let texts = (0..<1 + random.below(6)).map { _ in text(40) }
    let query = text(30)
    let minimum = 1 + Int(random.below(5))
    let expected = naiveSpans(query, texts, minimum: minimum)
    for limit in [CorpusText.largest, 41, 90] {
      let found = try spans(query, texts, minimum: minimum, limit: limit)
      #expect(found.map(\.range) == expected.map(\.range))
      #expect(found.map(\.occurrences) == expected.map(\.places.count))
      for (span, naive) in zip(found, expected) {
        let named = span.places.map { SpanKey(text: $0.text, offset: $0.offset) }
        #expect(named == Array(naive.places.prefix(SpanSearch.namedPlaces)))
      }
    }
  }

  @Test func `A span never runs over the end of a text, nor over a byte that is no text`() throws {
    let texts = ["the first ends", " and the second begins", ""].map { Array($0.utf8) }
    let query = Array("first ends and the second".utf8)
    let found = try spans(query, texts, minimum: 4)
    #expect(found.map(\.range) == [0..<10, 10..<25])
    let broken = Array("first".utf8) + [0xFF] + Array(" ends".utf8)
    #expect(try spans(broken, texts, minimum: 2).map(\.range) == [0..<5, 6..<11])
    #expect(try spans([0xFF, 0, 0xFF], texts, minimum: 1).isEmpty)
    #expect(try spans([], texts, minimum: 1).isEmpty)
  }

  @Test func `What is no text or too large for an index is refused`() {
    #expect(throws: VerbatimError.notText(1)) { try CorpusText.parts(of: [[1], [2, 0xFF]]) }
    #expect(throws: VerbatimError.tooLarge(0)) { try CorpusText.parts(of: [[1, 2, 3]], limit: 3) }
  }
}
