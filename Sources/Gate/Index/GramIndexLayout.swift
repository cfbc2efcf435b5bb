// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Where everything stands in an index of grams; all numbers are little-endian.
///
/// Header, works, their grams, the table of keys, its values, postings: the body. Then a checksum
/// for each page of the body, and one over these. Every part begins at a multiple of eight.
struct GramIndexLayout: Equatable {
  /// The first bytes: the format and its version.
  static let magic = Array("cdgi0002".utf8)
  /// The bytes of the header.
  static let headerSize = 64
  /// The bytes of a work's record.
  static let workSize = 96
  /// The highest number of a work or posting, which leaves one bit to tell them apart.
  static let highest = 1 << 31 - 1
  /// Marks a value of the table that is a place among the postings.
  static let manyWorks: UInt32 = 1 << 31

  var workCount: UInt64 = 0
  /// Grams and runs of five words of all works.
  var gramCount: UInt64 = 0
  /// The places of the table.
  var slotCount: UInt64 = 1
  /// Over how many of them keys are spread.
  var homeCount: UInt64 = 1
  var postingCount: UInt64 = 0

  /// The header's bytes.
  var header: [UInt8] {
    var writer = ByteWriter()
    writer.write(Self.magic)
    for field in [workCount, gramCount, slotCount, homeCount, postingCount] {
      writer.writeLittleEndian(field)
    }
    writer.write(repeatElement(0, count: Self.headerSize - writer.bytes.count))
    return writer.bytes
  }

  /// Starts with an index of nothing.
  init() {}

  /// Reads a header; nil where it is none of this version.
  init?(header: UnsafeRawBufferPointer) {
    guard header.count == Self.headerSize, header.starts(with: Self.magic) else { return nil }
    let fields = (0..<5).map { header.loadUnaligned(fromByteOffset: 8 + 8 * $0, as: UInt64.self) }
    workCount = fields[0]
    gramCount = fields[1]
    slotCount = fields[2]
    homeCount = fields[3]
    postingCount = fields[4]
    guard homeCount >= 1, homeCount <= slotCount, workCount <= UInt64(Self.highest),
      header[48...].allSatisfy({ $0 == 0 })
    else { return nil }
  }

  /// Where the parts begin; nil for sizes that no file has.
  var offsets: Offsets? {
    let parts: [(count: UInt64, size: UInt64)] = [
      (workCount, UInt64(Self.workSize)), (gramCount, 8), (slotCount, 8), (slotCount, 4),
      (postingCount, 4),
    ]
    var starts = [UInt64(Self.headerSize)]
    for part in parts {
      guard part.count < 1 << 48 else { return nil }
      starts.append(starts[starts.count - 1] + (part.count * part.size + 7) / 8 * 8)
    }
    let places = starts.map { Int($0) }
    return Offsets(
      works: places[0], grams: places[1], keys: places[2], values: places[3],
      postings: places[4], sums: places[5])
  }

  /// Byte offsets of the parts.
  struct Offsets: Equatable {
    var works: Int
    var grams: Int
    var keys: Int
    var values: Int
    var postings: Int
    /// Where the body ends and the checksums begin.
    var sums: Int

    /// How many pages the body has.
    var pageCount: Int { (sums + CheckedPages.pageSize - 1) / CheckedPages.pageSize }
    /// The size of the whole file.
    var end: Int { sums + 8 * (pageCount + 1) }
  }
}

/// A registered work and the fingerprint that its registration names, as an index lists them.
package struct IndexedWork: Hashable, Sendable {
  /// The SHA-256 of the work's bytes.
  package let work: Digest
  /// The SHA-256 of its fingerprint file.
  package let fingerprint: Digest

  /// Names a work.
  package init(_ work: Digest, fingerprint: Digest) {
    self.work = work
    self.fingerprint = fingerprint
  }
}
