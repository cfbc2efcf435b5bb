// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Declared passages whose grams count for neither side: licences, headers, famous quotations.
///
/// Made from texts that everybody can read; two lists of the same grams are one list. A work that
/// consists of such passages only is still recognised as the same text.
package struct Whitelist: Sendable, Equatable {
  /// The runs of eight and of five words, distinct, in ascending order.
  package let grams: [UInt64]

  /// A list of nothing.
  package static let none = Whitelist(grams: [])

  /// Takes distinct grams in ascending order.
  private init(grams: [UInt64]) {
    self.grams = grams
  }

  /// Reads a whitelist file: texts in UTF-8, separated by lines that hold `%` and nothing else.
  ///
  /// Passages of fewer than five words have no grams and are ignored.
  ///
  /// - Throws: ``FingerprintError`` where the bytes are not UTF-8 or hold no word.
  package init(utf8 bytes: [UInt8]) throws(FingerprintError) {
    var grams: [UInt64] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for passage in lines.split(whereSeparator: { Self.isSeparator($0) }) {
      let text = Array(passage.joined(separator: [UInt8(ascii: "\n")]))
      let words: WordSequence
      do {
        words = try WordSequence(utf8: text)
      } catch .noWords {
        continue
      }
      let hashes = GramHash.all(ofWords: words.hashes, wantsFives: true)
      grams += hashes.eights + hashes.fives
    }
    guard !grams.isEmpty else { throw .noWords(byteCount: bytes.count) }
    self.init(grams: GramSorting.distinct(grams))
  }

  /// How many of some grams are listed; both ascending and distinct.
  ///
  /// - Complexity: linear in both, or nearly linear in the shorter where the other is far longer.
  func count(of others: borrowing Span<UInt64>) -> Int {
    grams.isEmpty ? 0 : GramSearch.shared(grams.span, with: others).count
  }

  /// Whether the gram does not count.
  func contains(_ gram: UInt64) -> Bool {
    !grams.isEmpty && GramSearch.index(of: gram, in: grams.span) != nil
  }

  private static func isSeparator(_ line: ArraySlice<UInt8>) -> Bool {
    line.first == UInt8(ascii: "%") && line.dropFirst().allSatisfy { $0 == 13 || $0 == 32 }
  }
}
