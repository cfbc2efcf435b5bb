// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Testing
import Tokenization

/// Bytes with words in them: letters, spaces, marks, halves of characters, special tokens.
func randomText(_ random: inout Philox4x32, pieces count: Int) -> [UInt8] {
  let pieces: [[UInt8]] = [
    Array(" the".utf8), Array("cat".utf8), Array("  \n".utf8), Array("é日本語".utf8), [0xff, 0xc3],
    [0xe2, 0x82], Array("12345".utf8), Array("<|end|>".utf8), Array("'s".utf8), [0], [0xf4, 0x90],
    Array("aaaaaa".utf8),
  ]
  return (0..<count).flatMap { _ in
    random.below(4) == 0
      ? [UInt8(truncatingIfNeeded: random.next32())]
      : pieces[Int(random.below(UInt32(pieces.count)))]
  }
}

/// A vocabulary trained on random text.
func trained(seed: UInt64, size: Int = 400) throws -> TrainedVocabulary {
  var random = Philox4x32(key: seed, stream: 1)
  let texts = (0..<8).map { _ in randomText(&random, pieces: 300) }
  return try BytePairTrainer(size: size, specialTokens: ["<|end|>"]).train(on: texts)
}

@Suite struct TokenizationTests {
  @Test(arguments: UInt64(1)...4) func `Every text comes back from its tokens`(_ seed: UInt64)
    throws
  {
    let tokenizer = try Tokenizer(try trained(seed: seed).tokenizerJSON)
    var random = Philox4x32(key: seed, stream: 2)
    var encoder = TextEncoder(tokenizer)
    for length in [0, 1, 2, 3, 10, 100, 1000] {
      let text = randomText(&random, pieces: length)
      for specials in [Tokenizer.SpecialTokens.recognized, .readAsText] {
        let tokens = try encoder.encode(text, specials: specials)
        #expect(try tokenizer.decode(tokens) == text)
        #expect(tokens == (try tokenizer.encode(text, specials: specials)))
        #expect(tokens.allSatisfy { Int($0) < tokenizer.vocabularySize })
        if specials == .readAsText { #expect(!tokens.contains(0)) }
      }
      #expect(tokenizer.vocabularySize == (try trained(seed: seed)).tokens.count)
    }
  }

  @Test(arguments: UInt64(1)...4)
  func `Short and long words are merged as the definition says`(_ seed: UInt64) throws {
    var random = Philox4x32(key: seed, stream: 3)
    func word(_ length: Int) -> [UInt8] {
      (0..<length).map { _ in UInt8(ascii: "a") + UInt8(random.below(3)) }
    }
    let vocabulary = try BytePairTrainer(size: 340).train(on: (0..<20).map { word($0 * 7) })
    let tokenizer = try Tokenizer(vocabulary.tokenizerJSON)
    var ranks: [TokenPair: Int] = [:]
    for (rank, pair) in vocabulary.merges.enumerated() { ranks[pair] = rank }
    for length in [1, 2, 5, 31, 32, 33, 64, 65, 200] {
      let word = word(length)
      // The definition: the earliest merge that can be made, leftmost first.
      var symbols = word.map { [$0] }
      func rank(at place: Int) -> Int? {
        let ids = symbols[place...place + 1].compactMap { vocabulary.tokens.firstIndex(of: $0) }
        return ranks[TokenPair(left: Int32(ids[0]), right: Int32(ids[1]))]
      }
      while true {
        let places = (0..<symbols.count - 1).compactMap { place in
          rank(at: place).map { (rank: $0, place: place) }
        }
        guard let first = places.min(by: { $0 < $1 }) else { break }
        let joined = symbols[first.place] + symbols[first.place + 1]
        symbols.replaceSubrange(first.place...first.place + 1, with: [joined])
      }
      #expect(try tokenizer.encode(word).map { tokenizer.bytes(of: $0) } == symbols)
    }
  }

  @Test func `Training is a function of the texts and not of their order`() throws {
    var random = Philox4x32(key: 9, stream: 4)
    var texts = (0..<12).map { _ in randomText(&random, pieces: 200) }
    let trainer = try BytePairTrainer(size: 500, specialTokens: ["<|a|>", "<|b|>"])
    let vocabulary = try trainer.train(on: texts)
    random.shuffle(&texts)
    #expect(try trainer.train(on: texts) == vocabulary)
    #expect(vocabulary.tokens.count == vocabulary.merges.count + 258)
    let tokenizer = try Tokenizer(vocabulary.tokenizerJSON)
    for (id, bytes) in vocabulary.tokens.enumerated() {
      #expect(tokenizer.bytes(of: Int32(id)) == bytes)
    }
  }

  @Test(arguments: [0, 255, 257, 65_537])
  func `A vocabulary that cannot be is refused`(_ size: Int) throws {
    #expect(throws: TokenizerError.vocabularySize(size, range: 258...65_536)) {
      try BytePairTrainer(size: size, specialTokens: ["<|a|>", "<|b|>"])
    }
  }

  // Quadratic work on half a million bytes would take hours.
  @Test(.timeLimit(.minutes(10)))
  func `A word of half a million bytes is encoded, and trained on, without delay`() throws {
    let word = [UInt8](repeating: UInt8(ascii: "a"), count: 500_000)
    let vocabulary = try BytePairTrainer(size: 300).train(on: [word])
    let tokenizer = try Tokenizer(vocabulary.tokenizerJSON)
    let tokens = try tokenizer.encode(word)
    #expect(tokens.count < 10_000)
    #expect(try tokenizer.decode(tokens) == word)
    let spaces = [UInt8](repeating: UInt8(ascii: " "), count: 500_000)
    #expect(try tokenizer.decode(try tokenizer.encode(spaces + word)) == spaces + word)
  }

  @Test func `A text's bytes are valid runs and others in turn`() {
    var random = Philox4x32(key: 3, stream: 5)
    for length in 0..<200 {
      let text = randomText(&random, pieces: length)
      var end = 0
      var previous: Bool?
      for (range, isValid) in UTF8Runs(text) {
        #expect(range.lowerBound == end && !range.isEmpty && isValid != previous)
        #expect((String(validating: text[range], as: UTF8.self) != nil) == isValid)
        (end, previous) = (range.upperBound, isValid)
      }
      #expect(end == text.count)
    }
  }
}
