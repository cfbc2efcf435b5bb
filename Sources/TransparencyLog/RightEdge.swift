// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing

/// The unfinished tiles at the right end of a log: all that appending needs to know of it.
struct RightEdge {
  private static let hasher = SHA256Tree()

  /// The number of entries.
  private(set) var size: UInt64 = 0
  /// For each tile level, the hashes of its last tile while that is not full.
  private(set) var rows: [[Digest]] = []
  /// The bytes of the last bundle while it is not full.
  private(set) var bundle: [UInt8] = []

  /// The edge of the empty log.
  init() {}

  /// The edge of a log of known size.
  init(size: UInt64, rows: [[Digest]], bundle: [UInt8]) {
    self.size = size
    self.rows = rows
    self.bundle = bundle
  }

  /// Adds an entry; returns the files it completes, the bundle first, then the tiles upwards.
  mutating func append(_ entry: [UInt8]) -> [(tile: Tile, bytes: [UInt8])] {
    EntryBundle.append(entry, to: &bundle)
    size += 1
    var files: [(tile: Tile, bytes: [UInt8])] = []
    var hash = Self.hasher.leaf(entry)
    var level = 0
    while true {
      if level == rows.count { rows.append([]) }
      rows[level].append(hash)
      guard rows[level].count == Tile.fullWidth else { return files }
      let index = size >> UInt64(8 * (level + 1)) - 1
      if level == 0 {
        files.append((Tile(.entries, index: index), bundle))
        bundle = []
      }
      files.append((Tile(.hashes(level: level), index: index), Tile.encode(hashes: rows[level])))
      hash = Self.hasher.root(of: rows[level])
      rows[level] = []
      level += 1
    }
  }

  /// The partial files that a checkpoint of this size needs and one of the older size did not.
  func partialFiles(since older: UInt64) -> [(tile: Tile, bytes: [UInt8])] {
    Self.partialTiles(size: size).filter { !Self.partialTiles(size: older).contains($0) }
      .map { tile in
        switch tile.content {
        case .entries: (tile, bundle)
        case .hashes(let level): (tile, Tile.encode(hashes: rows[level]))
        }
      }
  }

  /// The tiles that are not full in a log of that size, the bundle first.
  static func partialTiles(size: UInt64) -> [Tile] {
    let contents = [Tile.Content.entries] + Tile.levels(size: size).map { .hashes(level: $0) }
    return contents.compactMap { content in
      let level = if case .hashes(let level) = content { level } else { 0 }
      let items = Tile.itemCount(level: level, size: size)
      let index = items / UInt64(Tile.fullWidth)
      return Tile.at(content, index: index, size: size)
    }
  }

  /// The root of the log.
  var root: Digest { Self.root(size: size, rows: rows) }

  /// The root of a log from the hashes in its last tiles, level by level; empty where there is none.
  static func root(size: UInt64, rows: [[Digest]]) -> Digest {
    var hashes: [Digest] = []
    for row in rows.reversed() {
      var range = CompactRange(hasher: hasher)
      for hash in row { range.append(hash) }
      hashes += range.hashes
    }
    guard let range = CompactRange(hasher: hasher, size: size, hashes: hashes) else {
      preconditionFailure("the last tiles of a log have as many items as its size says")
    }
    return range.root
  }
}
