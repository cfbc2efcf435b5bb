// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives

extension Fingerprint {
  /// The first bytes of a stored fingerprint: the format and its version.
  private static let magic = Array("cdfp0001".utf8)

  /// The stored form.
  ///
  /// `cdfp0001`, then little-endian 64-bit words: the number of words of the text, the hash of its
  /// sequence, the number of grams, the grams in ascending order. Nothing follows.
  package var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.write(Self.magic)
    writer.writeLittleEndian(UInt64(wordCount))
    writer.writeLittleEndian(sequence)
    writer.writeLittleEndian(UInt64(grams.count))
    for gram in grams { writer.writeLittleEndian(gram) }
    return writer.bytes
  }

  /// Reads the stored form; one fingerprint has exactly one.
  ///
  /// - Parameter bytes: What ``encoded`` gave.
  /// - Throws: ``FingerprintDecodingError`` for anything else.
  package init(encoded bytes: [UInt8]) throws(FingerprintDecodingError) {
    var reader = ByteReader(bytes)
    guard let magic = reader.read(count: Self.magic.count) else {
      throw .truncated(byteCount: bytes.count)
    }
    guard magic.elementsEqual(Self.magic) else { throw .unknownFormat }
    guard let words = reader.readLittleEndian(UInt64.self),
      let sequence = reader.readLittleEndian(UInt64.self),
      let count = reader.readLittleEndian(UInt64.self)
    else { throw .truncated(byteCount: bytes.count) }
    let most = max(1, Int64(clamping: words) - Int64(GramHash.length) + 1)
    guard words >= 1, words <= UInt64(WordSequence.longestText), count >= 1, count <= UInt64(most)
    else { throw .impossibleCounts(words: words, grams: count) }
    let size = Int(count) * MemoryLayout<UInt64>.size
    guard reader.remaining >= size else { throw .truncated(byteCount: bytes.count) }
    guard reader.remaining == size else {
      throw .trailingBytes(count: reader.remaining - size)
    }
    var grams: [UInt64] = []
    grams.reserveCapacity(Int(count))
    while let gram = reader.readLittleEndian(UInt64.self) {
      if let last = grams.last, gram <= last { throw .notAscending(index: grams.count) }
      grams.append(gram)
    }
    self.init(wordCount: Int(words), sequence: sequence, grams: grams)
  }
}

/// Why bytes are no stored fingerprint.
package enum FingerprintDecodingError: Error, Equatable, Sendable {
  /// The bytes do not start with `cdfp0001`.
  case unknownFormat
  /// The bytes end before the counts or the grams they announce do.
  case truncated(byteCount: Int)
  /// Counts that no text has.
  case impossibleCounts(words: UInt64, grams: UInt64)
  /// A gram that is not greater than the one before it.
  case notAscending(index: Int)
  /// Bytes after the last gram.
  case trailingBytes(count: Int)
}

extension FingerprintDecodingError: CustomStringConvertible {
  package var description: String {
    let remedy = ": make it again from the text"
    return switch self {
    case .unknownFormat: "the bytes are no fingerprint of a known format" + remedy
    case .truncated(let count): "the fingerprint breaks off after \(count) bytes" + remedy
    case .impossibleCounts(let words, let grams):
      "the fingerprint claims \(grams) grams of \(words) words" + remedy
    case .notAscending(let index): "gram \(index) of the fingerprint is out of order" + remedy
    case .trailingBytes(let count): "\(count) bytes follow the fingerprint" + remedy
    }
  }
}
