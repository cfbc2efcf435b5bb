// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives

extension Fingerprint {
  /// The first bytes of a stored fingerprint: the format and its version.
  private static let magic = Array("cdfp0003".utf8)

  /// The stored form.
  ///
  /// `cdfp0003`, then little-endian 64-bit words: the number of words of the text, the hash of its
  /// sequence, its grams in the order of the text, as many as the words make, and the runs of five
  /// words of a short text in the same way. Nothing follows.
  package var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.write(Self.magic)
    writer.writeLittleEndian(UInt64(wordCount))
    writer.writeLittleEndian(sequence)
    for gram in gramsInOrder { writer.writeLittleEndian(gram) }
    for gram in shortGramsInOrder { writer.writeLittleEndian(gram) }
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
      let sequence = reader.readLittleEndian(UInt64.self)
    else { throw .truncated(byteCount: bytes.count) }
    guard words >= 1, words <= UInt64(WordSequence.longestText) else {
      throw .impossibleCount(words: words)
    }
    let counts = (
      GramHash.count(ofWords: Int(words)), GramHash.shortCount(ofWords: Int(words))
    )
    let size = (counts.0 + counts.1) * MemoryLayout<UInt64>.size
    guard reader.remaining >= size else { throw .truncated(byteCount: bytes.count) }
    guard reader.remaining == size else {
      throw .trailingBytes(count: reader.remaining - size)
    }
    let grams = bytes.withUnsafeBytes { bytes in
      let start = bytes.count - size
      return Array(unsafeUninitializedCapacity: counts.0 + counts.1) { grams, count in
        for index in 0..<counts.0 + counts.1 {
          let gram = bytes.loadUnaligned(fromByteOffset: start + 8 * index, as: UInt64.self)
          grams.initializeElement(at: index, to: UInt64(littleEndian: gram))
        }
        count = counts.0 + counts.1
      }
    }
    self.init(
      wordCount: Int(words), sequence: sequence, gramsInOrder: Array(grams[..<counts.0]),
      shortGramsInOrder: Array(grams[counts.0...]))
  }
}

/// Why bytes are no stored fingerprint.
package enum FingerprintDecodingError: Error, Equatable, Sendable {
  /// The bytes do not start with `cdfp0003`.
  case unknownFormat
  /// The bytes end before the grams of the words they announce do.
  case truncated(byteCount: Int)
  /// A number of words that no text has.
  case impossibleCount(words: UInt64)
  /// Bytes after the last gram.
  case trailingBytes(count: Int)
}

extension FingerprintDecodingError: CustomStringConvertible {
  package var description: String {
    let remedy = ": make it again from the text"
    return switch self {
    case .unknownFormat: "the bytes are no fingerprint of a known format" + remedy
    case .truncated(let count): "the fingerprint breaks off after \(count) bytes" + remedy
    case .impossibleCount(let words): "the fingerprint claims \(words) words" + remedy
    case .trailingBytes(let count): "\(count) bytes follow the fingerprint" + remedy
    }
  }
}
