// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Where everything stands in an index of grams; all numbers are little-endian.
///
/// Header, works, their grams, the grams that do not count, the table of keys, its values, postings,
/// and SHA-256 of all that. Every part begins at a multiple of eight.
struct GramIndexLayout: Equatable {
  /// The first bytes: the format and its version.
  static let magic = Array("cdgi0001".utf8)
  /// The bytes of the header.
  static let headerSize = 128
  /// The bytes of a work's record.
  static let workSize = 72
  /// The highest number of a work or posting, which leaves one bit to tell them apart.
  static let highest = 1 << 31 - 1
  /// Marks a value of the table that is a place among the postings.
  static let manyWorks: UInt32 = 1 << 31

  var workCount: UInt64 = 0
  /// Grams and runs of five words of all works.
  var gramCount: UInt64 = 0
  /// The grams that do not count for some works.
  var commonCount: UInt64 = 0
  /// The places of the table.
  var slotCount: UInt64 = 1
  /// Over how many of them keys are spread.
  var homeCount: UInt64 = 1
  var postingCount: UInt64 = 0
  var settings = GramIndexSettings()
  var whitelist = Digest(0, 0, 0, 0)

  /// The header's bytes.
  var header: [UInt8] {
    var writer = ByteWriter()
    writer.write(Self.magic)
    for field in [
      workCount, gramCount, commonCount, slotCount, homeCount, postingCount,
      UInt64(settings.window), settings.seed, UInt64(settings.commonOwners ?? 0),
    ] { writer.writeLittleEndian(field) }
    writer.write(whitelist.bytes)
    writer.write(repeatElement(0, count: Self.headerSize - writer.bytes.count))
    return writer.bytes
  }

  /// Starts with an index of nothing.
  init() {}

  /// Reads a header; nil where it is none of this version.
  init?(header: UnsafeRawBufferPointer) {
    guard header.count == Self.headerSize, header.starts(with: Self.magic) else { return nil }
    let fields = (0..<9).map { header.loadUnaligned(fromByteOffset: 8 + 8 * $0, as: UInt64.self) }
    workCount = fields[0]
    gramCount = fields[1]
    commonCount = fields[2]
    slotCount = fields[3]
    homeCount = fields[4]
    postingCount = fields[5]
    guard let digest = Digest(bytes: header[80..<112]),
      (1...GramIndexSettings.widest).contains(fields[6]),
      fields[8] != 1, fields[8] <= UInt64(Self.highest), homeCount >= 1, homeCount <= slotCount,
      workCount <= UInt64(Self.highest), header[112...].allSatisfy({ $0 == 0 })
    else { return nil }
    settings = GramIndexSettings(
      window: Int(fields[6]), seed: fields[7], commonOwners: fields[8] == 0 ? nil : Int(fields[8]))
    whitelist = digest
  }

  /// Where the parts begin and, last, where the digest does; nil for sizes that no file has.
  var offsets: Offsets? {
    let parts: [(count: UInt64, size: UInt64)] = [
      (workCount, UInt64(Self.workSize)), (gramCount, 8), (commonCount, 8), (commonCount, 4),
      (slotCount, 8), (slotCount, 4), (postingCount, 4),
    ]
    var starts = [UInt64(Self.headerSize)]
    for part in parts {
      guard part.count < 1 << 48 else { return nil }
      starts.append(starts[starts.count - 1] + (part.count * part.size + 7) / 8 * 8)
    }
    let places = starts.map { Int($0) }
    return Offsets(
      works: places[0], grams: places[1], common: places[2], commonFrom: places[3],
      keys: places[4], values: places[5], postings: places[6], digest: places[7])
  }

  /// Byte offsets of the parts.
  struct Offsets: Equatable {
    var works: Int
    var grams: Int
    var common: Int
    var commonFrom: Int
    var keys: Int
    var values: Int
    var postings: Int
    var digest: Int
  }
}

/// How an index of grams is made; stands in its header.
package struct GramIndexSettings: Sendable, Equatable {
  /// The widest window that is taken.
  package static let widest: UInt64 = 64

  /// Of how many consecutive grams of a long work at least one can be looked up.
  ///
  /// Any shared stretch of `window + 7` words is found; of works of up to 2048 words any gram is.
  package var window: Int
  /// Decides which gram of a window is kept.
  ///
  /// Who knows it while a copy is still unregistered could edit the copy around the kept grams, so
  /// the root of the log at the time of building is a good one.
  package var seed: UInt64
  /// From how many owners on a gram is common (``GramCounting``); nil for never.
  package var commonOwners: Int?

  /// Makes settings.
  package init(window: Int = 4, seed: UInt64 = 0, commonOwners: Int? = nil) {
    precondition(
      window >= 1 && window <= Self.widest, "a window has between 1 and \(Self.widest) grams")
    precondition(commonOwners.map { $0 >= 2 } ?? true, "what one owner has is not common")
    self.window = window
    self.seed = seed
    self.commonOwners = commonOwners
  }
}
