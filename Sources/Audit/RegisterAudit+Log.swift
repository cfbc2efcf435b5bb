// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Register
import Signing
import Storage
import TransparencyLog

extension RegisterAudit {
  /// Checks the checkpoint's signature and every byte below `log/`, then reads the entries.
  mutating func auditLog() {
    do {
      let configuration = try RegisterConfiguration.read(layout)
      guard let verifier = configuration.verifier else {
        report.found(relative(layout.configuration), "its origin is no name of a log")
        return
      }
      let findings = Fsck.check(path: layout.log, verifier: verifier)
      for finding in findings where finding.isDamage { report.found("log", "\(finding)") }
      if findings.contains(where: \.isOfAnotherSigner) {
        report.found(
          relative(layout.configuration),
          "the log's checkpoint is not signed by the origin and operator it names: "
            + "this file or the checkpoint was altered")
      }
      let reader = try LogReader(path: layout.log, verifier: verifier)
      // What this checkpoint implies; partial tiles of older ones were compared with these.
      let files = try FileSystem.filesBelow(layout.log).compactMap(Tile.init(path:)).filter {
        Tile.at($0.content, index: $0.index, size: reader.size) == $0
      }
      report.checked("log", "checkpoint signed by the operator", 1)
      report.checked("log", "tiles and bundles hashed again", files.count)
      report.checked("log", "entries under the signed root", Int(reader.size))
      entries = try reader.entries(0..<reader.size)
      position = ProjectionPosition(size: Int(reader.size), root: reader.checkpoint.root)
      isLogWhole = true
    } catch {
      if report.holds { report.found("log", "\(error)") }
    }
  }
}
