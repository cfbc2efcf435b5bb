// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// The state of the log that a projection stands for.
package struct ProjectionPosition: Hashable, Sendable {
  /// The number of entries.
  package let size: Int
  /// The root of the tree over them.
  package let root: Digest

  /// Names a state of the log.
  package init(size: Int, root: Digest) {
    self.size = size
    self.root = root
  }
}
