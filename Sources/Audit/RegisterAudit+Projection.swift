// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Register
import Storage

extension RegisterAudit {
  /// Compares the projection with a rebuild, and every opening with its commitment.
  mutating func auditProjection() {
    let subject = relative(layout.projection)
    do {
      if let position,
        let difference = try Projection.difference(
          of: layout.projection, from: events, at: position)
      {
        report.found(subject, difference)
      }
      report.checked("projection", "events compared with a rebuild", events.count)
    } catch {
      report.found(subject, "\(error)")
    }
    guard FileSystem.fileExists(layout.openings) else { return }
    do {
      let openings = try OpeningStore(path: layout.openings, readOnly: true).audit()
      report.checked("projection", "openings of commitments", openings.count)
      for digest in openings.broken {
        report.found(
          relative(layout.openings), "the opening of \(digest.short) does not open it")
      }
    } catch {
      report.found(relative(layout.openings), "\(error)")
    }
  }
}
