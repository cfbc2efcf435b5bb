// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Gate
package import Primitives
package import Storage

/// Reads the decisions of an admission.
package enum DecisionsFile {
  /// All decisions, in the order of their leaves.
  package static func read(_ manifest: Digest, layout: RegisterLayout) throws -> [Decision] {
    let bytes = try FileSystem.readFile(layout.decisions(manifest), limit: 1 << 34)
    return try bytes.split(separator: UInt8(ascii: "\n")).map {
      try Decision(json: try JSON.parse(Array($0)))
    }
  }
}
