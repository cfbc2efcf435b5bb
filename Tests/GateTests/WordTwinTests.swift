// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import CWords
import Primitives
import Testing

@testable import Gate

/// Reads a text into words and grams scalar by scalar and word by word: slow and plain.
private struct Twin {
  var words: [[UInt8]] = []
  var places: [Range<Int>] = []

  private var open: (bytes: [UInt8], place: Range<Int>)?

  init(_ text: String) {
    var index = 0
    for scalar in text.unicodeScalars {
      let place = index..<index + UTF8.width(scalar)
      index = place.upperBound
      switch TextFolding.reading(of: scalar) {
      case .separator: end()
      case .nothing:
        if let word = open { open = (word.bytes, word.place.lowerBound..<index) }
      case .letters(let bytes): add(bytes, place)
      case .word(let bytes):
        end()
        add(bytes, place)
        end()
      }
    }
    end()
  }

  private mutating func end() {
    guard let word = open else { return }
    words.append(word.bytes)
    places.append(word.place)
    open = nil
  }

  private mutating func add(_ packed: UInt64, _ place: Range<Int>) {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: packed >> (8 * $0)) }.filter { $0 != 0 }
    let start = open?.place.lowerBound ?? place.lowerBound
    open = ((open?.bytes ?? []) + bytes, start..<place.upperBound)
  }

  static func mixed(_ value: UInt64) -> UInt64 {
    var value = value
    for factor: UInt64 in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
      value = (value ^ (value >> 33)) &* factor
    }
    return value ^ (value >> 33)
  }

  static func hash(_ word: [UInt8]) -> UInt64 {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for start in stride(from: 0, to: word.count, by: 8) {
      var piece: UInt64 = 0
      for (place, byte) in word[start..<min(start + 8, word.count)].enumerated() {
        piece += UInt64(byte) << (8 * place)
      }
      state = mixed(state ^ piece)
    }
    return state
  }

  var sequence: UInt64 {
    let folded = words.reduce(UInt64(words.count)) { sum, word in
      let next = sum &+ Self.hash(word) &* 0x9e37_79b9_7f4a_7c15
      return ((next << 31) + (next >> 33)) &* 0x9e37_79b1_85eb_ca87
    }
    return Self.mixed(folded)
  }

  func grams(_ length: Int) -> [UInt64] {
    (0..<max(0, words.count - length + 1)).map { start in
      Self.mixed(
        words[start..<start + length].reduce(0) { sum, word in
          sum &* 0x9e37_79b9_7f4a_7c15 &+ Self.hash(word)
        })
    }
  }
}

@Suite struct WordTwinTests {
  /// Pieces that meet every path: blocks, long words, alphabets, disguises, invisible characters.
  private static let pieces = [
    "a", "B", "7", " ", "\n", ", ", "-", "\u{0}", "~", "@", "[", "`", "{", "/", ":", "word",
    "Sentence", "eightlet", "ninelette", "sixteenlettersxx", "seventeenlettersx", "don't", "é", "ß",
    "n\u{303}", "ﬃ", "\u{200B}", "\u{AD}", "\u{FEFF}", "‘", "—", "…", "\u{A0}", "\u{3000}", "сорy",
    "Ⅷ", "ＦＵＬＬ", "𝐁𝐨𝐥𝐝", "ǆ", "東京", "です", "가나", "٣", "कि", "🙂", "\u{E0061}", "½", "ŉ",
    String(repeating: "longer", count: 11), String(repeating: " ", count: 70),
    String(repeating: "x", count: 63), String(repeating: "Y", count: 64), "ἀθῆ", "ΑΘΗ", "℀",
  ]

  private static func text(_ random: inout Philox4x32, pieces count: UInt32) -> String {
    // Mostly ASCII, mostly words and spaces, the rest of everything.
    let plain = random.below(3)
    return (0..<random.below(count)).map { _ in
      random.below(3) < plain
        ? pieces[Int(random.below(17))] : pieces[Int(random.below(UInt32(pieces.count)))]
    }.joined()
  }

