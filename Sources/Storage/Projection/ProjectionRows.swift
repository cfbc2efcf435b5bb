// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
import Primitives
import Register
import Signing

/// Turns events into rows.
enum ProjectionRows {
  /// Inserts the rows of all events, in log order.
  static func insert(_ events: [Event], into database: Database) throws {
    let insert = try database.prepare("INSERT INTO event VALUES (?, ?, ?, ?, ?)")
    for (position, event) in events.enumerated() {
      try insert.run([
        .integer(Int64(position)), .text(event.body.type), .text(event.at.description),
        .text(event.by.text), .text(SHA256Tree().leaf(event.bytes).hex),
      ])
      for (sql, values) in rows(of: event, at: Int64(position)) {
        try database.prepare(sql).run(values)
      }
    }
  }

  private typealias Row = (sql: String, values: [SQLValue])

  private static func rows(of event: Event, at position: Int64) -> [Row] {
    switch event.body {
    case .partyRegistered(let party):
      [
        (
          "INSERT INTO party VALUES (?, ?, ?, ?)",
          [
            .text(event.by.text), .text(party.role.rawValue), .text(party.name.hex),
            .integer(position),
          ]
        )
      ]
    case .workRegistered(let work): rows(of: work, by: event.by, at: position)
    case .grantIssued(let grant): [row(of: grant, at: position)]
    case .grantRevoked(let revocation):
      [
        (
          "UPDATE use_grant SET revoked_at = ? WHERE identifier = ?",
          [.integer(position), .text(revocation.grant.hex)]
        )
      ]
    case .grantSuspended(let reference):
      [suspended(reference.grant, at: .integer(position))]
    case .grantResumed(let reference): [suspended(reference.grant, at: .null)]
    case .collectionDeclared(let part): rows(of: part, by: event.by, at: position)
    case .admissionDecided(let record): [row(of: record, at: position)]
    case .runStarted(let start): rows(of: start, at: position)
    case .runCheckpointed(let checkpoint):
      [
        (
          "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)",
          [
            .text(checkpoint.model.text), .integer(checkpoint.segment), .integer(checkpoint.step),
            .text(checkpoint.weights.hex), .text(checkpoint.state.hex),
          ]
        )
      ]
    case .runFinished(let finish): rows(of: finish, at: position)
    case .modelReleased(let release): [row(of: release, at: position)]
    case .revenueReported(let report):
      [
        (
          "INSERT INTO revenue VALUES (?, ?, ?, ?, ?)",
          [
            .integer(position), .text(report.model.text), .integer(report.amount.minorUnits),
            .text(report.amount.currency.code), .text(report.period.description),
          ]
        )
      ]
    case .settlementComputed(let record):
      record.lines.map { line in
        (
          "INSERT INTO settlement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          [
            .integer(position), .text(line.model.text), .text(line.currency.code),
            .text(record.period.description), .integer(record.number), .integer(line.revenue),
            .integer(line.owed), .integer(line.retained), .text(record.statements.hex),
          ]
        )
      }
    case .signalObserved(let signal): [row(of: signal, at: position)]
    }
  }

  private static func suspended(_ grant: Digest, at position: SQLValue) -> Row {
    (
      "UPDATE use_grant SET suspended_at = ? WHERE identifier = ?", [position, .text(grant.hex)]
    )
  }

  private static func rows(
    of work: WorkRegistration, by signer: DIDKey, at position: Int64
  ) -> [Row] {
    let row: Row = (
      "INSERT INTO work VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .text(work.work.hex), .text(signer.text), .integer(work.byteCount),
        .text(work.title.hex), .text(work.fingerprint.hex),
        .integer(work.ownership?.quorum ?? 1),
        work.generator.map { .text($0.hex) } ?? .null, .integer(position),
      ]
    )
    return [row]
      + (work.ownership?.owners ?? []).map { owner in
        (
          "INSERT INTO ownership VALUES (?, ?, ?)",
          [.text(work.work.hex), .text(owner.party.text), .integer(owner.weight)]
        )
      }
  }

  private static func rows(
    of part: CollectionDeclaration, by signer: DIDKey, at position: Int64
  ) -> [Row] {
    let row: Row = (
      "INSERT INTO collection VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET position = ?4",
      [.text(part.root.hex), .text(signer.text), .integer(part.count), .integer(position)]
    )
    return [row]
      + part.works.map { work in
        (
          "INSERT INTO collection_work VALUES (?, ?)", [.text(part.root.hex), .text(work.hex)]
        )
      }
  }

  private static func row(of grant: Grant, at position: Int64) -> Row {
    let terms = grant.terms
    let (kind, subject): (String, SQLValue) =
      switch terms.subject {
      case .work(let digest): ("work", .text(digest.hex))
      case .collection(let root): ("collection", .text(root.hex))
      case .model(let identifier): ("model", .text(identifier.hex))
      case .allWorks: ("all", .null)
      }
    var grantee: SQLValue = .null
    if case .party(let did) = terms.grantee { grantee = .text(did.text) }
    return (
      """
      INSERT INTO use_grant VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)
      """,
      [
        .text(grant.identifier.hex), .text(grant.issuer.text), .text(kind), subject, grantee,
        .text(terms.purposes.map(\.rawValue).joined(separator: " ")),
        .integer(terms.rate.partsPerMillion),
        terms.minimumFee.map { .integer($0.minorUnits) } ?? .null,
        terms.minimumFee.map { .text($0.currency.code) } ?? .null,
        terms.territories.isEmpty
          ? .null : .text(terms.territories.map(\.code).joined(separator: " ")),
        .text(terms.validFrom.description),
        terms.validUntil.map { .text($0.description) } ?? .null,
        .integer(terms.derivativesInherit ? 1 : 0),
        grant.status.map { .integer(Int64($0.list)) } ?? .null,
        grant.status.map { .integer(Int64($0.index)) } ?? .null, .integer(position),
      ]
    )
  }

  private static func row(of signal: SignalObservation, at position: Int64) -> Row {
    var work: SQLValue = .null
    if case .work(let digest) = signal.subject { work = .text(digest.hex) }
    return (
      "INSERT INTO signal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .integer(position), .text(signal.party.text), work, .text(signal.format.rawValue),
        .text(signal.version), .text(signal.place), signal.url.map { .text($0) } ?? .null,
        .text(signal.evidence.map(\.digest.hex).joined(separator: " ")),
        .text(signal.prohibited.map(\.rawValue).joined(separator: " ")),
      ]
    )
  }

  private static func row(of record: AdmissionRecord, at position: Int64) -> Row {
    (
      "INSERT INTO admission VALUES (?, ?, ?, ?, ?, ?, ?)",
      [
        .text(record.manifest.hex), .text(record.decisionsRoot.hex),
        .text(record.purpose.rawValue), .text(record.grantee.text),
        .integer(record.admitted), .integer(record.refused), .integer(position),
      ]
    )
  }

  private static func row(of release: ModelRelease, at position: Int64) -> Row {
    (
      "INSERT INTO model VALUES (?, ?, ?, ?, ?, ?)",
      [
        .text(release.model.text), .text(release.identifier.hex),
        .text(release.files["model.safetensors"]?.hex ?? ""),
        .text(release.files["shares.json"]?.hex ?? ""),
        .text(release.files["books/books.json"]?.hex ?? ""), .integer(position),
      ]
    )
  }

  private static func rows(of start: RunStart, at position: Int64) -> [Row] {
    let run: Row = (
      "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, NULL)",
      [
        .text(start.model.text), .text(start.manifest.hex), .integer(start.seed),
        .text(start.software), .text(start.kernels), .integer(position),
      ]
    )
    return [run]
      + start.targets.map { target in
        (
          "INSERT INTO target (model, name, weight, commons_line) VALUES (?, ?, ?, ?)",
          [
            .text(start.model.text), .text(target.name), .integer(target.weight),
            .integer(target.commonsLine),
          ]
        )
      }
  }

  private static func rows(of finish: RunFinish, at position: Int64) -> [Row] {
    let run: Row = (
      "UPDATE run SET finished_at = ? WHERE model = ?",
      [.integer(position), .text(finish.model.text)]
    )
    return [run]
      + finish.balances.map { balance in
        (
          """
          UPDATE target SET initial_loss = ?, final_loss = ?, credited = ?, decay = ?, residual = ?
          WHERE model = ? AND name = ?
          """,
          [
            .integer(balance.initialLoss), .integer(balance.finalLoss),
            .integer(balance.credited), .integer(balance.decay), .integer(balance.residual),
            .text(finish.model.text), .text(balance.target),
          ]
        )
      }
  }
}
