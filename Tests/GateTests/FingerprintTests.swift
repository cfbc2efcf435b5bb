// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Testing

@testable import Gate

@Suite struct FingerprintTests {
  @Test(arguments: [1, 7, 8, 9, 500])
  func `A stored fingerprint is read back, and any other bytes are refused`(count: Int) throws {
    let print = try Fingerprint(utf8: bytes(syntheticText(words: count, key: 1)))
    let stored = print.encoded
    #expect(try Fingerprint(encoded: stored) == print)
    for length in 0..<min(stored.count, 200) {
      #expect(throws: FingerprintDecodingError.self) {
        try Fingerprint(encoded: Array(stored[..<length]))
      }
    }
    #expect(throws: FingerprintDecodingError.trailingBytes(count: 1)) {
      try Fingerprint(encoded: stored + [0])
    }
    #expect(throws: FingerprintDecodingError.unknownFormat) {
      try Fingerprint(encoded: [stored[0] ^ 1] + stored.dropFirst())
    }
    for words in [0, UInt64(count) + 8, UInt64(WordSequence.longestText) + 1, .max] {
      var other = stored
      withUnsafeBytes(of: words.littleEndian) { other.replaceSubrange(8..<16, with: $0) }
      #expect(throws: FingerprintDecodingError.self) { try Fingerprint(encoded: other) }
    }
  }

  @Test func `The counts agree with sets of words compared one by one`() throws {
    var random = Philox4x32(key: 3, stream: 1)
    for round in 0..<60 {
      // A tiny vocabulary, so that grams repeat within and across the texts.
      let texts = (0..<4).map { _ in
        (0..<Int(8 + random.below(80))).map { _ in ["a", "b"][Int(random.below(2))] }
      }
      func grams(_ words: [String]) -> Set<[String]> {
        Set((0...(words.count - 8)).map { Array(words[$0..<$0 + 8]) })
      }
      let index = try GramIndex.temporary(
        try texts.dropLast().map { try Fingerprint(utf8: bytes($0)) })
      let submitted = texts[3]
      let result = try index.resemblances(of: try WordSequence(utf8: bytes(submitted)))
      let all = texts.dropLast().map(grams)
      #expect(result.allSatisfy { $0.submittedGrams == grams(submitted).count })
      for (number, expected) in all.enumerated() {
        let match = result.first { $0.work == identifier(number) }
        #expect(
          match?.sharedGrams ?? 0 == expected.intersection(grams(submitted)).count, "\(round)")
        if let match { #expect(match.registeredGrams == expected.count) }
      }
    }
  }

  @Test func `Passages are the stretches that both texts have, longest first`() throws {
    let original = (0..<300).map { "o\($0)" }
    let foreign = (0..<300).map { "f\($0)" }
    let parts = [
      foreign[..<50], original[100..<140], foreign[50..<90], original[10..<80], foreign[90...],
    ]
    let index = try GramIndex.temporary([try Fingerprint(utf8: bytes(original))])
    let text = bytes(parts.flatMap { $0 })
    let words = try WordSequence(utf8: text)
    let match = try #require(try index.resemblances(of: words).first)
    let passages = match.passages.map { String(decoding: text[$0.bytes], as: UTF8.self) }
    #expect(passages == [3, 1].map { parts[$0].joined(separator: " ") })
    #expect(match.passages.map(\.wordCount) == [70, 40])
    #expect(match.longestPassageWords == 70)
  }

  @Test func `A short text is recognised as a whole only`() throws {
    let index = try GramIndex.temporary([
      try Fingerprint(utf8: Array("An old silent pond".utf8))
    ])
    func matches(_ text: String) throws -> [Resemblance] {
      try index.resemblances(of: try WordSequence(utf8: Array(text.utf8)))
    }
    let same = try #require(try matches("an OLD, silent — pond!").first)
    #expect(DerivationRule.standard.reason(for: same) == .sameText)
    #expect(try matches("an old silent").isEmpty)
    #expect(try matches("silent old an pond").isEmpty)
  }
}
