// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money
import Presentation
import Register
import Service

/// Share registers as tables.
enum SharesView {
  /// One row a contributor.
  static func text(
    _ shares: SharesByParty, names: NameBook, state: RegisterState, _ console: Console
  ) -> String {
    var table = TerminalTable([
      .init("contributor", mayShrink: true), .init("share", .right), .init(""),
      .init("from … to", .right), .init("moved", .right), .init("credit", .right),
      .init("marginal", .right), .init("reliability", .right),
    ])
    let largest = Double(shares.rows.first?.units ?? 1)
    for row in shares.rows {
      table.add(
        [
          .init(names.name(of: row.party, in: state)),
          .init(Share.percentText(row.units), .strong),
          .init(Bar.text(Double(row.units) / largest, width: 12), .accent),
          .init(row.interval.map(interval) ?? "", .quiet),
        ] + columns(row))
    }
    table.setFooter([.init("the whole model"), "100.000%", "", "", "", "", "", ""])
    return table.text(width: console.width, style: console.style)
      + legend(shares, console)
  }

  /// Moved, credit, marginal and reliability of a row.
  static func columns(_ row: SharesByParty.Row) -> [TerminalTable.Cell] {
    [
      .init(millinats(row.moved), row.moved < 0 ? .bad : .plain),
      .init(Share.percentText(row.credit), .quiet),
      .init(
        row.marginal.map(millinats) ?? (row.groupSize > 1 ? "group of \(row.groupSize)" : ""),
        row.marginal.map { $0 < 0 ? .bad : .plain } ?? .quiet),
      .init(row.reliability.map { Human.percent($0, decimals: 0) } ?? "", .quiet),
    ]
  }

  private static func interval(_ range: ClosedRange<Int64>) -> String {
    func percent(_ units: Int64) -> String {
      Human.fixed(Double(units) / Double(Share.whole) * 100, decimals: 1)
    }
    return "\(percent(range.lowerBound)) … \(percent(range.upperBound)) %"
  }

  /// What the columns mean.
  static func legend(_ shares: SharesByParty, _ console: Console) -> String {
    [
      "share: what is paid by: \(shares.method)",
      "from … to: where the share by all coalitions is expected; reliability: from as a part of to",
      "moved: who moved the model (path integral), millinats a byte over the targets by weight",
      "credit: the part by the run's credits alone; marginal: what a small proxy loses without them",
    ].map { console.style.apply(.quiet, to: $0) + "\n" }.joined()
  }

  /// One row a work.
  static func text(
    _ shares: ShareRegister, names: NameBook, state: RegisterState, _ console: Console
  ) -> String {
    var table = TerminalTable([
      .init("work", mayShrink: true), .init("owner", mayShrink: true), .init("share", .right),
      .init("units of 10⁻¹²", .right), .init("rate", .right),
    ])
    for row in shares.rows.sorted(by: { ($1.units, $0.work) < ($0.units, $1.work) }) {
      table.add([
        .init(names.title(of: row.work, in: state)),
        .init(names.name(of: row.owner, in: state), .quiet),
        .init(Share.percentText(row.units), .strong), .init(Human.integer(Int(row.units))),
        .init("\(row.rate)"),
      ])
    }
    return table.text(width: console.width, style: console.style)
  }

  /// One row a territory.
  static func text(_ shares: SharesByTerritory, _ console: Console) -> String {
    var table = TerminalTable([
      .init("territory"), .init("contributors", .right), .init("works", .right),
      .init("share", .right), .init(""), .init("moved", .right), .init("credit", .right),
    ])
    let largest = Double(max(1, shares.rows.first?.units ?? 1))
    for row in shares.rows {
      table.add([
        .init(row.territory ?? "not stated", row.territory == nil ? .quiet : .plain),
        .init(Human.integer(row.contributors)), .init(Human.integer(row.works)),
        .init(Share.percentText(row.units), .strong),
        .init(Bar.text(Double(row.units) / largest, width: 12), .accent),
        .init(millinats(row.moved), row.moved < 0 ? .bad : .plain),
        .init(Share.percentText(row.credit), .quiet),
      ])
    }
    table.setFooter([.init("the whole model"), "", "", "100.000%", "", "", ""])
    return table.text(width: console.width, style: console.style)
  }

  static func millinats(_ piconats: Int64) -> String {
    Human.fixed(Double(piconats) / 1e9, decimals: 2)
  }
}
