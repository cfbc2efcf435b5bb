// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Merkle
package import Signing
import Storage

/// The files of a log as they are published (C2SP tlog-tiles), read beside the one writer.
///
/// The bytes of tiles are not verified: clients do that. A value to share between threads.
package struct LogPublication: Sendable {
  /// The largest file of a log other than its checkpoint, in bytes.
  package static let maximumTileByteCount = LogDirectory.maximumBundleByteCount

  private let path: String
  private let verifier: NoteVerifier

  /// The log in a directory.
  package init(path: String, verifier: NoteVerifier) {
    self.path = path
    self.verifier = verifier
  }

  /// The newest checkpoint that the log signed, and its note as it stands on disk.
  package func checkpoint() throws(LogError) -> (checkpoint: Checkpoint, note: [UInt8]) {
    let directory = LogDirectory(path)
    let bytes = try storing { () throws(StorageError) in
      try FileSystem.readFile(directory.checkpointPath, limit: SignedNote.maximumByteCount)
    }
    do throws(NoteError) {
      return (try Checkpoint(signed: bytes, by: verifier), bytes)
    } catch {
      throw .checkpoint(path: directory.checkpointPath, error)
    }
  }

  /// The bytes of a tile of a log of that size; nil where a log of that size has none there.
  ///
  /// A partial tile of a superseded size is cut from the longer one, so that clients with an older
  /// checkpoint find what it implies.
  package func tile(_ tile: Tile, size: UInt64) throws(LogError) -> [UInt8]? {
    guard let present = Tile.at(tile.content, index: tile.index, size: size),
      tile.width <= present.width
    else { return nil }
    return try LogDirectory(path).readPrefix(tile)
  }
}

extension Tile {
  /// The part of a longer tile's bytes that holds this tile's items; nil where it is too short.
  package func beginning(of bytes: [UInt8]) -> [UInt8]? { prefix(of: bytes) }
}
