// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Testing

@testable import Gate

@Suite struct RuleTests {
  private func derivation(
    of text: [String], from work: [String], _ listed: Whitelist = .none
  ) throws -> Derivation? {
    let index = try GramIndex.temporary([try Fingerprint(utf8: bytes(work))])
    let words = try WordSequence(utf8: bytes(text))
    return try index.resemblances(of: Fingerprint(words), words: words, leavingOut: listed).first
      .flatMap { DerivationRule.standard.reason(for: $0) }
  }

  // MARK: - Short works

  @Test func `A short work is found with every fifth word another, up to 2048 words`() throws {
    for (count, isShort) in [(300, true), (2048, true), (2049, false)] {
      let work = syntheticText(words: count, key: 1)
      let foreign = syntheticText(words: count, key: 2)
      // Runs of seven words, and one of nine: shares of the eight-word grams stay below a tenth.
      let copy = work.indices.map { $0 % 8 == 7 && $0 != 15 ? foreign[$0] : work[$0] }
      #expect(try derivation(of: copy, from: work) == (isShort ? .shortRuns : nil), "\(count)")
    }
  }

  @Test func `One quotation is no short run, whatever its part; four stretches are`() throws {
    let work = syntheticText(words: 300, key: 3)
    let foreign = syntheticText(words: 300, key: 4)
    for (stretches, isCopy) in [(3, false), (4, true)] {
      var text = foreign
      // Twelve words at a time: five grams of eight words and eight runs of five.
      for stretch in 0..<stretches {
        let place = 20 + 60 * stretch
        text.replaceSubrange(place..<place + 12, with: work[place..<place + 12])
      }
      #expect(try derivation(of: text, from: work) == (isCopy ? .shortRuns : nil))
    }
    let quotation = foreign[..<150] + work[100..<130] + foreign[150...]
    #expect(try derivation(of: Array(quotation), from: work) == nil)
  }

  // MARK: - Whitelist

  @Test func `Listed passages count for neither side, and the same text stays the same`() throws {
    let licence = syntheticText(words: 500, key: 5)
    let (first, second) = (syntheticText(words: 400, key: 6), syntheticText(words: 400, key: 7))
    let listed = try Whitelist(utf8: bytes(licence))
    #expect(try derivation(of: second + licence, from: first + licence) == .partOfSubmission)
    #expect(try derivation(of: second + licence, from: first + licence, listed) == nil)
    // What is not listed still decides, also where nearly all is listed.
    let few = Array(first[..<20])
    #expect(try derivation(of: first + licence, from: first + licence, listed) == .sameText)
    #expect(try derivation(of: licence, from: licence, listed) == .sameText)
    #expect(try derivation(of: few + licence, from: few + licence, listed) == .sameText)
    #expect(
      try derivation(of: ["new"] + few + licence, from: few + licence, listed)
        == .partOfSubmission)
    #expect(try derivation(of: licence + ["new"], from: licence, listed) == nil)
  }

  @Test func `A listed quotation inside a long passage does not hide it`() throws {
    let quotation = syntheticText(words: 40, key: 8)
    let long = syntheticText(words: 8_000, key: 9)
    let around = syntheticText(words: 20_000, key: 10)
    let listed = try Whitelist(utf8: bytes(quotation))
    for (counted, isCopy) in [(200, true), (199, false)] {
      // 33 of the grams are the quotation's alone.
      let passage = long[1_000..<1_100] + quotation + long[1_100..<1_000 + counted - 7]
      let work = long[..<1_000] + passage + long[2_000...]
      let text = around[..<9_000] + passage + around[9_000...]
      let reason = try derivation(of: Array(text), from: Array(work), listed)
      #expect(reason == (isCopy ? .longPassage : nil), "\(counted)")
    }
  }

  @Test func `A whitelist is its grams: order and layout make no difference`() throws {
    let (one, two) = (syntheticText(words: 30, key: 11), syntheticText(words: 30, key: 12))
    func list(_ text: String) throws -> Whitelist { try Whitelist(utf8: Array(text.utf8)) }
    let (first, second) = (one.joined(separator: " "), two.joined(separator: "\n"))
    let whitelist = try list("\(first)\n%\n\(second)\n")
    #expect(try list("\(second)\n% \r\n\(first)") == whitelist)
    #expect(try list("\(second.uppercased())\n%\n\(first)") == whitelist)
    // Without the line between them, runs across the two are listed as well.
    #expect(try list("\(first)\n\(second)") != whitelist)
    for text in ["", "%\n%", "four words are few", "—"] {
      #expect(throws: FingerprintError.noWords(byteCount: text.utf8.count)) { try list(text) }
    }
    #expect(throws: FingerprintError.self) { try Whitelist(utf8: [0x61, 0xff]) }
  }

  // MARK: - Repetition

  @Test func `A text twice in one file is repetitive; refrains and short texts are not`() throws {
    let rule = RepetitionRule.standard
    func isRepetitive(_ words: [String]) throws -> Bool {
      rule.isRepetitive(try Fingerprint(utf8: bytes(words)))
    }
    for (count, isRefused) in [(1_006, false), (1_014, true), (30_000, true)] {
      let text = syntheticText(words: count, key: 30)
      #expect(try !isRepetitive(text))
      #expect(try isRepetitive(text + text) == isRefused, "\(count)")
    }
    // A refrain of eight lines of seven words after every verse of as many.
    let refrain = syntheticText(words: 56, key: 31)
    let song = (0..<40).flatMap { syntheticText(words: 80, key: 40 + $0) + refrain }
    #expect(try !isRepetitive(song))
    let print = try Fingerprint(utf8: bytes(song))
    #expect(print.repeatedGrams >= 39 * 49 && (340..<450).contains(print.repeatedPerMille))
  }

  // MARK: - Near-duplicates

  @Test func `Groups of near-duplicates are those of sets compared pair by pair`() throws {
    var random = Philox4x32(key: 50, stream: 0)
    var works: [[String]] = []
    for family in 0..<12 {
      let original = syntheticText(words: 2_500, key: 60 + UInt64(family))
      for _ in 0...random.below(3) {
        let start = Int(random.below(1_200))
        works.append(Array(original[start...]))
      }
    }
    works.append(works[0])
    let prints = try works.map { try Fingerprint(utf8: bytes($0)) }
    let index = try GramIndex.temporary(prints)
    for perMille in [300, 500, 800, 1000] {
      var groups = prints.indices.map { Set([$0]) }
      for (first, one) in prints.enumerated() {
        for (second, two) in prints[..<first].enumerated() {
          let shared = Set(one.grams).intersection(two.grams).count
          guard shared * 1000 >= perMille * max(one.grams.count, two.grams.count) else { continue }
          let union = groups[first].union(groups[second])
          for member in union { groups[member] = union }
        }
      }
      let expected = Set(groups.filter { $0.count > 1 }).map { $0.sorted().map(identifier) }
      let found = try index.nearDuplicates(perMille: perMille).map(\.works)
      #expect(found == expected.sorted { $0[0] < $1[0] } && !found.isEmpty, "\(perMille)")
    }
  }
}
