// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Storage

/// What a file below a log's directory is to a log of a certain size.
enum FileRole {
  /// One of the files that the format asks for.
  case part
  /// Left by an append that did not come to its end, or superseded: harmless, nobody's.
  case leftover
  /// Nothing that a writer makes.
  case foreign

  init(of name: String, size: UInt64) {
    if name == LogDirectory.checkpointName {
      self = .part
    } else if let tile = Tile(path: name) {
      self = Tile.at(tile.content, index: tile.index, size: size) == tile ? .part : .leftover
    } else {
      let last = name.split(separator: "/").last ?? ""
      self = DurableFileWriter.isTemporary(name: last) ? .leftover : .foreign
    }
  }
}
