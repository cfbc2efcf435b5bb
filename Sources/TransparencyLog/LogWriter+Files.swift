// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Storage

extension LogWriter {
  /// Writes the files of a larger log beside those of the present one.
  func write(
    _ entries: [[UInt8]], in batch: inout DurableBatch
  ) throws(LogError) -> (RightEdge, [Tile]) {
    var (newer, written) = (edge, [Tile]())
    func write(_ files: [(tile: Tile, bytes: [UInt8])]) throws(StorageError) {
      for file in files {
        try removeStale(before: file.tile)
        try batch.write(file.bytes, to: directory.path(of: file.tile))
        written.append(file.tile)
      }
    }
    try storing { () throws(StorageError) in
      for entry in entries { try write(newer.append(entry)) }
      try write(newer.partialFiles(since: edge.size))
    }
    return (newer, written)
  }

  /// Reads back what was written, hashes its entries again, and compares every tile with the result.
  func verify(_ written: [Tile], leadTo newer: RightEdge) throws(LogError) {
    var again = edge
    func compare(_ files: [(tile: Tile, bytes: [UInt8])]) throws(LogError) {
      for file in files {
        let bytes = try storing { () throws(StorageError) in try directory.read(file.tile) }
        guard bytes == file.bytes else { throw .damaged(path: directory.path(of: file.tile)) }
      }
    }
    for tile in written where tile.content == .entries {
      let known = Int(again.size % UInt64(Tile.fullWidth))
      for entry in try directory.readEntries(tile).dropFirst(known) {
        try compare(again.append(entry))
      }
    }
    try compare(again.partialFiles(since: edge.size))
    guard again.size == newer.size, again.root == newer.root else {
      throw .damaged(path: directory.path)
    }
  }

  // MARK: - What is not needed any more

  /// The partial tiles of a size whose full tiles have taken their place.
  func superseded(since older: UInt64) -> [Tile] {
    RightEdge.partialTiles(size: older).filter {
      Tile.at($0.content, index: $0.index, size: edge.size)?.isFull == true
    }
  }

  /// Removes the partial tiles of places whose full tile is durable, and so is its checkpoint.
  ///
  /// Until then they stay, for every checkpoint implies its own. What fails here stays.
  func removeSuperseded() {
    for tile in superseded {
      do throws(StorageError) {
        try removePartials(of: tile)
        try FileSystem.removeEmptyDirectory(directory.path(of: tile.directory))
      } catch {
        hasLeftovers = true
      }
    }
    superseded = []
  }

  /// Before the first partial tile of a place: takes away what an append left there that came to
  /// nothing, since it would pass for the tile of an older checkpoint.
  private func removeStale(before tile: Tile) throws(StorageError) {
    guard !tile.isFull, Tile.at(tile.content, index: tile.index, size: edge.size) == nil,
      FileSystem.directoryExists(directory.path(of: tile.directory))
    else { return }
    try removePartials(of: tile)
  }

  /// Removes the partial tiles of a place that are wider than `width`.
  func removePartials(of tile: Tile, widerThan width: Int = 0) throws(StorageError) {
    let path = directory.path(of: tile.directory)
    let names: [String]
    do throws(StorageError) {
      names = try FileSystem.listDirectory(path)
    } catch {
      guard error.isMissing else { throw error }
      return
    }
    for name in names where Int(name).map({ $0 > width }) ?? true {
      try FileSystem.removeFile(path + "/" + name)
    }
  }

  /// Removes what no checkpoint of this size names: files of an append that did not come to its end.
  func removeLeftovers() throws(LogError) {
    try storing { () throws(StorageError) in
      for name in try FileSystem.filesBelow(directory.path)
      where FileRole(of: name, size: size) == .leftover {
        try FileSystem.removeFile(directory.path(of: name))
      }
    }
  }
}
