// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives
import Signing

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
      if words.count >= GramHash.length { grams += GramHash.grams(ofWords: words.hashes) }
      grams += GramHash.runs(of: GramHash.shortLength, in: words.hashes)
    }
    guard !grams.isEmpty else { throw .noWords(byteCount: bytes.count) }
    self.init(grams: GramSorting.distinct(grams))
  }

  /// What stands for the list in logs: SHA-256 of its grams as little-endian 64-bit words.
  package var digest: Digest {
    var writer = ByteWriter()
    for gram in grams { writer.writeLittleEndian(gram) }
    return SHA256.digest(writer.bytes)
  }

  /// Whether the gram does not count.
  func contains(_ gram: UInt64) -> Bool {
    !grams.isEmpty && GramSearch.index(of: gram, in: grams.span) != nil
  }

  private static func isSeparator(_ line: ArraySlice<UInt8>) -> Bool {
    line.first == UInt8(ascii: "%") && line.dropFirst().allSatisfy { $0 == 13 || $0 == 32 }
  }
}

/// Which grams count when texts are compared.
///
/// A gram that works of ``commonOwners`` owners have does not count for works registered after
/// them: nobody can make the text of an earlier work common by registering copies of its passages.
package struct GramCounting: Sendable, Equatable {
  /// Passages that never count.
  package var whitelist: Whitelist
  /// From how many owners on a gram is common; nil where that is never asked.
  package var commonOwners: Int?

  /// Every gram counts.
  package static let all = GramCounting()

  /// Makes a setting; traps for a number of owners below two.
  package init(whitelist: Whitelist = .none, commonOwners: Int? = nil) {
    precondition(commonOwners.map { $0 >= 2 } ?? true, "what one owner has is not common")
    self.whitelist = whitelist
    self.commonOwners = commonOwners
  }

  /// Nothing is left out from this number on.
  static let never = UInt32.max
}
