// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Two tokens beside each other, as one key.
package struct TokenPair: Hashable, Comparable, Sendable {
  /// The identifier of the first token.
  package let left: Int32
  /// The identifier of the second token.
  package let right: Int32

  /// Pairs two tokens.
  package init(left: Int32, right: Int32) {
    self.left = left
    self.right = right
  }

  package static func < (a: TokenPair, b: TokenPair) -> Bool {
    (a.left, a.right) < (b.left, b.right)
  }
}

/// A vocabulary of byte strings and the merges that build them (Sennrich, Haddow and Birch 2016).
struct BytePairModel: Sendable {
  /// What two tokens become, and how early.
  struct Merge: Sendable {
    /// Earlier merges have lower ranks.
    var rank: UInt32
    var result: Int32
  }

  /// The bytes of every token by its identifier; nil where none has it.
  let tokens: [[UInt8]?]
  /// The token of every single byte.
  let byteTokens: [Int32]
  let merges: [TokenPair: Merge]
  /// Whether a word that is a token becomes it without merges.
  let prefersWholeWords: Bool
  private let words: WordTable
  private let wordTokens: [Int32]

  /// Puts a model together.
  ///
  /// - Parameters:
  ///   - tokens: The bytes of each token.
  ///   - others: Tokens that no merge makes and no word is, such as those with a space in them.
  ///   - merges: The pairs in order, with what they become.
  ///   - prefersWholeWords: Whether merges are passed over where a whole word is a token.
  /// - Throws: `TokenizerError.missingByte` where a byte has no token.
  init(
    tokens: [(id: Int32, bytes: [UInt8])], others: [(id: Int32, bytes: [UInt8])] = [],
    merges: [TokenPair: Merge], prefersWholeWords: Bool = false
  ) throws(TokenizerError) {
    var list = [[UInt8]?](repeating: nil, count: 1 + Int((tokens + others).map(\.id).max() ?? 0))
    var table = WordTable()
    var ids: [Int32] = []
    for (id, bytes) in tokens {
      list[Int(id)] = bytes
      if table.insert(bytes, bytes.indices).isNew { ids.append(id) }
    }
    for (id, bytes) in others { list[Int(id)] = bytes }
    var single: [Int32] = []
    for byte in UInt8.min...UInt8.max {
      guard let number = table.number(of: [byte], 0..<1) else { throw .missingByte(byte) }
      single.append(ids[number])
    }
    self.tokens = list
    self.merges = merges
    self.prefersWholeWords = prefersWholeWords
    byteTokens = single
    words = table
    wordTokens = ids
  }

  /// The token that is exactly these bytes.
  func token(of bytes: [UInt8], _ range: Range<Int>) -> Int32? {
    words.number(of: bytes, range).map { wordTokens[$0] }
  }

  /// The tokens of one word: always the earliest merge, and of equals the leftmost.
  ///
  /// - Complexity: O(*n* log *n*) for a word of *n* bytes.
  func encode(word bytes: [UInt8], _ range: Range<Int>) -> [Int32] {
    if range.count == 1 { return [byteTokens[Int(bytes[range.lowerBound])]] }
    if prefersWholeWords, let token = token(of: bytes, range) { return [token] }
    let symbols = bytes[range].map { byteTokens[Int($0)] }
    return symbols.count <= 32 ? mergedByScanning(symbols) : mergedByQueue(symbols)
  }

  private func rank(_ left: Int32, _ right: Int32) -> UInt32 {
    merges[TokenPair(left: left, right: right)]?.rank ?? .max
  }

  /// For short words: looks at all ranks for every merge.
  private func mergedByScanning(_ word: [Int32]) -> [Int32] {
    var symbols = word
    var ranks = zip(symbols, symbols.dropFirst()).map { rank($0, $1) }
    while let lowest = ranks.min(), lowest < .max, let place = ranks.firstIndex(of: lowest),
      let merge = merges[TokenPair(left: symbols[place], right: symbols[place + 1])]
    {
      symbols[place] = merge.result
      symbols.remove(at: place + 1)
      ranks.remove(at: place)
      if place > 0 { ranks[place - 1] = rank(symbols[place - 1], symbols[place]) }
      if place + 1 < symbols.count { ranks[place] = rank(symbols[place], symbols[place + 1]) }
    }
    return symbols
  }

  /// For long words: a linked list of symbols and a queue of merges by rank and place.
  private func mergedByQueue(_ word: [Int32]) -> [Int32] {
    var symbols = word
    // A symbol that was merged away is -1; its neighbours step over it.
    var next = Array(1...word.count)
    var previous = Array(-1..<word.count - 1)
    var ranks = zip(symbols, symbols.dropFirst()).map { rank($0, $1) } + [.max]
    var queue = Heap(
      ranks.enumerated().filter { $0.element < .max }.map {
        QueuedMerge(rank: $0.element, place: $0.offset)
      })
    while let entry = queue.pop() {
      let place = entry.place
      guard symbols[place] >= 0, ranks[place] == entry.rank, next[place] < symbols.count,
        let merge = merges[TokenPair(left: symbols[place], right: symbols[next[place]])]
      else { continue }
      let gone = next[place]
      symbols[place] = merge.result
      symbols[gone] = -1
      next[place] = next[gone]
      if next[place] < symbols.count { previous[next[place]] = place }
      for left in [previous[place], place] where left >= 0 {
        ranks[left] =
          next[left] < symbols.count ? rank(symbols[left], symbols[next[left]]) : .max
        if ranks[left] < .max { queue.push(QueuedMerge(rank: ranks[left], place: left)) }
      }
    }
    return symbols.filter { $0 >= 0 }
  }
}

/// A merge that may be made; the one to make first is the greatest.
private struct QueuedMerge: Comparable {
  let rank: UInt32
  let place: Int

  static func < (a: QueuedMerge, b: QueuedMerge) -> Bool {
    (a.rank, a.place) > (b.rank, b.place)
  }
}
