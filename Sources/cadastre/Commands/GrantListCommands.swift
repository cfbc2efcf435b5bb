// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Money
import Presentation
import Primitives
import Register
import Service
import Signing
import Storage

/// `cadastre grants list` and `grants show`, from the projection.
enum GrantListCommands {
  static func list(_ context: Context) throws -> Output {
    let index = try context.index()
    let page = try ListPage(context.arguments, of: ("grant", "grants"))
    let filter = try filter(context.arguments, index)
    if let after = page.after, try index.projection.grant(at: after) == nil {
      throw page.foreignCursor
    }
    let found = try index.projection.grants(
      filter, limit: page.limit, after: page.after, at: index.moment)
    let count = try index.projection.count(filter, at: index.moment)
    var table = TerminalTable([
      .init("grant"), .init("issuer", mayShrink: true), .init("covers", mayShrink: true),
      .init("for", mayShrink: true), .init("rate", .right), .init("state"),
    ])
    for grant in found.items {
      let state = grant.state(at: index.moment)
      table.add([
        .init(grant.identifier.short, .accent),
        .init(try WorkListCommands.name(of: grant.issuer, in: index)),
        .init(try covers(grant, in: index)),
        .init(grant.terms.purposes.map(\.rawValue).joined(separator: ", ")),
        .init("\(grant.terms.rate)"),
        .init(describe(grant, at: index.moment), state == .standing ? .good : .bad),
      ])
    }
    let withCredentials = context.arguments.flag("credentials")
    let items = try found.items.map { record in
      var object = json(record, at: index.moment)
      if withCredentials { object["credential"] = try issued(record, in: index).grant.credential }
      return JSON.object(object)
    }
    return Output(
      text: page.text(
        table, shown: found.items.count, count: count, next: found.next, console: context.console),
      json: page.json(items, count: count, next: found.next))
  }

  /// A grant from its log entry, whose proof and place under the signed root are verified.
  private static func issued(
    _ record: GrantRecord, in index: RegisterIndex
  ) throws -> (grant: Grant, at: Timestamp) {
    let event = try index.event(at: record.position)
    guard case .grantIssued(let grant) = event.body, grant.identifier == record.identifier else {
      throw ProjectionError.malformedRow(path: index.layout.projection, table: "use_grant")
    }
    return (grant, event.at)
  }

  private static func filter(
    _ arguments: ParsedArguments, _ index: RegisterIndex
  ) throws -> GrantFilter {
    let grantee = try arguments.string("grantee").map { text in
      text == "anyone" ? Grantee.anyone : .party(try Lookup.party(text, layout: index.layout))
    }
    return GrantFilter(
      issuer: try arguments.string("issuer").map { try Lookup.party($0, layout: index.layout) },
      work: try arguments.string("work").map { try index.work($0).digest }, grantee: grantee,
      purpose: arguments.string("purpose").flatMap(Purpose.init(rawValue:)),
      state: arguments.string("state").flatMap(GrantState.init(rawValue:)))
  }

  static func show(_ context: Context) throws -> Output {
    let index = try context.index()
    let record = try index.grant(context.arguments.requiredArgument("GRANT"))
    let (grant, moment) = try issued(record, in: index)
    let terms = grant.terms
    let grantee =
      switch terms.grantee {
      case .anyone: "anyone"
      case .party(let party): "\(try WorkListCommands.name(of: party, in: index))  \(party)"
      }
    let issuer = try WorkListCommands.name(of: grant.issuer, in: index)
    let lines = [
      "grant     \(grant.identifier.hex)",
      "issuer    \(issuer)  \(grant.issuer)",
      "covers    \(try covers(record, in: index))",
      "grantee   \(grantee)",
      "for       \(terms.purposes.map(\.rawValue).joined(separator: ", "))",
      "rate      \(terms.rate)" + (terms.minimumFee.map { ", at least \($0) a model" } ?? ""),
      "where     "
        + (terms.territories.isEmpty
          ? "anywhere" : terms.territories.map(\.code).joined(separator: ", ")),
      "derived   models \(terms.derivativesInherit ? "keep owing" : "owe nothing")",
      "from      \(terms.validFrom)",
      "until     \(terms.validUntil.map(\.description) ?? "it is revoked")",
      "state     \(describe(record, at: index.moment))",
      "entry     \(record.position), issued \(moment.date)",
    ]
    var object = json(record, at: index.moment)
    object["credential"] = grant.credential
    return Output(
      text: lines.map { TextStyle.safe($0) + "\n" }.joined(), json: .object(object))
  }

  /// One line on a grant.
  static func line(_ grant: GrantRecord, at moment: Timestamp) -> String {
    let purposes = grant.terms.purposes.map(\.rawValue).joined(separator: ", ")
    return "\(grant.identifier.short)  for \(purposes) at \(grant.terms.rate), "
      + describe(grant, at: moment)
  }

  /// A grant for programs; all but its credential.
  static func json(_ grant: GrantRecord, at moment: Timestamp) -> JSONObject {
    let terms = grant.terms
    let (covers, subject): (JSON, JSON) =
      switch terms.subject {
      case .allWorks: ("all-works-of-issuer", .null)
      case .work(let digest): ("work", .string(digest.hex))
      case .collection(let root): ("collection", .string(root.hex))
      case .model(let identifier): ("model", .string(identifier.hex))
      }
    var grantee: JSON = "anyone"
    if case .party(let party) = terms.grantee { grantee = .string(party.text) }
    let fee = terms.minimumFee.map { fee -> JSON in
      ["minorUnits": .integer(fee.minorUnits), "currency": .string(fee.currency.code)]
    }
    return [
      "grant": .string(grant.identifier.hex), "issuer": .string(grant.issuer.text),
      "covers": covers, "subject": subject, "grantee": grantee,
      "purposes": .array(terms.purposes.map { .string($0.rawValue) }),
      "ratePartsPerMillion": .integer(terms.rate.partsPerMillion), "minimumFee": fee ?? .null,
      "territories": .array(terms.territories.map { .string($0.code) }),
      "derivativesInherit": .bool(terms.derivativesInherit),
      "validFrom": .string(terms.validFrom.description),
      "validUntil": terms.validUntil.map { .string($0.description) } ?? .null,
      "state": .string(grant.state(at: moment).rawValue),
      "position": .integer(Int64(grant.position)),
      "revokedAt": grant.revokedAt.map { .integer(Int64($0)) } ?? .null,
      "suspendedAt": grant.suspendedAt.map { .integer(Int64($0)) } ?? .null,
    ]
  }

  private static func describe(_ grant: GrantRecord, at moment: Timestamp) -> String {
    let terms = grant.terms
    switch grant.state(at: moment) {
    case .revoked: return "revoked at entry \(grant.revokedAt ?? 0)"
    case .suspended: return "suspended at entry \(grant.suspendedAt ?? 0)"
    case .expired: return "expired \(terms.validUntil?.date ?? "")"
    case .standing:
      let from = terms.validFrom > moment ? " from \(terms.validFrom.date)" : ""
      return "standing" + from + (terms.validUntil.map { " until \($0.date)" } ?? "")
    }
  }

  private static func covers(_ grant: GrantRecord, in index: RegisterIndex) throws -> String {
    switch grant.terms.subject {
    case .allWorks: return "all works"
    case .work(let digest):
      return try index.projection.work(digest).flatMap { try index.title(of: $0) } ?? digest.short
    case .collection(let root):
      let count = try index.projection.workCount(ofCollection: root)
      return "collection \(root.short), \(count) works"
    case .model(let identifier):
      return "outputs of \(try index.projection.model(identifier) ?? identifier.short)"
    }
  }
}
