// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
package import Signing
import Storage

/// Recomputes a whole log from its entries and names every file that does not fit.
///
/// Of two files that contradict each other, the one is named that the hash above contradicts as well.
/// Any one altered byte is found: every byte of every file is compared with what it must be.
package struct Fsck {
  private static let hasher = SHA256Tree()

  private let directory: LogDirectory
  private let checkpoint: Checkpoint
  private var findings: [Finding] = []
  /// The partial tiles of older checkpoints, by the place that they share with a present one.
  private var retained: [Tile: [Tile]] = [:]
  private var parent: (tile: Tile, hashes: [Digest])?

  /// Checks every file of a log.
  ///
  /// - Parameters:
  ///   - path: The log's directory.
  ///   - verifier: The log's key.
  /// - Returns: What is wrong, sorted by path; nothing where the log is whole. A checkpoint that is
  ///   not accepted is the only finding then, since nothing else says what the rest should be.
  /// - Complexity: O(*n*) for *n* entries; memory for one hash of 256 entries.
  package static func check(path: String, verifier: NoteVerifier) -> [Finding] {
    let directory = LogDirectory(path)
    let checkpoint: Checkpoint
    do throws(LogError) {
      checkpoint = try directory.readCheckpoint(by: verifier)
    } catch {
      return [Finding(path: LogDirectory.checkpointName, fault: fault(of: error))]
    }
    var fsck = Fsck(directory: directory, checkpoint: checkpoint)
    fsck.checkNames()
    fsck.checkContents()
    return Array(Set(fsck.findings)).sorted {
      $0.path.utf8.lexicographicallyPrecedes($1.path.utf8)
    }
  }

  private init(directory: LogDirectory, checkpoint: Checkpoint) {
    self.directory = directory
    self.checkpoint = checkpoint
  }

  private static func fault(of error: LogError) -> Finding.Fault {
    switch error {
    case .checkpoint(_, let error): .checkpoint(error)
    case .storage(let error): error.isMissing ? .missing : .unreadable(error)
    default: .malformed
    }
  }

  private mutating func report(_ tile: Tile, _ fault: Finding.Fault) {
    findings.append(Finding(path: tile.path, fault: fault))
  }

  private mutating func checkNames() {
    do throws(StorageError) {
      for name in try FileSystem.filesBelow(directory.path) {
        switch FileRole(of: name, size: checkpoint.size) {
        case .part: break
        case .retained:
          if let tile = Tile(path: name) { retained[tile.full, default: []].append(tile) }
        case .leftover: findings.append(Finding(path: name, fault: .leftover))
        case .foreign: findings.append(Finding(path: name, fault: .foreign))
        }
      }
    } catch {
      findings.append(Finding(path: ".", fault: .unreadable(error)))
    }
  }

  // MARK: - Contents

  private mutating func checkContents() {
    let size = checkpoint.size
    var edgeRows: [[Digest]] = []
    var below: [Digest?] = []
    var rows: [(tile: Tile, hashes: [Digest])] = []
    for level in Tile.levels(size: size) {
      var roots: [Digest?] = []
      edgeRows.append([])
      for tile in Tile.row(.hashes(level: level), size: size) {
        let computed = level == 0 ? leafHashes(of: tile) : Self.slice(below, tile)
        let row = settle(tile, computed: computed)
        if let row, hasRetained(beside: tile), fits(row, tile) { rows.append((tile, row)) }
        if tile.isFull {
          roots.append(row.map { Self.hasher.root(of: $0) })
        } else {
          edgeRows[level] = row ?? []
        }
      }
      below = roots
    }
    if !findings.contains(where: \.isDamage),
      RightEdge.root(size: size, rows: edgeRows) != checkpoint.root
    {
      findings.append(Finding(path: LogDirectory.checkpointName, fault: .wrongRoot))
      return
    }
    for row in rows { checkRetained(beside: row.tile, row.hashes) }
  }

  private static func slice(_ below: [Digest?], _ tile: Tile) -> [Digest?] {
    let start = Int(tile.index) * Tile.fullWidth
    return Array(below[start..<start + tile.width])
  }

  /// The hashes of the entries under a tile of level 0; nil for each where the bundle is unusable.
  private mutating func leafHashes(of tile: Tile) -> [Digest?] {
    let bundle = tile.bundle
    guard let bytes = read(bundle) else { return Array(repeating: nil, count: tile.width) }
    guard let entries = EntryBundle.decode(bytes, count: tile.width) else {
      report(bundle, .malformed)
      return Array(repeating: nil, count: tile.width)
    }
    return entries.map { Self.hasher.leaf($0) }
  }

  private func hasRetained(beside tile: Tile) -> Bool {
    !retained.isEmpty
      && (retained[tile.full] != nil
        || tile.content == .hashes(level: 0) && retained[tile.bundle.full] != nil)
  }

  /// Compares what older checkpoints imply at the place of a tile with the hashes found there.
  private mutating func checkRetained(beside tile: Tile, _ row: [Digest]) {
    for older in retained[tile.full] ?? [] {
      guard let bytes = read(older) else { continue }
      compare(older, older.decodeHashes(bytes), row)
    }
    guard tile.content == .hashes(level: 0) else { return }
    for older in retained[tile.bundle.full] ?? [] {
      guard let bytes = read(older) else { continue }
      compare(
        older, EntryBundle.decode(bytes, count: older.width)?.map { Self.hasher.leaf($0) }, row)
    }
  }

  private mutating func compare(_ older: Tile, _ hashes: [Digest]?, _ row: [Digest]) {
    guard let hashes else { return report(older, .malformed) }
    if hashes[...] != row.prefix(older.width) { report(older, .wrongContent) }
  }

  private mutating func read(_ tile: Tile) -> [UInt8]? {
    do throws(StorageError) {
      return try directory.read(tile)
    } catch {
      report(tile, error.isMissing ? .missing : .unreadable(error))
      return nil
    }
  }

  /// Compares a tile with what its entries or the tiles below give; returns the hashes to go on with.
  private mutating func settle(_ tile: Tile, computed: [Digest?]) -> [Digest]? {
    let complete = computed.contains(nil) ? nil : computed.compactMap(\.self)
    guard let bytes = read(tile) else { return complete }
    guard let stored = tile.decodeHashes(bytes) else {
      report(tile, .malformed)
      return complete
    }
    let different = stored.indices.filter { index in
      computed[index].map { $0 != stored[index] } ?? false
    }
    guard !different.isEmpty else { return stored }
    if fits(stored, tile) {
      for index in different { reportBelow(tile, index) }
      return stored
    }
    report(tile, .wrongContent)
    if let complete, !fits(complete, tile) {
      for index in different { reportBelow(tile, index) }
    }
    return complete
  }

  /// Names the file under one item of a tile as the wrong one.
  private mutating func reportBelow(_ tile: Tile, _ item: Int) {
    guard case .hashes(let level) = tile.content else { return }
    if level == 0 { return report(tile.bundle, .wrongContent) }
    let lower = Tile(
      .hashes(level: level - 1), index: tile.index * UInt64(Tile.fullWidth) + UInt64(item))
    report(lower, .wrongContent)
    // Where tile and bundle contradict each other the right one was taken: here both are wrong.
    if level == 1 { report(lower.bundle, .wrongContent) }
  }

  /// Whether the hash above, as it is on the disk or in the checkpoint, speaks for these items.
  private mutating func fits(_ hashes: [Digest], _ tile: Tile) -> Bool {
    guard case .hashes(let level) = tile.content else { return false }
    let size = checkpoint.size
    if tile.isFull {
      guard
        let above = Tile.at(
          .hashes(level: level + 1), index: tile.index / UInt64(Tile.fullWidth), size: size)
      else { return false }
      if parent?.tile != above {
        parent = (try? directory.read(above)).flatMap { above.decodeHashes($0) }.map { (above, $0) }
      }
      guard let parent, parent.tile == above else { return false }
      return Self.hasher.root(of: hashes) == parent.hashes[Int(tile.index % UInt64(Tile.fullWidth))]
    }
    var rows = [[Digest]](repeating: [], count: Tile.levels(size: size).count)
    for edge in RightEdge.partialTiles(size: size) {
      guard case .hashes(let other) = edge.content else { continue }
      guard
        let row = edge == tile
          ? hashes : (try? directory.read(edge)).flatMap({ edge.decodeHashes($0) })
      else { return false }
      rows[other] = row
    }
    return RightEdge.root(size: size, rows: rows) == checkpoint.root
  }
}

extension Tile {
  /// The bundle with the entries under a tile of level 0.
  fileprivate var bundle: Tile { Tile(.entries, index: index, width: width) }
}
