// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Entry bundles of C2SP tlog-tiles: each entry behind its length as a big-endian `uint16`.
package enum EntryBundle {
  /// The largest entry, in bytes; more does not fit the length field.
  package static let maximumEntryByteCount = 65_535

  /// The bytes of the bundle.
  ///
  /// - Precondition: no entry is larger than `maximumEntryByteCount`.
  package static func encode(_ entries: some Sequence<[UInt8]>) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries { append(entry, to: &bytes) }
    return bytes
  }

  /// Adds one entry to the bytes of a bundle.
  ///
  /// - Precondition: the entry is not larger than `maximumEntryByteCount`.
  package static func append(_ entry: [UInt8], to bytes: inout [UInt8]) {
    precondition(entry.count <= maximumEntryByteCount, "the entry does not fit its length field")
    bytes.append(UInt8(entry.count >> 8))
    bytes.append(UInt8(entry.count & 255))
    bytes.append(contentsOf: entry)
  }

  /// The entries of a bundle; nil unless the bytes are exactly `count` entries.
  package static func decode(_ bytes: [UInt8], count: Int) -> [[UInt8]]? {
    // Without the generic reader, which is not specialised across modules.
    var entries: [[UInt8]] = []
    entries.reserveCapacity(count)
    var offset = 0
    for _ in 0..<count {
      guard bytes.count - offset >= 2 else { return nil }
      let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
      offset += 2
      guard bytes.count - offset >= length else { return nil }
      entries.append([UInt8](bytes[offset..<offset + length]))
      offset += length
    }
    return offset == bytes.count ? entries : nil
  }
}
