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
      .init("moved", .right), .init("left end", .right),
    ])
    let largest = Double(shares.rows.first?.units ?? 1)
    for row in shares.rows {
      table.add([
        .init(names.name(of: row.party, in: state)), .init(Share.percentText(row.units), .strong),
        .init(Bar.text(Double(row.units) / largest, width: 24), .accent),
        .init(millinats(row.moved), row.moved < 0 ? .bad : .plain),
        .init(millinats(row.leftEnd), .quiet),
      ])
    }
    table.setFooter([.init("the whole model"), "100.000%", "", "", ""])
    return table.text(width: console.width, style: console.style)
      + console.style.apply(
        .quiet,
        to: "shares: \(shares.method)\n"
          + "moved and left end: millinats a byte, averaged over the targets by weight") + "\n"
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

  static func millinats(_ piconats: Int64) -> String {
    Human.fixed(Double(piconats) / 1e9, decimals: 2)
  }
}
