// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives

/// A way to disguise a copy of a work.
struct Attack {
  let name: String
  /// Whether the gate claims to find it.
  var isClaimed = true
  /// The work, another text of the same collection, and chance.
  let apply: (Work, Work, inout Philox4x32) -> [UInt8]

  /// The ladder, from the mildest on.
  static var ladder: [Attack] {
    [1, 5, 10, 15, 20].map { swapping($0) } + [swapping(25, isClaimed: false)]
      + [50, 25, 10].map(excerpt) + [
        Attack(name: "sentences shuffled", apply: shuffle),
        Attack(name: "look-alike letters (half of all)", apply: lookAlikes),
        Attack(name: "a zero-width space after every fourth letter", apply: zeroWidth),
        Attack(name: "upper case") { work, _, _ in work.text.map { isLower($0) ? $0 - 32 : $0 } },
        Attack(name: "wrapped again to 30 columns", apply: rewrap),
        Attack(name: "1 % of the letters misread") { misread($0, &$2, perMille: 10) },
        Attack(name: "3 % of the letters misread") { misread($0, &$2, perMille: 30) },
        Attack(name: "followed by another work") { work, other, _ in work.text + other.text },
        Attack(name: "inside four times as much other text") { insert($0, $1, times: 4, &$2) },
      ]
  }

  static func swapping(_ percent: Int, isClaimed: Bool = true) -> Attack {
    Attack(name: "\(percent) % of the words swapped", isClaimed: isClaimed) { work, other, random in
      let (tokens, others) = (work.tokens, other.tokens)
      return joined(
        tokens.map { token in
          random.below(100) < UInt32(percent)
            ? others[Int(random.below(UInt32(others.count)))] : token
        })
    }
  }

  private static func excerpt(_ percent: Int) -> Attack {
    Attack(name: "excerpt of \(percent) %") { work, _, random in
      let tokens = work.tokens
      let count = max(1, tokens.count * percent / 100)
      let start = Int(random.below(UInt32(tokens.count - count + 1)))
      return joined(tokens[start..<start + count])
    }
  }

  private static func shuffle(_ work: Work, _ other: Work, _ random: inout Philox4x32) -> [UInt8] {
    let ends = Array(".!?;".utf8)
    var sentences: [[UInt8]] = [[]]
    for byte in work.text {
      sentences[sentences.count - 1].append(byte)
      if ends.contains(byte) { sentences.append([]) }
    }
    random.shuffle(&sentences)
    return Array(sentences.joined(separator: [32]))
  }

  private static func lookAlikes(
    _ work: Work, _ other: Work, _ random: inout Philox4x32
  ) -> [UInt8] {
    let alike = Dictionary(
      uniqueKeysWithValues: zip("aceiopsx".utf8, "асеіорѕх".unicodeScalars.map { Array($0.utf8) }))
    return work.text.flatMap { byte in
      random.below(2) == 0 ? alike[byte] ?? [byte] : [byte]
    }
  }

  private static func zeroWidth(_ work: Work, _ other: Work, _ random: inout Philox4x32) -> [UInt8]
  {
    var count = 0
    return work.text.flatMap { byte in
      count += isLower(byte) ? 1 : 0
      return isLower(byte) && count % 4 == 0 ? [byte, 0xe2, 0x80, 0x8b] : [byte]
    }
  }

  private static func rewrap(_ work: Work, _ other: Work, _ random: inout Philox4x32) -> [UInt8] {
    var column = 0
    return work.tokens.reduce(into: []) { text, token in
      column = column + token.count > 30 ? 0 : column + token.count + 1
      text += column == 0 ? [13, 10] : [32, 32]
      text += token
    }
  }

  /// Letters read as others, with now and then a word broken or two run together.
  private static func misread(
    _ work: Work, _ random: inout Philox4x32, perMille: UInt32
  ) -> [UInt8] {
    let from = Array("elhcoimnrtusdbgvf1".utf8)
    let to = Array("c1beojrniluoclqyt!".utf8)
    return work.text.flatMap { byte -> [UInt8] in
      guard byte < 0x80, random.below(1000) < perMille else { return [byte] }
      if byte == 32 { return random.below(4) == 0 ? [] : [32] }
      if random.below(20) == 0 { return [byte, 32] }
      return [from.firstIndex(of: byte).map { to[$0] } ?? byte ^ 1]
    }
  }

  private static func insert(
    _ work: Work, _ other: Work, times: Int, _ random: inout Philox4x32
  ) -> [UInt8] {
    let (tokens, others) = (work.tokens, other.tokens)
    let around = (0..<times * tokens.count).map { others[$0 % others.count] }
    let place = Int(random.below(UInt32(around.count)))
    return joined(around[..<place] + tokens[...] + around[place...])
  }

  private static func joined(_ tokens: some Sequence<ArraySlice<UInt8>>) -> [UInt8] {
    Array(tokens.joined(separator: [32]))
  }

  private static func isLower(_ byte: UInt8) -> Bool { byte >= 97 && byte < 123 }
}
