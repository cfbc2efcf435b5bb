// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Merkle
package import Primitives
import Signing

/// Reads the tiles and bundles of one signed state from wherever they are, and believes none of them.
///
/// Every hash was led back to the signed root, every entry to such a hash. What does not fit is named:
/// of a tile and the hash above it, the tile is wrong, since the hash above was checked before. For
/// one thread.
package final class VerifiedTree {
  /// Gives the bytes of a tile of exactly that width; nil where there are none.
  ///
  /// Called again with `isSecond` where the first bytes did not fit, for a source that has others.
  package typealias Source = (_ tile: Tile, _ isSecond: Bool) throws -> [UInt8]?

  private static let hasher = SHA256Tree()
  private static let maximumCachedTileCount = 1024

  /// The state that is read.
  package let checkpoint: Checkpoint
  private let source: Source
  private var edgeRows: [[Digest]] = []
  private var cache: [Tile: [Digest]] = [:]

  /// Reads the unfinished tiles and leads them to the root.
  ///
  /// - Throws: `TreeFault`, or what the source throws.
  package init(_ checkpoint: Checkpoint, source: @escaping Source) throws {
    self.checkpoint = checkpoint
    self.source = source
    let size = checkpoint.size
    guard size > 0 else {
      guard checkpoint.root == Self.hasher.emptyRoot else { throw TreeFault.wrongEmptyRoot }
      return
    }
    edgeRows = [[Digest]](repeating: [], count: Tile.levels(size: size).count)
    for tile in RightEdge.partialTiles(size: size) {
      guard case .hashes(let level) = tile.content else { continue }
      edgeRows[level] = try hashes(tile, isSecond: false)
    }
    if RightEdge.root(size: size, rows: edgeRows) != checkpoint.root { try repairEdge() }
  }

  /// The hashes of a tile as the source gives them.
  private func hashes(_ tile: Tile, isSecond: Bool) throws -> [Digest] {
    guard let bytes = try source(tile, isSecond) else { throw TreeFault.missing(tile) }
    guard let hashes = tile.decodeHashes(bytes) else { throw TreeFault.malformed(tile) }
    return hashes
  }

  // MARK: - Hashes

  /// The items of the tile of hashes at a place.
  ///
  /// - Precondition: The tree has a tile there.
  package func row(level: Int, index: UInt64) throws -> [Digest] {
    guard let tile = Tile.at(.hashes(level: level), index: index, size: checkpoint.size) else {
      preconditionFailure("a place inside the tree has a tile")
    }
    guard tile.isFull else { return edgeRows[level] }
    if let hashes = cache[tile] { return hashes }
    let above = try row(level: level + 1, index: index / UInt64(Tile.fullWidth))
    let expected = above[Int(index % UInt64(Tile.fullWidth))]
    var found: [Digest]?
    for isSecond in [false, true] {
      guard let bytes = try source(tile, isSecond) else {
        throw isSecond ? TreeFault.wrongContent(tile) : .missing(tile)
      }
      if let hashes = tile.decodeHashes(bytes), Self.hasher.root(of: hashes) == expected {
        found = hashes
        break
      }
    }
    guard let found else { throw TreeFault.wrongContent(tile) }
    if cache.count >= Self.maximumCachedTileCount { cache.removeAll() }
    cache[tile] = found
    return found
  }

  /// The root that the tree had at a smaller size.
  ///
  /// - Precondition: The size is not beyond the tree's.
  package func root(at size: UInt64) throws -> Digest {
    guard size > 0 else { return Self.hasher.emptyRoot }
    return try sequence(from: size).roots(hasher: Self.hasher).older
  }

  /// What shows the root at a smaller size and this root together.
  ///
  /// - Precondition: The size is at least one and not beyond the tree's.
  package func sequence(from older: UInt64) throws -> SubtreeSequence {
    let hashes = try SubtreeSequence.nodes(older, checkpoint.size).map { try hash(of: $0) }
    guard let sequence = SubtreeSequence(older: older, newer: checkpoint.size, hashes: hashes)
    else { preconditionFailure("the nodes of a sequence are those its sizes ask for") }
    return sequence
  }

  private func hash(of node: TreeNode) throws -> Digest {
    let shift = UInt64(node.level % 8)
    let first = node.index << shift
    let row = try row(level: node.level / 8, index: first / UInt64(Tile.fullWidth))
    let start = Int(first % UInt64(Tile.fullWidth))
    return Self.hasher.root(of: row[start..<start + 1 << Int(shift)])
  }

  // MARK: - Entries

  /// The entries of one bundle, each hashed to the tree.
  ///
  /// - Precondition: The tree has entries there.
  package func entries(bundle index: UInt64) throws -> [[UInt8]] {
    guard let tile = Tile.at(.entries, index: index, size: checkpoint.size) else {
      preconditionFailure("a place inside the tree has a bundle")
    }
    let expected = try row(level: 0, index: index)
    for isSecond in [false, true] {
      guard let bytes = try source(tile, isSecond) else {
        throw isSecond ? TreeFault.wrongContent(tile) : .missing(tile)
      }
      if let entries = EntryBundle.decode(bytes, count: tile.width),
        entries.map(Self.hasher.leaf) == expected
      {
        return entries
      }
    }
    throw TreeFault.wrongContent(tile)
  }

  // MARK: - Faults at the right edge

  /// Finds the one unfinished tile that does not fit: with its row computed from below, all does.
  private func repairEdge() throws {
    let size = checkpoint.size
    for tile in RightEdge.partialTiles(size: size) {
      guard case .hashes(let level) = tile.content else { continue }
      var rows = edgeRows
      // The same tile from elsewhere first, where there is an elsewhere.
      if let other = try? hashes(tile, isSecond: true) {
        rows[level] = other
        if RightEdge.root(size: size, rows: rows) == checkpoint.root {
          edgeRows = rows
          return
        }
      }
      guard let computed = try? rowFromBelow(tile, level: level) else { continue }
      rows[level] = computed
      if RightEdge.root(size: size, rows: rows) == checkpoint.root {
        throw TreeFault.wrongContent(tile)
      }
    }
    throw TreeFault.wrongRoot(size: size)
  }

  private func rowFromBelow(_ tile: Tile, level: Int) throws -> [Digest]? {
    if level == 0 {
      let bundle = Tile(.entries, index: tile.index, width: tile.width)
      return try source(bundle, false).flatMap { EntryBundle.decode($0, count: tile.width) }?
        .map(Self.hasher.leaf)
    }
    return try (0..<tile.width).map { item in
      let below = Tile(
        .hashes(level: level - 1), index: tile.index * UInt64(Tile.fullWidth) + UInt64(item))
      return Self.hasher.root(of: try hashes(below, isSecond: false))
    }
  }
}

