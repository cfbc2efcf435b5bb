// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Merkle
package import Primitives
package import Signing
import Storage

/// Reads one state of a log and believes nothing but the signed root.
///
/// Every hash that leaves a reader was led back to the root of the checkpoint it began with: each
/// tile to the tile above it, the unfinished ones together to the root itself. It needs no lock and
/// may run beside the writer; make a new one to see a newer state. For one thread.
package final class LogReader {
  private static let hasher = SHA256Tree()
  private static let maximumCachedTileCount = 1024

  private let directory: LogDirectory
  /// The state that is read.
  package let checkpoint: Checkpoint
  private let edgeRows: [[Digest]]
  private var cache: [Tile: [Digest]] = [:]

  /// The number of entries.
  package var size: UInt64 { checkpoint.size }

  /// Opens the newest state of a log.
  ///
  /// - Parameters:
  ///   - path: The directory with the checkpoint.
  ///   - verifier: The log's key.
  /// - Throws: `LogError.checkpoint`, `.storage`, or `.damaged` where the last tiles do not give the
  ///   signed root.
  package convenience init(path: String, verifier: NoteVerifier) throws(LogError) {
    let directory = LogDirectory(path)
    try self.init(directory, checkpoint: try directory.readCheckpoint(by: verifier))
  }

  /// Opens a state that the caller knows to be the log's.
  init(_ directory: LogDirectory, checkpoint: Checkpoint) throws(LogError) {
    self.directory = directory
    self.checkpoint = checkpoint
    var rows = [[Digest]](repeating: [], count: Tile.levels(size: checkpoint.size).count)
    for tile in RightEdge.partialTiles(size: checkpoint.size) {
      if case .hashes(let level) = tile.content { rows[level] = try directory.readHashes(tile) }
    }
    edgeRows = rows
    guard RightEdge.root(size: checkpoint.size, rows: rows) == checkpoint.root else {
      throw .damaged(path: directory.path)
    }
  }

  /// The newest checkpoint that the log signed.
  package static func checkpoint(
    path: String, verifier: NoteVerifier
  ) throws(LogError) -> Checkpoint {
    try LogDirectory(path).readCheckpoint(by: verifier)
  }

  // MARK: - Entries

  /// One entry.
  package func entry(at index: UInt64) throws(LogError) -> [UInt8] {
    let position = Int(index % UInt64(Tile.fullWidth))
    let entries = try bundle(index / UInt64(Tile.fullWidth), of: index)
    let hash = try leafHash(at: index)
    guard Self.hasher.leaf(entries[position]) == hash else {
      throw .damaged(path: directory.path(of: Tile(.entries, index: index >> 8)))
    }
    return entries[position]
  }

  /// Gives the entries of a range in order, reading each bundle once.
  ///
  /// - Parameters:
  ///   - range: The indices; all of them must exist.
  ///   - body: Takes the index and the bytes of each entry.
  /// - Throws: `LogError`, or what `body` throws.
  package func forEachEntry(
    in range: Range<UInt64>, _ body: (UInt64, [UInt8]) throws -> Void
  ) throws {
    guard range.upperBound <= size else { throw LogError.outOfRange(range.upperBound, size: size) }
    let width = UInt64(Tile.fullWidth)
    var index = range.lowerBound
    while index < range.upperBound {
      let entries = try bundle(index / width, of: index)
      let hashes = try row(level: 0, index: index / width)
      let end = min(range.upperBound, (index / width + 1) * width)
      while index < end {
        let entry = entries[Int(index % width)]
        guard Self.hasher.leaf(entry) == hashes[Int(index % width)] else {
          throw LogError.damaged(
            path: directory.path(of: Tile(.entries, index: index / width)))
        }
        try body(index, entry)
        index += 1
      }
    }
  }

  /// All entries of a range; for ranges that fit in memory.
  package func entries(_ range: Range<UInt64>) throws -> [[UInt8]] {
    var entries: [[UInt8]] = []
    try forEachEntry(in: range) { entries.append($1) }
    return entries
  }

  private func bundle(_ index: UInt64, of entry: UInt64) throws(LogError) -> [[UInt8]] {
    guard entry < size, let tile = Tile.at(.entries, index: index, size: size) else {
      throw .outOfRange(entry, size: size)
    }
    return try directory.readEntries(tile)
  }

  // MARK: - Hashes and proofs

  /// The leaf hash of an entry.
  package func leafHash(at index: UInt64) throws(LogError) -> Digest {
    guard index < size else { throw .outOfRange(index, size: size) }
    return try hash(of: TreeNode(level: 0, index: index))
  }

  /// The root that the log had at a smaller size.
  package func root(at size: UInt64) throws(LogError) -> Digest {
    guard size <= self.size else { throw .outOfRange(size, size: self.size) }
    return size == 0 ? Self.hasher.emptyRoot : try hash(of: Subtree(size: size))
  }

  /// The proof that an entry is in the log of that size; of the newest where nil.
  package func inclusionProof(
    of index: UInt64, at size: UInt64? = nil
  ) throws(LogError) -> InclusionProof {
    let size = size ?? self.size
    guard size <= self.size else { throw .outOfRange(size, size: self.size) }
    guard index < size else { throw .outOfRange(index, size: size) }
    let path = try hashes(of: Subtree.inclusionPath(index: index, size: size))
    return InclusionProof(index: index, size: size, path: path)
  }

  /// The proof that the log of the older size is a prefix of that of the newer; the newest where nil.
  package func consistencyProof(
    from older: UInt64, to newer: UInt64? = nil
  ) throws(LogError) -> ConsistencyProof {
    let newer = newer ?? size
    guard newer <= size else { throw .outOfRange(newer, size: size) }
    guard older <= newer else { throw .wrongOrder(older: older, newer: newer) }
    let path = try hashes(of: Subtree.consistencyPath(from: older, to: newer))
    return ConsistencyProof(older: older, newer: newer, path: path)
  }

  private func hashes(of subtrees: [Subtree]) throws(LogError) -> [Digest] {
    var hashes: [Digest] = []
    for subtree in subtrees { hashes.append(try hash(of: subtree)) }
    return hashes
  }

  private func hash(of subtree: Subtree) throws(LogError) -> Digest {
    try subtree.hash(hasher: Self.hasher) { (node) throws(LogError) in try hash(of: node) }
  }

  /// The hash of a perfect subtree, which lies in one tile with all its leaves of that tile's level.
  private func hash(of node: TreeNode) throws(LogError) -> Digest {
    let shift = UInt64(node.level % 8)
    let first = node.index << shift
    let row = try row(level: node.level / 8, index: first / UInt64(Tile.fullWidth))
    let start = Int(first % UInt64(Tile.fullWidth))
    return Self.hasher.root(of: row[start..<start + 1 << Int(shift)])
  }

  /// The items of a hash tile, led back to the signed root through the tiles above it.
  private func row(level: Int, index: UInt64) throws(LogError) -> [Digest] {
    guard let tile = Tile.at(.hashes(level: level), index: index, size: size) else {
      preconditionFailure("a node inside the tree has a tile")
    }
    guard tile.isFull else { return edgeRows[level] }
    if let hashes = cache[tile] { return hashes }
    let hashes = try directory.readHashes(tile)
    let above = try row(level: level + 1, index: index / UInt64(Tile.fullWidth))
    guard Self.hasher.root(of: hashes) == above[Int(index % UInt64(Tile.fullWidth))] else {
      throw .damaged(path: directory.path(of: tile))
    }
    if cache.count >= Self.maximumCachedTileCount { cache.removeAll() }
    cache[tile] = hashes
    return hashes
  }

  // MARK: - Publishing and recovery

  /// The bytes to serve under a path of C2SP tlog-tiles, such as `tile/0/000.p/5`; nil where the log
  /// has nothing there.
  ///
  /// A partial tile whose full one has taken its place is cut from that, so that clients with an older
  /// checkpoint find what it implies. The bytes are not verified: clients do that.
  package func file(_ path: String) throws(LogError) -> [UInt8]? {
    if path == LogDirectory.checkpointName {
      return try storing { () throws(StorageError) in
        try FileSystem.readFile(directory.checkpointPath, limit: SignedNote.maximumByteCount)
      }
    }
    guard let tile = Tile(path: path),
      let present = Tile.at(tile.content, index: tile.index, size: size),
      tile.width <= present.width
    else { return nil }
    return try directory.readPrefix(tile)
  }

  /// What a writer needs to go on, checked against the signed root as far as the last bundle.
  func loadEdge() throws(LogError) -> RightEdge {
    guard size > 0 else { return RightEdge() }
    let index = (size - 1) / UInt64(Tile.fullWidth)
    let entries = try bundle(index, of: size - 1)
    let tile = Tile(.entries, index: index)
    guard try row(level: 0, index: index) == entries.map(Self.hasher.leaf) else {
      throw .damaged(path: directory.path(of: tile))
    }
    let isFull = size % UInt64(Tile.fullWidth) == 0
    return RightEdge(
      size: size, rows: edgeRows, bundle: isFull ? [] : EntryBundle.encode(entries))
  }
}
