// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Storage

/// What a file below a log's directory is to a log of a certain size.
enum FileRole {
  /// One of the files that the format asks for.
  case part
  /// A narrower partial tile that an older checkpoint may imply; it goes some time after the full one
  /// is there.
  case retained
  /// Left by an append that did not come to its end: harmless, nobody's.
  case leftover
  /// Nothing that a writer makes.
  case foreign

  init(of name: String, size: UInt64) {
    if name == LogDirectory.checkpointName {
      self = .part
    } else if let tile = Tile(path: name) {
      guard let present = Tile.at(tile.content, index: tile.index, size: size) else {
        self = .leftover
        return
      }
      if tile == present {
        self = .part
      } else {
        self = tile.width > present.width ? .leftover : .retained
      }
    } else {
      let last = name.split(separator: "/").last ?? ""
      self = DurableFileWriter.isTemporary(name: last) ? .leftover : .foreign
    }
  }
}
