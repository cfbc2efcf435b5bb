// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Merkle
package import Primitives
package import Register
package import Signing
package import Storage
import TransparencyLog

/// Answers about works and grants without folding the log.
///
/// What it says is read from the projection, which is held against the log's signed checkpoint when
/// it is opened; what `verify` compares with the log is that projection. Entries themselves are read
/// from the log and verified. Admissions and payments never rest on it: they fold the log.
package final class RegisterIndex {
  /// Where the register lies.
  package let layout: RegisterLayout
  /// The projection at the log's newest state.
  package let projection: ProjectionReader
  /// The moment at which grants stand or have expired.
  package let moment: Timestamp
  private let log: LogReader
  private let openings: OpeningStore?
  private var names: [DIDKey: String] = [:]

  /// How often it looks again while a writer is between the log and the projection, and how long it
  /// waits each time, in microseconds.
  private static let attempts = 20
  private static let pauseMicroseconds: UInt32 = 50_000

  /// Opens the newest state of a register.
  ///
  /// - Throws: `ServiceError` where the log's signature does not hold, `ProjectionError` where the
  ///   projection does not stand for it.
  package init(_ layout: RegisterLayout, at moment: Timestamp) throws {
    self.layout = layout
    self.moment = moment
    let configuration = try RegisterConfiguration.read(layout)
    guard let verifier = configuration.verifier else {
      throw ConfigurationError.malformed(layout.configuration, "its origin is no name of a log")
    }
    let hasOpenings = FileSystem.fileExists(layout.openings)
    openings = hasOpenings ? try OpeningStore(path: layout.openings, readOnly: true) : nil
    var attempt = 1
    while true {
      let log = try Self.log(layout, verifier)
      let position = ProjectionPosition(size: Int(log.size), root: log.checkpoint.root)
      do {
        projection = try ProjectionReader(
          path: layout.projection, at: position,
          openings: hasOpenings ? layout.openings : nil)
        self.log = log
        return
      } catch ProjectionError.stale(let path, let recorded, let size) {
        guard attempt < Self.attempts else {
          throw ProjectionError.stale(path: path, recorded: recorded, log: size)
        }
      }
      attempt += 1
      usleep(Self.pauseMicroseconds)
    }
  }

  private static func log(
    _ layout: RegisterLayout, _ verifier: NoteVerifier
  ) throws -> LogReader {
    do {
      return try LogReader(path: layout.log, verifier: verifier)
    } catch {
      throw ServiceError.refused(
        "the log of '\(layout.root)' does not hold: \(error): run 'cadastre verify'")
    }
  }

  /// The event at a position, led back to the signed root and its proof verified.
  package func event(at position: Int) throws -> Event {
    try Event(parsing: try log.entry(at: UInt64(position)))
  }

  // MARK: - Names

  /// A work's title; nil where it is not kept here.
  package func title(of work: WorkRecord) throws -> String? {
    try openings?.value(of: work.title)
  }

  /// A party's name; nil where it is not kept here.
  package func name(of party: DIDKey) throws -> String? {
    if let known = names[party] { return known }
    let record = try projection.party(party)
    let name = try record.flatMap { try openings?.value(of: $0.name) }
    names[party] = name
    return name
  }

  /// A party's name, else the end of its did; says where the name was erased.
  package func shownName(of party: DIDKey) throws -> String {
    if let name = try name(of: party) { return name }
    let isErased = try projection.party(party).map { try projection.isErased($0.name) } ?? false
    return isErased ? "erased " + party.short : "…" + party.text.suffix(12)
  }

  /// A work's title, else why there is none.
  package func shownTitle(of work: WorkRecord, else missing: String) throws -> String {
    if let title = try title(of: work) { return title }
    return try projection.isErased(work.title) ? "erased" : missing
  }

  // MARK: - By the beginning of a digest

  /// The one work whose digest begins so.
  package func work(_ text: String) throws -> WorkRecord {
    try only(try prefix(text, of: "work"), text, called: "work") {
      try projection.works(beginning: $0, limit: Self.shownMatches)
    }
  }

  /// The one grant whose identifier begins so.
  package func grant(_ text: String) throws -> GrantRecord {
    try only(try prefix(text, of: "grant"), text, called: "grant") {
      try projection.grants(beginning: $0, limit: Self.shownMatches)
    }
  }

  private static let shownMatches = 100

  private func prefix(_ text: String, of what: String) throws -> DigestPrefix {
    guard text.utf8.count >= Lookup.shortestPrefix else {
      throw ServiceError.usage(
        "'\(text)' is too short to name a \(what): give at least \(Lookup.shortestPrefix) digits")
    }
    guard let prefix = DigestPrefix(text) else {
      throw ServiceError.refused("no \(what) begins with '\(text)'")
    }
    return prefix
  }

  private func only<Record>(
    _ prefix: DigestPrefix, _ text: String, called what: String,
    find: (DigestPrefix) throws -> [Record]
  ) throws -> Record {
    let matches = try find(prefix)
    guard let match = matches.first else {
      throw ServiceError.refused("no \(what) begins with '\(text)'")
    }
    guard matches.count == 1 else {
      let count = matches.count == Self.shownMatches ? "many" : "\(matches.count)"
      throw ServiceError.refused("\(count) \(what)s begin with '\(text)': give more digits")
    }
    return match
  }
}
