// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What a log signs: its name, how many entries it has and their root (C2SP tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
  /// The unique name of the log, by custom its URL without scheme.
  package var origin: String
  /// The number of entries.
  package var size: UInt64
  /// The root of the tree of all entries.
  package var root: Digest
  /// Further lines; this project writes none, other logs may.
  package var extensions: [String]

  /// States a checkpoint.
  package init(origin: String, size: UInt64, root: Digest, extensions: [String] = []) {
    self.origin = origin
    self.size = size
    self.root = root
    self.extensions = extensions
  }

  /// The text that is signed: one line each, the root in Base64.
  package var text: String {
    ([origin, String(size), Base64.encode(root.bytes)] + extensions)
      .map { $0 + "\n" }.joined()
  }

  /// Reads the text of a checkpoint; nil for any other spelling than the one of `text`.
  package init?(text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 4, lines.removeLast().isEmpty, !lines.contains(where: \.isEmpty),
      let size = UInt64(lines[1]), String(size).utf8.elementsEqual(lines[1].utf8),
      let bytes = Base64.decode(String(lines[2])), let root = Digest(bytes: bytes)
    else { return nil }
    self.init(
      origin: String(lines[0]), size: size, root: root, extensions: lines[3...].map(String.init))
  }
}