  @Test func `Words, places, grams and the hash of the whole are those of the plain twin`() throws {
    var random = Philox4x32(key: 17, stream: 3)
    var longest = 0
    for round in 0..<1_500 {
      let text = Self.text(&random, pieces: round % 100 == 99 ? 16_000 : 80)
      let twin = Twin(text)
      let bytes = Array(text.utf8)
      guard !twin.words.isEmpty else {
        #expect(throws: FingerprintError.noWords(byteCount: bytes.count)) {
          try WordSequence(utf8: bytes)
        }
        continue
      }
      let words = try WordSequence(utf8: bytes)
      let print = Fingerprint(words)
      try #require(print.wordCount == twin.words.count, "\(text.debugDescription)")
      #expect(print.sequence == twin.sequence)
      #expect(print.gramsInOrder == (twin.words.count < 8 ? [twin.sequence] : twin.grams(8)))
      #expect(print.shortGramsInOrder == (twin.words.count > 2048 ? [] : twin.grams(5)))
      #expect(print.grams == Set(print.gramsInOrder).sorted())
      #expect(print.shortGrams == Set(print.shortGramsInOrder).sorted())
      #expect((0..<words.count).map { words.bytes(ofWords: $0..<$0 + 1) } == twin.places)
      longest = max(longest, twin.words.count)
    }
    #expect(longest > 2_048)
  }

  @Test func `Sorting gives the distinct values whatever they are`() throws {
    var random = Philox4x32(key: 18, stream: 3)
    for count in [65, 1_000, 20_000] {
      // One gram in all places, and grams as they come.
      let repeated = try Fingerprint(utf8: bytes(Array(repeating: "again", count: count)))
      #expect(repeated.grams.count == 1 && repeated.gramsInOrder.count == count - 7)
      let words = (0..<count).map { _ in ["a", "b"][Int(random.below(2))] }
      let print = try Fingerprint(utf8: bytes(words))
      #expect(print.grams == Set(print.gramsInOrder).sorted())
    }
  }

  @Test func `Wide and plain instructions read the same words and stop at the same place`() {
    var random = Philox4x32(key: 19, stream: 3)
    typealias Reader = (UnsafePointer<UInt8>?, Int, Int, UnsafeMutablePointer<cwords_list>?) -> Int
    func read(_ bytes: [UInt8], _ capacity: Int, _ reader: Reader) -> [[UInt64]] {
      var hashes = [UInt64](repeating: 0, count: capacity)
      var starts = [UInt32](repeating: 0, count: capacity)
      var ends = [UInt32](repeating: 0, count: capacity)
      return hashes.withUnsafeMutableBufferPointer { hashes in
        starts.withUnsafeMutableBufferPointer { starts in
          ends.withUnsafeMutableBufferPointer { ends in
            var list = cwords_list(
              hashes: hashes.baseAddress, starts: starts.baseAddress, ends: ends.baseAddress,
              count: 0, capacity: capacity)
            let reached = reader(bytes, bytes.count, 0, &list)
            return [
              [UInt64(reached)], Array(hashes[..<list.count]),
              starts[..<list.count].map { UInt64($0) }, ends[..<list.count].map { UInt64($0) },
            ]
          }
        }
      }
    }
    for round in 0..<3_000 {
      // Every byte, also those that are no text.
      let bytes = (0..<random.below(300)).map { _ in
        UInt8(truncatingIfNeeded: random.below(round % 2 == 0 ? 128 : 256))
      }
      for capacity in [31, 32, 70, 300] {
        #expect(
          read(bytes, capacity, cwords_read) == read(bytes, capacity, cwords_read_portable))
      }
    }
  }

  @Test func `The wide instructions and the plain ones hash the same runs`() {
    var random = Philox4x32(key: 41, stream: 0)
    for count in Array(0...80) + [255, 256, 2047, 2048, 2049, 5000] {
      let words = (0..<count).map { _ in UInt64(random.next32()) << 32 | UInt64(random.next32()) }
      for wantsFives in [true, false] {
        let wide = GramHash.all(ofWords: words, wantsFives: wantsFives)
        #expect(
          wide == GramHash.all(ofWords: words, wantsFives: wantsFives, isPortable: true), "\(count)"
        )
        #expect(wide.eights.count == max(0, count - 7))
        #expect(wide.fives.count == (wantsFives ? max(0, count - 4) : 0))
      }
    }
  }
}
