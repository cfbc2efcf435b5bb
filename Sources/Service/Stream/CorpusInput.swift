// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Storage

/// Where the documents of a corpus come from.
package enum CorpusInput: Equatable, Sendable {
  /// The files below a directory, hidden ones left out.
  case directory(String)
  /// A file with one JSON object a line.
  case lines(String)
  /// The same form on standard input.
  case standardInput

  /// What a word of the command line names: `-` standard input, a file whose name ends in `.jsonl`
  /// lines, anything else a directory.
  package init(_ word: String) {
    if word == "-" {
      self = .standardInput
    } else if word.hasSuffix(".jsonl"), !FileSystem.directoryExists(word) {
      self = .lines(word)
    } else {
      self = .directory(word)
    }
  }

  /// The place that a manifest file names, for whoever trains on this machine.
  package var place: String {
    switch self {
    case .directory(let path), .lines(let path): FileSystem.absolutePath(path)
    case .standardInput: ""
    }
  }
}
