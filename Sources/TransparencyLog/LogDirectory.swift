// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Signing
import Storage

/// The files of one log, found by their names in C2SP tlog-tiles.
struct LogDirectory {
  static let checkpointName = "checkpoint"
  static let maximumBundleByteCount = Tile.fullWidth * (EntryBundle.maximumEntryByteCount + 2)

  /// The directory, without a slash at its end.
  let path: String

  init(_ path: String) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
  }

  var checkpointPath: String { path(of: Self.checkpointName) }

  /// Beside the directory, so that everything inside it can be served as it is.
  var lockPath: String { path + ".lock" }

  /// Beside it as well: what is in the journal may not be published yet.
  var journalPath: String { path + ".journal" }

  func path(of name: String) -> String { path + "/" + name }
  func path(of tile: Tile) -> String { path(of: tile.path) }

  func readCheckpoint(by verifier: NoteVerifier) throws(LogError) -> Checkpoint {
    let bytes = try storing { () throws(StorageError) in
      try FileSystem.readFile(checkpointPath, limit: SignedNote.maximumByteCount)
    }
    do throws(NoteError) {
      return try Checkpoint(signed: bytes, by: verifier)
    } catch {
      throw .checkpoint(path: checkpointPath, error)
    }
  }

  /// The bytes of exactly that file.
  func read(_ tile: Tile) throws(StorageError) -> [UInt8] {
    try FileSystem.readFile(path(of: tile), limit: Self.maximumBundleByteCount)
  }

  /// The bytes of a tile, from a longer one of the same place where that very width is gone.
  ///
  /// A writer removes partial tiles once the full one is durable; a longer one begins with the same
  /// items.
  func readPrefix(_ tile: Tile) throws(LogError) -> [UInt8] {
    do throws(StorageError) {
      return try read(tile)
    } catch {
      guard error.isMissing, !tile.isFull else { throw .storage(error) }
      let partialDirectory = path(of: tile.full) + ".p"
      let widths = (try? FileSystem.listDirectory(partialDirectory)) ?? []
      let longer = widths.compactMap { Int($0) }.filter { (tile.width..<256).contains($0) }.max()
      let source = Tile(tile.content, index: tile.index, width: longer ?? Tile.fullWidth)
      let bytes = try storing { () throws(StorageError) in try read(source) }
      guard let prefix = tile.prefix(of: bytes) else { throw .damaged(path: path(of: source)) }
      return prefix
    }
  }

  /// The hashes of a tile; nothing says yet that they are those of the log.
  func readHashes(_ tile: Tile) throws(LogError) -> [Digest] {
    guard let hashes = tile.decodeHashes(try readPrefix(tile)) else {
      throw .damaged(path: path(of: tile))
    }
    return hashes
  }

  /// The entries of a bundle; nothing says yet that they are those of the log.
  func readEntries(_ tile: Tile) throws(LogError) -> [[UInt8]] {
    guard let entries = EntryBundle.decode(try readPrefix(tile), count: tile.width) else {
      throw .damaged(path: path(of: tile))
    }
    return entries
  }
}

extension Tile {
  /// The part of a longer tile's bytes that holds this tile's items; nil where it is too short.
  func prefix(of bytes: [UInt8]) -> [UInt8]? {
    var length = width * Digest.byteCount
    if content == .entries {
      length = 0
      for _ in 0..<width {
        guard length + 2 <= bytes.count else { return nil }
        length += 2 + Int(bytes[length]) << 8 + Int(bytes[length + 1])
      }
    }
    return length <= bytes.count ? Array(bytes[..<length]) : nil
  }
}
