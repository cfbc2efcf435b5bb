// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Testing

@testable import Gate

/// A way to disguise a copy.
private struct Attack: CustomTestStringConvertible, Sendable {
  let name: String
  let apply: @Sendable ([String], inout Philox4x32) -> String
  var testDescription: String { name }
}

private func swapping(_ percent: UInt32) -> Attack {
  Attack(name: "\(percent) % of the words swapped") { words, random in
    let strange = syntheticText(words: words.count, key: 900)
    return words.indices.map { random.below(100) < percent ? strange[$0] : words[$0] }
      .joined(separator: " ")
  }
}

private func excerpt(_ percent: Int) -> Attack {
  Attack(name: "\(percent) % of the work") { words, random in
    let count = words.count * percent / 100
    let start = Int(random.below(UInt32(words.count - count)))
    return words[start..<start + count].joined(separator: " ")
  }
}

private let attacks: [Attack] =
  [swapping(1), swapping(5), swapping(10), swapping(15), excerpt(50), excerpt(25), excerpt(10)] + [
    Attack(name: "sentences of twenty words shuffled") { words, random in
      var sentences = stride(from: 0, to: words.count, by: 20).map {
        words[$0..<min($0 + 20, words.count)].joined(separator: " ")
      }
      random.shuffle(&sentences)
      return sentences.joined(separator: ". ")
    },
    Attack(name: "look-alike letters") { words, random in
      let alike: [Character: Character] = ["a": "а", "e": "е", "o": "о", "p": "р", "i": "і"]
      return String(
        words.joined(separator: " ").map { random.below(2) == 0 ? alike[$0] ?? $0 : $0 })
    },
    Attack(name: "zero-width spaces") { words, _ in words.joined(separator: "\u{200B} \u{200D}") },
    Attack(name: "capitals and other punctuation") { words, _ in
      words.map { $0.uppercased() }.joined(separator: ";\r\n\t“")
    },
    Attack(name: "hidden in four times as much other text") { words, _ in
      let around = syntheticText(words: 4 * words.count, key: 901)
      return (around[..<words.count] + words + around[words.count...]).joined(separator: " ")
    },
    Attack(name: "one long passage in fifty times as much other text") { words, _ in
      let around = syntheticText(words: 50 * 250, key: 902)
      return (Array(words[300..<550]) + around).joined(separator: " ")
    },
  ]

@Suite struct DerivationTests {
  @Test(arguments: attacks)
  fileprivate func `Disguised copies are found and nothing else is`(attack: Attack) throws {
    var random = Philox4x32(key: 21, stream: 0)
    let works = (0..<8).map { syntheticText(words: 6000, key: UInt64($0)) }
    let index = try GramIndex.temporary(try works.map { try Fingerprint(utf8: bytes($0)) })
    for number in 0..<3 {
      let copy = Array(attack.apply(works[number], &random).utf8)
      let found = try index.resemblances(of: try WordSequence(utf8: copy))
        .filter { DerivationRule.standard.reason(for: $0) != nil }
      #expect(found.map(\.work) == [identifier(number)])
    }
  }

  @Test(.enabled(if: kingJames != nil, "the Debian packages bible-kjv and -text are not installed"))
  func `Books that tell the same story are not copies, and edited books are`() throws {
    let books = try #require(kingJames)
    let index = try GramIndex.temporary(try books.map { try Fingerprint(utf8: $0) })
    var highest = 0
    for (number, book) in books.enumerated() {
      for match in try index.resemblances(of: try WordSequence(utf8: book)) {
        let reason = DerivationRule.standard.reason(for: match)
        #expect((reason == .sameText) == (match.work == identifier(number)))
        guard match.work != identifier(number) else { continue }
        #expect(reason == nil)
        highest = max(highest, match.submissionPerMille)
      }
    }
    #expect(highest == 61, "first book of Kings and second book of Chronicles")
    var random = Philox4x32(key: 1, stream: 0)
    for number in [7, 30, 64] {
      let words = books[number].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        .map { String(decoding: $0, as: UTF8.self) }
      let edited = Array(swapping(10).apply(words, &random).utf8)
      let found = try index.resemblances(of: try WordSequence(utf8: edited))
        .filter { DerivationRule.standard.reason(for: $0) != nil }
      #expect(found.map(\.work) == [identifier(number)])
    }
  }
}
