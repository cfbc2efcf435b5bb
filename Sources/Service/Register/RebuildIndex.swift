// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Storage

/// Makes a register's index of fingerprints anew.
package enum RebuildIndex {
  /// Removes the index and makes it again from the fingerprints.
  ///
  /// - Throws: `StorageError`, among them that another process is writing the index; `GateError` for a
  ///   fingerprint that is not the one its registration names.
  package static func run(_ writer: RegisterWriter) throws {
    try GramIndexFolder(writer.layout.index).remove()
    _ = try RegisterGate.index(of: writer.state, writer.layout)
  }
}
