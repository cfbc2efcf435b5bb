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
      let store = try OpeningStore(path: layout.openings, readOnly: true)
      let openings = try store.audit()
      report.checked("projection", "openings of commitments", openings.count)
      report.require(
        !openings.repeatsSalt, relative(layout.openings), "a salt stands twice: one may be guessed")
      for commitment in try store.kept(among: Array(state.erased.keys)) {
        report.found(
          relative(layout.openings),
          "what \(commitment.short) opens to is kept still, and the log says it was erased:"
            + " run 'cadastre rebuild'")
      }
      if !state.erased.isEmpty {
        report.checked("projection", "openings erased, as the log says", state.erased.count)
      }
      for digest in openings.broken {
        report.found(
          relative(layout.openings), "the opening of \(digest.short) does not open it")
      }
    } catch {
      report.found(relative(layout.openings), "\(error)")
    }
  }
}
