// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The words of a text as fingerprints see them: a hash and a place for each.
package struct WordSequence: Sendable {
  /// The longest text that is taken, in bytes; places are kept in 32 bits.
  package static let longestText = 1 << 30

  /// The hash of each word after folding, in the order of the text.
  let hashes: [UInt64]
  /// Where each word starts, as an offset into the bytes.
  private let starts: [UInt32]
  /// Where each word ends.
  private let ends: [UInt32]

  /// How many words the text has.
  package var count: Int { hashes.count }

  /// Reads the words of a text; case, diacritics, look-alikes, invisible characters, punctuation
  /// and white space make no difference (``TextFolding`` has the exact rules).
  ///
  /// ASCII is read sixty-four bytes at a time; time and space grow with the length.
  ///
  /// - Parameter bytes: The text in UTF-8.
  /// - Throws: ``FingerprintError`` where the bytes are no text, have no word or are too many.
  package init(utf8 bytes: [UInt8]) throws(FingerprintError) {
    guard bytes.count <= Self.longestText else {
      throw .tooLong(byteCount: bytes.count, limit: Self.longestText)
    }
    var reader = WordReader(words: WordList(expectedWords: bytes.count / 5))
    let span = bytes.span
    var index = 0
    while index < span.count {
      if !reader.isOpen, span[index] < 0x80 {
        index = reader.words.readASCII(bytes, from: index)
        guard index < span.count else { break }
      }
      guard let (scalar, length) = UTF8Decoding.scalar(in: span, at: index) else {
        throw .notText(offset: index)
      }
      reader.take(TextFolding.tabulatedReading(of: scalar), at: index, length: length)
      index += length
    }
    reader.endWord()
    (hashes, starts, ends) = reader.words.finish()
    guard !hashes.isEmpty else { throw .noWords(byteCount: bytes.count) }
  }

  /// A sequence whose places are the numbers of its words: a passage in it is a range of words.
  init(numbered count: Int) {
    hashes = Array(repeating: 0, count: count)
    starts = Array(0..<UInt32(count))
    ends = starts.map { $0 + 1 }
  }

  /// The bytes from the first letter of one word to the last letter of another.
  package func bytes(ofWords range: Range<Int>) -> Range<Int> {
    Int(starts[range.lowerBound])..<Int(ends[range.upperBound - 1])
  }
}

/// Why a text has no fingerprint.
package enum FingerprintError: Error, Equatable, Sendable {
  /// The bytes are not UTF-8 from this offset on.
  case notText(offset: Int)
  /// The text is empty, or has neither letters nor digits.
  case noWords(byteCount: Int)
  /// The text is longer than ``WordSequence/longestText``.
  case tooLong(byteCount: Int, limit: Int)
}

extension FingerprintError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notText(let offset):
      "the bytes are not UTF-8 text from offset \(offset) on: save the file as UTF-8"
    case .noWords(let byteCount):
      byteCount == 0
        ? "the text is empty: there is nothing to compare"
        : "the text has neither letters nor digits: there is nothing to compare"
    case .tooLong(let byteCount, let limit):
      "the text has \(byteCount) bytes: split it into works of at most \(limit)"
    }
  }
}
