// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
package import Primitives
package import Register
package import Signing

/// Turns events into rows.
package enum ProjectionRows {
  /// A statement and the values it runs with.
  package typealias Row = (sql: String, values: [SQLValue])

  /// The rows that an event adds or changes, in the order in which they are written.
  static func rows(of event: Event, at position: Int64) -> [Row] {
    [
      entry(
        type: event.body.type, at: event.at, by: event.by,
        leaf: SHA256Tree().leaf(event.bytes), position: position)
    ] + rows(of: event.body, by: event.by, at: position)
  }

  /// The row that every event adds.
  package static func entry(
    type: String, at moment: Timestamp, by signer: DIDKey, leaf: Digest, position: Int64
  ) -> Row {
    (
      "INSERT INTO event VALUES (?, ?, ?, ?, ?)",
      [.integer(position), .text(type), .moment(moment), .party(signer), .digest(leaf)]
    )
  }

  /// The rows that say what an event of that body changes.
  package static func rows(
    of body: EventBody, by signer: DIDKey, at position: Int64
  ) -> [Row] {
    switch body {
    case .partyRegistered(let party):
      [
        (
          "INSERT INTO party VALUES (?, ?, ?, ?, ?)",
          [
            .integer(position), .party(signer), .text(signer.text), .text(party.role.rawValue),
            .digest(party.name),
          ]
        )
      ]
    case .workRegistered(let work): rows(of: work, by: signer, at: position)
    case .grantIssued(let grant):
      rows(
        of: grant.terms, identifier: grant.identifier, issuer: grant.issuer,
        status: grant.status, at: position)
    case .grantRevoked(let revocation):
      [
        (
          "UPDATE use_grant SET revoked_at = ? WHERE identifier = ?",
          [.integer(position), .digest(revocation.grant)]
        )
      ]
    case .grantSuspended(let reference):
      [suspended(reference.grant, at: .integer(position))]
    case .grantResumed(let reference): [suspended(reference.grant, at: .null)]
    case .collectionDeclared(let part): rows(of: part, by: signer, at: position)
    case .admissionDecided(let record): [row(of: record, at: position)]
    case .runStarted(let start): rows(of: start, at: position)
    case .runCheckpointed(let checkpoint):
      [
        (
          "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)",
          [
            .text(checkpoint.model.text), .integer(checkpoint.segment), .integer(checkpoint.step),
            .digest(checkpoint.weights), .digest(checkpoint.state),
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
            .integer(line.owed), .integer(line.retained), .digest(record.statements),
          ]
        )
      }
    case .signalObserved(let signal): [row(of: signal, at: position)]
    case .openingErased(let erasure): rows(of: erasure, at: position)
    }
  }

  private static func rows(of erasure: OpeningErasure, at position: Int64) -> [Row] {
    erasure.openings.map {
      ("INSERT INTO erasure VALUES (?, ?)", [.digest($0.commitment), .integer(position)])
    }
  }

  private static func suspended(_ grant: Digest, at position: SQLValue) -> Row {
    (
      "UPDATE use_grant SET suspended_at = ? WHERE identifier = ?", [position, .digest(grant)]
    )
  }

  private static func rows(
    of work: WorkRegistration, by signer: DIDKey, at position: Int64
  ) -> [Row] {
    let row: Row = (
      "INSERT INTO work VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .integer(position), .digest(work.work), .party(signer), .integer(work.byteCount),
        .digest(work.title), .digest(work.fingerprint), .integer(work.ownership?.quorum ?? 1),
        work.generator.map { .digest($0) } ?? .null,
      ]
    )
    let insert = "INSERT INTO ownership VALUES (?, ?, ?)"
    guard let ownership = work.ownership else {
      return [row, (insert, [.party(signer), .integer(position), .null])]
    }
    return [row]
      + ownership.owners.map { owner in
        (insert, [.party(owner.party), .integer(position), .integer(owner.weight)])
      }
  }

  private static func rows(
    of part: CollectionDeclaration, by signer: DIDKey, at position: Int64
  ) -> [Row] {
    let row: Row = (
      "INSERT INTO collection VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET position = ?4",
      [.digest(part.root), .party(signer), .integer(part.count), .integer(position)]
    )
    return [row]
      + part.works.map { work in
        ("INSERT INTO collection_work VALUES (?, ?)", [.digest(part.root), .digest(work)])
      }
  }

  /// The rows of a grant.
  package static func rows(
    of terms: GrantTerms, identifier: Digest, issuer: DIDKey, status: StatusEntry?,
    at position: Int64
  ) -> [Row] {
    let (kind, subject): (String, SQLValue) =
      switch terms.subject {
      case .work(let digest): ("work", .digest(digest))
      case .collection(let root): ("collection", .digest(root))
      case .model(let identifier): ("model", .digest(identifier))
      case .allWorks: ("all", .null)
      }
    var grantee: SQLValue = .null
    if case .party(let did) = terms.grantee { grantee = .party(did) }
    let grant: Row = (
      """
      INSERT INTO use_grant VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)
      """,
      [
        .integer(position), .digest(identifier), .party(issuer), .text(kind), subject, grantee,
        .text(terms.purposes.map(\.rawValue).joined(separator: " ")),
        .integer(terms.rate.partsPerMillion),
        terms.minimumFee.map { .integer($0.minorUnits) } ?? .null,
        terms.minimumFee.map { .text($0.currency.code) } ?? .null,
        terms.territories.isEmpty
          ? .null : .text(terms.territories.map(\.code).joined(separator: " ")),
        .moment(terms.validFrom), terms.validUntil.map { .moment($0) } ?? .null,
        .integer(terms.derivativesInherit ? 1 : 0),
        status.map { .integer(Int64($0.list)) } ?? .null,
        status.map { .integer(Int64($0.index)) } ?? .null,
      ]
    )
    return [grant]
      + terms.purposes.map { purpose in
        (
          "INSERT INTO grant_purpose VALUES (?, ?)", [.text(purpose.rawValue), .integer(position)]
        )
      }
  }

  private static func row(of signal: SignalObservation, at position: Int64) -> Row {
    var work: SQLValue = .null
    if case .work(let digest) = signal.subject { work = .digest(digest) }
    return (
      "INSERT INTO signal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .integer(position), .party(signal.party), work, .text(signal.format.rawValue),
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
        .integer(position), .digest(record.manifest), .digest(record.decisionsRoot),
        .text(record.purpose.rawValue), .party(record.grantee), .integer(record.admitted),
        .integer(record.refused),
      ]
    )
  }

  private static func row(of release: ModelRelease, at position: Int64) -> Row {
    func file(_ path: String) -> SQLValue { release.files[path].map { .digest($0) } ?? .null }
    return (
      "INSERT INTO model VALUES (?, ?, ?, ?, ?, ?)",
      [
        .text(release.model.text), .digest(release.identifier), file("model.safetensors"),
        file("shares.json"), file("books/books.json"), .integer(position),
      ]
    )
  }

  private static func rows(of start: RunStart, at position: Int64) -> [Row] {
    let run: Row = (
      "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, NULL)",
      [
        .text(start.model.text), .digest(start.manifest), .integer(start.seed),
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
