// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Gate
import Primitives
import Register
import Storage

extension RegisterAudit {
  /// Checks every fingerprint against the digest its registration names.
  mutating func auditWorks() {
    for work in state.works.values.sorted(by: { $0.position < $1.position }) {
      let path = layout.fingerprint(work.registration.work)
      guard let bytes = boundFile(path, is: work.registration.fingerprint) else { continue }
      report.require(
        (try? Fingerprint(encoded: bytes)) != nil, relative(path), "this is no fingerprint file")
    }
    report.checked("works", "fingerprints of registered works", state.works.count)
    auditStrays(
      in: layout.fingerprints, expected: Set(state.works.keys.map { "\($0.hex).grams" }))
    report.checked(
      "works", "files of the index, not bound: made again",
      GramIndexFolder(layout.index).fileCount)
  }
}
