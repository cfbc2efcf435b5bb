// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Merkle
import Primitives
import Register
import Storage
import TransparencyLog

extension RegisterAudit {
  /// Compares the projection with a rebuild, and every opening with its commitment.
  mutating func auditProjection() {
    let subject = relative(layout.projection)
    // A register has its keys or its openings beside it; what is published has neither.
    let isPublished = ![layout.keys, layout.openings].contains(where: FileSystem.fileExists)
    if isPublished, !FileSystem.fileExists(layout.projection) {
      report.note(subject, "not compared: these are the public files, and it is not among them")
    } else if !isFoldComplete {
      report.note(subject, "not compared: not all entries hold, so nothing says what it should be")
    } else {
      compareProjection(subject)
    }
    report.code = .opening
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
  private mutating func compareProjection(_ subject: String) {
    do {
      guard let checkpoint = log?.checkpoint else { return }
      let position = ProjectionPosition(size: Int(checkpoint.size), root: checkpoint.root)
      let difference = try Projection.difference(
        of: layout.projection, from: events, at: position)
      if let difference { report.found(subject, difference) }
      report.checked("projection", "events compared with a rebuild", events.count)
    } catch {
      report.found(subject, "\(error)")
    }
  }
}
