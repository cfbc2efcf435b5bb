// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Primitives
import Register
import Signing
import Storage

extension RegisterAudit {
  /// Compares every published status list with the one that the log makes, bit by bit.
  mutating func auditStatusLists() {
    guard let keeper = state.operator else { return }
    let lists = state.statusLists()
    for list in lists {
      let path = layout.statusList(list)
      do {
        let bytes = try FileSystem.readFile(path, limit: 1 << 16)
        let credential = try JSON.parse(bytes)
        let stored = try StatusList(credential: credential, issuer: keeper)
        report.require(
          stored == list && bytes == Array(credential.prettyText.utf8), relative(path),
          "its bits are not those of the log: any command that appends publishes it again")
      } catch {
        report.found(relative(path), "\(error)")
      }
    }
    report.checked("register", "status lists derived again from the log", lists.count)
    let root = layout.root + "/"
    auditStrays(
      in: layout.status,
      expected: Set(lists.map { String(layout.statusList($0).dropFirst(root.count + 7)) }))
  }
}
