// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The C2PA manifest stores of JPEG and PNG files, and files that are one.
enum ImageStores {
  /// The stores, as boxes of JUMBF.
  static func stores(in bytes: [UInt8]) throws(ReadingError) -> [[UInt8]] {
    if bytes.starts(with: [0xff, 0xd8, 0xff]) { return try stores(inJPEG: bytes) }
    if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      return stores(inPNG: bytes)
    }
    if bytes.count >= 8, ASCII.text(bytes[4..<8]) == "jumb" { return [bytes] }
    return []
  }

  /// The `caBX` chunks.
  private static func stores(inPNG bytes: [UInt8]) -> [[UInt8]] {
    var stores: [[UInt8]] = []
    var offset = 8
    while offset + 12 <= bytes.count {
      let size = Int(AssertionStore.number(bytes[offset..<offset + 4]))
      let type = ASCII.text(bytes[(offset + 4)..<(offset + 8)])
      // A chunk that is longer than the file is cut, and its boxes will not fit.
      let end = min(offset + 8 + size, bytes.count)
      if type == "caBX" { stores.append(Array(bytes[(offset + 8)..<end])) }
      offset += 12 + size
    }
    return stores
  }

  /// The boxes in APP11 segments: pieces of one number make one box (ISO 19566-5 annex D).
  private static func stores(inJPEG bytes: [UInt8]) throws(ReadingError) -> [[UInt8]] {
    var pieces: [UInt64: [(order: UInt64, content: ArraySlice<UInt8>)]] = [:]
    var offset = 2
    while offset + 4 <= bytes.count, bytes[offset] == 0xff {
      let marker = bytes[offset + 1]
      // Fill bytes, and markers without a length.
      if marker == 0xff || marker == 0x01 || (0xd0...0xd8).contains(marker) {
        offset += marker == 0xff ? 1 : 2
        continue
      }
      // Image data begins: nothing of the store comes behind it.
      if marker == 0xda || marker == 0xd9 { break }
      let size = Int(AssertionStore.number(bytes[(offset + 2)..<(offset + 4)]))
      let end = offset + 2 + size
      guard size >= 2, end <= bytes.count else { throw .notBoxes(offset: offset) }
      let content = bytes[(offset + 4)..<end]
      if marker == 0xeb, content.count > 16, content.starts(with: Array("JP".utf8)) {
        let number = AssertionStore.number(content.dropFirst(2).prefix(2))
        let order = AssertionStore.number(content.dropFirst(4).prefix(4))
        pieces[number, default: []].append((order, content.dropFirst(8)))
      }
      offset = end
    }
    return pieces.sorted { $0.key < $1.key }.compactMap { _, parts in
      let sorted = parts.sorted { $0.order < $1.order }
      guard let first = sorted.first, ASCII.text(first.content.dropFirst(4).prefix(4)) == "jumb"
      else { return nil }
      // Every piece repeats the head of the box.
      let head = AssertionStore.number(first.content.prefix(4)) == 1 ? 16 : 8
      return sorted.dropFirst().reduce(Array(first.content)) { $0 + $1.content.dropFirst(head) }
    }
  }
}