/// What of a tree's files does not fit its signed root.
package enum TreeFault: Error, Hashable, Sendable {
  /// The signed size implies a file that is not there.
  case missing(Tile)
  /// A tile has too few or too many bytes.
  case malformed(Tile)
  /// A tile or bundle does not hold what the root says.
  case wrongContent(Tile)
  /// The last tiles give another root than the one that is signed, and no one of them alone is to blame.
  case wrongRoot(size: UInt64)
  /// A checkpoint of size 0 has not the root of the empty tree.
  case wrongEmptyRoot

  /// The file that is meant; the checkpoint where it is none of the others.
  package var path: String {
    switch self {
    case .missing(let tile), .malformed(let tile), .wrongContent(let tile): tile.path
    case .wrongRoot, .wrongEmptyRoot: LogDirectory.checkpointName
    }
  }
}

extension TreeFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let tile):
      "\(tile.path) is missing: the checkpoint is of a larger tree than is there"
    case .malformed(let tile): "\(tile.path) is cut short or too long"
    case .wrongContent(let tile): "\(tile.path) does not hold what the signed root says"
    case .wrongRoot(let size):
      "the checkpoint of size \(size) signs another root than that of the tiles"
    case .wrongEmptyRoot: "the checkpoint of size 0 signs another root than that of no entries"
    }
  }
}
