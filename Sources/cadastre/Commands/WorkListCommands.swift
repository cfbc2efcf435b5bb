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

/// `cadastre work list` and `work show`, from the projection.
enum WorkListCommands {
  static func list(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let index = try context.index()
    let page = try ListPage(arguments, of: ("work", "works"))
    let filter = try filter(arguments, index)
    if let after = page.after, try index.projection.work(at: after) == nil {
      throw page.foreignCursor
    }
    let order = WorkOrder(rawValue: arguments.required("sort")) ?? .position
    let found = try index.projection.works(
      filter, by: order, limit: page.limit, after: page.after, at: index.moment)
    let count = try index.projection.count(filter, at: index.moment)
    var table = TerminalTable([
      .init("work"), .init("bytes", .right), .init("title", mayShrink: true),
      .init("owner", mayShrink: true),
    ])
    for work in found.items {
      table.add([
        .init(work.digest.short, .accent), .init("\(work.byteCount)"),
        .init(try index.shownTitle(of: work, else: "–")),
        .init(try name(of: work.owner, in: index), .quiet),
      ])
    }
    return Output(
      text: page.text(
        table, shown: found.items.count, count: count, next: found.next, console: context.console),
      json: page.json(
        try found.items.map { .object(try json($0, in: index)) }, count: count, next: found.next))
  }

  private static func filter(
    _ arguments: ParsedArguments, _ index: RegisterIndex
  ) throws -> WorkFilter {
    let purpose = arguments.string("granted-for").flatMap(Purpose.init(rawValue:))
    guard purpose == nil || !arguments.flag("ungranted") else {
      throw ServiceError.usage("works are --granted-for something or --ungranted, not both")
    }
    return WorkFilter(
      owner: try arguments.string("owner").map { try Lookup.party($0, layout: index.layout) },
      title: arguments.string("title"),
      coverage: purpose.map { .granted($0) } ?? (arguments.flag("ungranted") ? .ungranted : nil))
  }

  static func show(_ context: Context) throws -> Output {
    let index = try context.index()
    let work = try index.work(context.arguments.requiredArgument("WORK"))
    let grants = try index.projection.grants(
      GrantFilter(work: work.digest), limit: ListPage.largestLimit, at: index.moment
    ).items
    let uses = try WorkUses(of: work, in: index)
    let moment = try index.projection.moment(ofEntry: work.position)
    let owners = try index.projection.owners(of: work)
    var lines = [
      "work    \(work.digest.hex)",
      "title   \(try index.shownTitle(of: work, else: "not kept here"))",
    ]
    lines += try ownerLines(owners, work, in: index)
    lines += [
      "bytes   \(work.byteCount)",
      "entry   \(work.position)" + (moment.map { ", registered \($0.date)" } ?? ""),
    ]
    lines += grants.map { "grant   " + GrantListCommands.line($0, at: index.moment) }
    if grants.isEmpty { lines.append("grant   none: nobody may use this work") }
    lines += uses.admissions.flatMap(Self.lines)
    if uses.admissions.isEmpty { lines.append("used    in no admission") }
    var object = try json(work, in: index)
    object["registered"] = moment.map { .string($0.description) } ?? .null
    object["owners"] = .array(
      owners.map { ["party": .string($0.party.text), "weight": .integer($0.weight)] })
    object["quorum"] = .integer(work.quorum)
    object["generator"] = work.generator.map { .string($0.hex) } ?? .null
    object["grants"] = .array(
      grants.map { .object(GrantListCommands.json($0, at: index.moment)) })
    object["admissions"] = .array(uses.admissions.map(json))
    return Output(
      text: lines.map { TextStyle.safe($0) + "\n" }.joined(), json: .object(object))
  }

  /// Who owns a work: one party, or several with the weight of each and what they must reach.
  private static func ownerLines(
    _ owners: [Ownership.Owner], _ work: WorkRecord, in index: RegisterIndex
  ) throws -> [String] {
    var lines = [
      "owner   \(try name(of: work.owner, in: index))  \(work.owner)"
    ]
    if !owners.isEmpty {
      lines = try owners.map {
        "owner   \(try name(of: $0.party, in: index))  \($0.party)  \($0.weight) parts"
      }
      let total = owners.reduce(0) { $0 + $1.weight }
      lines.append("quorum  \(work.quorum) of \(total) parts")
    }
    if let model = work.generator {
      lines.append("made by \(try index.projection.model(model) ?? "the model " + model.hex)")
    }
    return lines
  }

  private static func lines(_ use: WorkUses.Admission) -> [String] {
    [
      "used    for \(use.purpose), admitted at entry \(use.position) under grant \(use.grant.short)"
    ]
      + use.models.map { model in
        guard let shares = model.shares else { return "model   \(model.name), not released" }
        let units = shares.reduce(0) { $0 + $1.units }
        let part = Human.percent(Double(units) / Double(Share.whole), decimals: 4)
        return "model   \(model.name), of which it is \(part)"
      }
  }

  private static func json(_ use: WorkUses.Admission) -> JSON {
    [
      "manifest": .string(use.manifest.hex), "position": .integer(Int64(use.position)),
      "purpose": .string(use.purpose), "grant": .string(use.grant.hex),
      "models": .array(
        use.models.map { model in
          [
            "model": .string(model.name),
            "shares": model.shares.map { rows in
              .array(
                rows.map {
                  [
                    "owner": .string($0.owner.text), "units": .integer($0.units),
                    "ratePartsPerMillion": .integer($0.rate.partsPerMillion),
                  ]
                })
            } ?? .null,
          ]
        }),
    ]
  }

  private static func json(_ work: WorkRecord, in index: RegisterIndex) throws -> JSONObject {
    [
      "work": .string(work.digest.hex), "owner": .string(work.owner.text),
      "bytes": .integer(work.byteCount), "position": .integer(Int64(work.position)),
      "title": try index.title(of: work).map { .string($0) } ?? .null,
    ]
  }

  /// A party's name, else the end of its did.
  static func name(of party: DIDKey, in index: RegisterIndex) throws -> String {
    try index.shownName(of: party)
  }
}
