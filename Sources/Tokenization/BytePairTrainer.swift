// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Trains a byte-level BPE vocabulary: counts words, then joins the most frequent pair again and again.
///
/// A function of the texts, their order left aside: pairs of one count are joined in the order of
/// their tokens' identifiers. The rules are those of `BpeTrainer` in `tokenizers`, so that both give
/// the same merges: special tokens first, then the 256 bytes in the order of their characters, then one
/// token a merge. Words are cut as GPT-2 cuts them.
package struct BytePairTrainer: Sendable {
  /// The sizes a trained vocabulary may have.
  package static let sizes = 256...65_536
  /// A pair must come so often to be joined.
  static let leastCount = 2
  /// Longer words are counted in parts of this length, bytes: no text makes training slow.
  static let longestWord = 256

  private let size: Int
  private let specials: [[UInt8]]

  /// Prepares to train.
  ///
  /// - Parameters:
  ///   - size: How many tokens, special ones and bytes included; texts of few words may give fewer.
  ///   - specialTokens: Tokens that are never text.
  /// - Throws: `TokenizerError` where the size does not hold the bytes and the special tokens, or
  ///   a special token is empty or comes twice.
  package init(size: Int, specialTokens: [String] = []) throws(TokenizerError) {
    let range = Self.sizes.lowerBound + specialTokens.count...Self.sizes.upperBound
    guard range.contains(size) else { throw .vocabularySize(size, range: range) }
    var seen = WordTable()
    for token in specialTokens {
      let bytes = Array(token.utf8)
      guard (1...Tokenizer.longestToken).contains(bytes.count) else {
        throw .wrong(key: "special tokens", expected: "text that is not empty")
      }
      guard seen.insert(bytes, bytes.indices).isNew, bytes.count > 1 else {
        throw .conflict(key: "special tokens", token: token)
      }
    }
    self.size = size
    specials = specialTokens.map { Array($0.utf8) }
  }

  /// Trains on texts.
  ///
  /// - Throws: `TokenizerError.patternLimit`.
  /// - Complexity: O(*n*) for *n* bytes, and a logarithmic queue over the different pairs.
  package func train(
    on texts: some Sequence<[UInt8]>
  ) throws(TokenizerError) -> TrainedVocabulary {
    let order = ByteAlphabet.bytesInOrder
    var counts = PairCounts(
      try countWords(texts), firstByteToken: Int32(specials.count), order: order)
    var tokens = specials + order.map { [$0] }
    var numbers = WordTable()
    for token in tokens { _ = numbers.insert(token, token.indices) }
    var merges: [TokenPair] = []
    while tokens.count < size, let pair = counts.mostFrequent(atLeast: Self.leastCount) {
      let token = tokens[Int(pair.left)] + tokens[Int(pair.right)]
      let (number, isNew) = numbers.insert(token, token.indices)
      if isNew { tokens.append(token) }
      merges.append(pair)
      counts.join(pair, into: Int32(number))
    }
    return TrainedVocabulary(specialTokenCount: specials.count, tokens: tokens, merges: merges)
  }

  private func countWords(
    _ texts: some Sequence<[UInt8]>
  ) throws(TokenizerError) -> [(word: [UInt8], count: Int)] {
    let step = try SplitStep.byteLevel()
    var words = WordTable()
    var counts: [Int] = []
    for text in texts {
      for (range, isValid) in UTF8Runs(text) {
        for piece in isValid ? try step.pieces(of: text, range) : [range] {
          for start in stride(from: piece.lowerBound, to: piece.upperBound, by: Self.longestWord) {
            let part = start..<min(start + Self.longestWord, piece.upperBound)
            let (number, isNew) = words.insert(text, part)
            if isNew { counts.append(0) }
            counts[number] += 1
          }
        }
      }
    }
    return counts.indices.map { (Array(words[$0]), counts[$0]) }
  }
}

/// The words as they stand, and how often every pair of neighbours comes in them.
private struct PairCounts {
  private var words: [[Int32]]
  private let wordCounts: [Int]
  private var counts: [TokenPair: Int] = [:]
  /// The words that had a pair when it came up; some may have lost it since.
  private var places: [TokenPair: [Int32]] = [:]
  private var queue = Heap<Candidate>()

  init(_ words: [(word: [UInt8], count: Int)], firstByteToken: Int32, order: [UInt8]) {
    var tokens = [Int32](repeating: 0, count: 256)
    for (index, byte) in order.enumerated() { tokens[Int(byte)] = firstByteToken + Int32(index) }
    self.words = words.map { $0.word.map { tokens[Int($0)] } }
    wordCounts = words.map(\.count)
    for word in self.words.indices { add(word, times: wordCounts[word]) }
    queue = Heap(counts.map { Candidate(count: $0.value, pair: $0.key) })
  }

  /// The pair that comes most often, and of equals the one with the smallest identifiers.
  ///
  /// A count that changed since it was queued is queued again as it is now.
  mutating func mostFrequent(atLeast least: Int) -> TokenPair? {
    while let candidate = queue.pop() {
      let count = counts[candidate.pair] ?? 0
      guard count >= least else { continue }
      if count == candidate.count { return candidate.pair }
      if count < candidate.count { queue.push(Candidate(count: count, pair: candidate.pair)) }
    }
    return nil
  }

  /// Puts a token in place of a pair, everywhere and from left to right.
  mutating func join(_ pair: TokenPair, into token: Int32) {
    var touched: Set<TokenPair> = []
    for word in (places.removeValue(forKey: pair) ?? []).map(Int.init) {
      guard Self.has(pair, in: words[word]) else { continue }
      add(word, times: -wordCounts[word])
      words[word] = Self.joined(words[word], pair, into: token)
      add(word, times: wordCounts[word], noting: token, in: &touched)
    }
    counts[pair] = nil
    for pair in touched {
      if let count = counts[pair] { queue.push(Candidate(count: count, pair: pair)) }
    }
  }

  private mutating func add(_ word: Int, times: Int) {
    for (left, right) in zip(words[word], words[word].dropFirst()) {
      let pair = TokenPair(left: left, right: right)
      counts[pair, default: 0] += times
      if times > 0, places[pair]?.last != Int32(word) {
        places[pair, default: []].append(Int32(word))
      }
    }
  }

  /// Adds a word's pairs again; those with the new token are noted, for only they are more than before.
  private mutating func add(
    _ word: Int, times: Int, noting token: Int32, in touched: inout Set<TokenPair>
  ) {
    for (left, right) in zip(words[word], words[word].dropFirst()) {
      let pair = TokenPair(left: left, right: right)
      counts[pair, default: 0] += times
      guard left == token || right == token else { continue }
      touched.insert(pair)
      if places[pair]?.last != Int32(word) { places[pair, default: []].append(Int32(word)) }
    }
  }

  private static func has(_ pair: TokenPair, in word: [Int32]) -> Bool {
    zip(word, word.dropFirst()).contains { $0 == pair.left && $1 == pair.right }
  }

  private static func joined(_ word: [Int32], _ pair: TokenPair, into token: Int32) -> [Int32] {
    var result: [Int32] = []
    var index = 0
    while index < word.count {
      if index + 1 < word.count, word[index] == pair.left, word[index + 1] == pair.right {
        result.append(token)
        index += 2
      } else {
        result.append(word[index])
        index += 1
      }
    }
    return result
  }
}

/// A pair and its count; the one to join first is the greatest.
private struct Candidate: Comparable {
  let count: Int
  let pair: TokenPair

  static func < (a: Candidate, b: Candidate) -> Bool {
    a.count != b.count ? a.count < b.count : a.pair > b.pair
  }
}
