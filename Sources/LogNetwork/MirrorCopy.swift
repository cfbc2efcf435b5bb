// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Storage
import TransparencyLog

/// The files of a copy while it grows: what is there is used, what is missing is fetched.
final class MirrorCopy {
  /// How many bundles become durable together.
  private static let batchCount: UInt64 = 32

  private let directory: String
  private let source: LogSource
  private var fetched: Set<Tile> = []
  /// How many files were written.
  private(set) var fileCount = 0
  /// How many bytes they have.
  private(set) var byteCount = 0

  init(directory: String, source: LogSource) {
    self.directory = directory
    self.source = source
  }

  private func path(_ tile: Tile) -> String { directory + "/" + tile.path }

  /// The bytes of a tile: a full one from the copy, else from the log; where those of the copy do not
  /// fit, from the log after all.
  func bytes(of tile: Tile, isSecond: Bool) throws -> [UInt8]? {
    let own =
      tile.isFull && !fetched.contains(tile)
      ? try? FileSystem.readFile(path(tile), limit: LogPublication.maximumTileByteCount) : nil
    if isSecond, own == nil { return nil }
    if !isSecond, let own { return own }
    fetched.insert(tile)
    return try source.bytes(of: tile)
  }

  /// Writes all that a tree has beyond a size, each file after it was led to the root.
  func take(
    _ tree: VerifiedTree, from older: UInt64, _ progress: (UInt64, UInt64) -> Void
  ) throws {
    let size = tree.checkpoint.size
    let width = UInt64(Tile.fullWidth)
    var batch = DurableBatch(in: try SyncRoot(path: directory))
    for index in Self.places(from: older, to: size) {
      guard let bundle = Tile.at(.entries, index: index, size: size),
        let tile = Tile.at(.hashes(level: 0), index: index, size: size)
      else { break }
      let entries = try tree.entries(bundle: index)
      try write(EntryBundle.encode(entries), bundle, &batch)
      try write(Tile.encode(hashes: try tree.row(level: 0, index: index)), tile, &batch)
      if index % Self.batchCount == Self.batchCount - 1 {
        try batch.finish()
        progress((index + 1) * width, size)
      }
    }
    for level in Tile.levels(size: size).dropFirst() {
      let first = Tile.itemCount(level: level, size: older)
      for index in Self.places(from: first, to: Tile.itemCount(level: level, size: size)) {
        guard let tile = Tile.at(.hashes(level: level), index: index, size: size) else { break }
        try write(Tile.encode(hashes: try tree.row(level: level, index: index)), tile, &batch)
      }
    }
    try batch.finish()
    progress(size, size)
  }

  /// The places of the tiles that hold items from one number on to another, without overflow.
  private static func places(from older: UInt64, to count: UInt64) -> Range<UInt64> {
    let width = UInt64(Tile.fullWidth)
    let end = count / width + (count % width == 0 ? 0 : 1)
    return min(older / width, end)..<end
  }

  private func write(_ bytes: [UInt8], _ tile: Tile, _ batch: inout DurableBatch) throws {
    guard fetched.contains(tile) else { return }
    try batch.write(bytes, to: path(tile))
    fetched.remove(tile)
    fileCount += 1
    byteCount += bytes.count
  }

  /// Removes partial tiles whose full tile is there now.
  func removeSuperseded(from older: UInt64, to size: UInt64) throws {
    let contents = [Tile.Content.entries] + Tile.levels(size: older).map { .hashes(level: $0) }
    for content in contents {
      let level = if case .hashes(let level) = content { level } else { 0 }
      let index = Tile.itemCount(level: level, size: older) / UInt64(Tile.fullWidth)
      guard let tile = Tile.at(content, index: index, size: size), tile.isFull else { continue }
      let folder = path(tile) + ".p"
      guard FileSystem.directoryExists(folder) else { continue }
      for name in try FileSystem.listDirectory(folder) {
        try FileSystem.removeFile(folder + "/" + name)
      }
      try FileSystem.removeEmptyDirectory(folder)
    }
  }
}
