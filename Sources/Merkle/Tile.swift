// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// One file of a tiled log (C2SP tlog-tiles): a row of up to 256 hashes, or up to 256 entries.
package struct Tile: Hashable, Sendable {
  /// What the file holds.
  package enum Content: Hashable, Sendable {
    /// Hashes of level `8 × level` of the tree.
    case hashes(level: Int)
    /// Entries, each behind its length.
    case entries
  }

  /// The number of hashes or entries in a full tile.
  package static let fullWidth = 256
  /// The highest tile level of a tree of fewer than 2⁶⁴ entries.
  package static let maximumLevel = 7

  /// What the file holds.
  package let content: Content
  /// The position among the tiles of that level, from 0.
  package let index: UInt64
  /// The number of hashes or entries, from 1 to 256.
  package let width: Int

  /// Names a tile.
  package init(_ content: Content, index: UInt64, width: Int = Tile.fullWidth) {
    precondition((1...Self.fullWidth).contains(width), "a tile holds 1 to 256 items")
    self.content = content
    self.index = index
    self.width = width
  }

  /// Whether nothing more will be added to it.
  package var isFull: Bool { width == Self.fullWidth }

  /// The tile of this place when it is full.
  package var full: Tile { Tile(content, index: index) }

  /// The path below the log's prefix, such as `tile/0/x001/x234/067.p/8`.
  package var path: String { isFull ? fullPath : "\(fullPath).p/\(width)" }

  /// The directory of the file, below the log's prefix.
  package var directory: String {
    String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
  }

  private var fullPath: String {
    let kind =
      switch content {
      case .hashes(let level): String(level)
      case .entries: "entries"
      }
    var groups: [String] = []
    var rest = index
    repeat {
      let group = String(rest % 1000)
      let mark = groups.isEmpty ? "" : "x"
      groups.append(mark + String(repeating: "0", count: 3 - group.utf8.count) + group)
      rest /= 1000
    } while rest > 0
    return "tile/\(kind)/" + groups.reversed().joined(separator: "/")
  }

  /// Reads a path below the log's prefix; nil unless it is spelled exactly as `path` would be.
  package init?(path: String) {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts.removeFirst() == "tile" else { return nil }
    let kind = parts.removeFirst()
    var width = Self.fullWidth
    if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
      guard let value = Int(parts.removeLast()), (1..<Self.fullWidth).contains(value) else {
        return nil
      }
      width = value
      parts.append(parts.removeLast().dropLast(2))
    }
    var index: UInt64 = 0
    for part in parts {
      guard let group = UInt64(part.drop { $0 == "x" }), group < 1000 else { return nil }
      let (shifted, overflows) = index.multipliedReportingOverflow(by: 1000)
      guard !overflows, shifted <= UInt64.max - group else { return nil }
      index = shifted + group
    }
    if kind == "entries" {
      self.init(.entries, index: index, width: width)
    } else {
      guard let level = Int(kind), (0...Self.maximumLevel).contains(level) else { return nil }
      self.init(.hashes(level: level), index: index, width: width)
    }
    guard self.path.utf8.elementsEqual(path.utf8) else { return nil }
  }
}

extension Tile {
  /// How many items the tiles of one level hold together, in a tree of that size.
  package static func itemCount(level: Int, size: UInt64) -> UInt64 { size >> UInt64(8 * level) }

  /// The tile at a place of the tree of that size, full or partial; nil beyond its end.
  package static func at(_ content: Content, index: UInt64, size: UInt64) -> Tile? {
    let items =
      switch content {
      case .hashes(let level): itemCount(level: level, size: size)
      case .entries: size
      }
    let full = UInt64(fullWidth)
    if index < items / full { return Tile(content, index: index) }
    guard index == items / full, items % full > 0 else { return nil }
    return Tile(content, index: index, width: Int(items % full))
  }

  /// Every tile of one row of the tree of that size, from the left.
  package static func row(_ content: Content, size: UInt64) -> some Sequence<Tile> {
    sequence(state: UInt64(0)) { index in
      defer { index += 1 }
      return at(content, index: index, size: size)
    }
  }

  /// The tile levels that the tree of that size has.
  package static func levels(size: UInt64) -> Range<Int> {
    0..<(size == 0 ? 0 : (UInt64.bitWidth - 1 - size.leadingZeroBitCount) / 8 + 1)
  }

  /// The hashes in the bytes of a hash tile; nil unless there are exactly `width` of them.
  package func decodeHashes(_ bytes: [UInt8]) -> [Digest]? {
    guard bytes.count == width * Digest.byteCount else { return nil }
    return bytes.withUnsafeBytes { buffer in
      func word(_ offset: Int) -> UInt64 {
        UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
      return (0..<width).map { item in
        let start = item * Digest.byteCount
        return Digest(word(start), word(start + 8), word(start + 16), word(start + 24))
      }
    }
  }

  /// The bytes of a hash tile: the hashes one after the other.
  package static func encode(hashes: [Digest]) -> [UInt8] {
    var writer = ByteWriter()
    for hash in hashes {
      for word in [hash.word0, hash.word1, hash.word2, hash.word3] { writer.writeBigEndian(word) }
    }
    return writer.bytes
  }
}
