// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Concentration
import Money
import Presentation
import Primitives
import Restitution
import Service

/// A restitution on a terminal.
enum RestitutionView {
  /// How many territories are shown where not all are asked for.
  private static let shown = 20

  static func text(
    of answer: Restitute.Answer, spreads: [Restitute.Answer.Spread], showsAll: Bool,
    _ console: Console
  ) -> String {
    let result = answer.result
    return "\(result.proceeds) by \(TextStyle.safe(answer.profile.name))\n"
      + "\(RestitutionWords.rule(result.policy))\n\n"
      + amounts(answer, showsAll: showsAll, console) + "\n" + measures(spreads, console)
      + sources(answer)
  }

  private static func amounts(
    _ answer: Restitute.Answer, showsAll: Bool, _ console: Console
  ) -> String {
    let result = answer.result
    func money(_ units: Int64) -> String {
      Amount(minorUnits: units, currency: result.proceeds.currency).decimalText
    }
    let sorted = result.territories.sorted { ($1.amount, $0.code) < ($0.amount, $1.code) }
    let rows = showsAll ? sorted[...] : sorted.prefix(shown)
    var table = TerminalTable([
      .init("territory", mayShrink: true), .init("people", .right),
      .init("contribution alone", .right), .init("weights of one", .right),
      .init("by the policy", .right), .init("a million people", .right),
    ])
    for each in rows {
      table.add([
        .init("\(each.code) \(answer.names.name(of: each.code))"),
        .init(Human.integer(Int(each.population))), .init(money(each.byContribution)),
        .init(money(each.unweighed)), .init(money(each.amount), .strong),
        .init(money(each.perMillion(each.amount))),
      ])
    }
    let rest = sorted.dropFirst(rows.count)
    if !rest.isEmpty {
      table.add([
        .init("\(rest.count) others (--all)", .quiet),
        .init(Human.integer(Int(rest.reduce(0) { $0 + $1.population }))),
        .init(money(rest.reduce(0) { $0 + $1.byContribution })),
        .init(money(rest.reduce(0) { $0 + $1.unweighed })),
        .init(money(rest.reduce(0) { $0 + $1.amount })), "",
      ])
    }
    let sums = RestitutionResult.columns.map { column in
      TerminalTable.Cell(money(result.territories.reduce(0) { $0 + column.amount($1) }), .strong)
    }
    table.setFooter([.init(result.proceeds.currency.code), ""] + sums + [""])
    return table.text(width: console.width, style: console.style)
  }

  private static func measures(
    _ spreads: [Restitute.Answer.Spread], _ console: Console
  ) -> String {
    var table = TerminalTable(
      [.init("")]
        + ["contribution alone", "weights of one", "by the policy"].map {
          .init($0, .right)
        })
    for (index, measure) in Measures.named.enumerated()
    where Restitute.Answer.isOfPeople(measure.name) {
      table.add(
        [.init(RestitutionWords.measure(measure.name))]
          + spreads.map { .init(RestitutionWords.value(measure, index, of: $0)) })
    }
    var text = table.text(width: console.width, style: console.style)
    if let last = spreads.last, let curve = last.distribution.lorenz {
      text += "\n"
      let lines = BrailleCurve.lines(
        curve.heights(160), title: "Lorenz curve", width: min(console.width, 96), height: 8)
      text += lines.map { $0 + "\n" }.joined()
      text +=
        "of \(Human.integer(Int(last.distribution.members))) people,"
        + " \(Human.integer(Int(last.peopleWithout))) of whom get nothing by the policy\n\n"
    }
    return text
  }

  private static func sources(_ answer: Restitute.Answer) -> String {
    var text = ""
    for gap in answer.result.gaps {
      text += "not known: \(gap.figure) of \(gap.subject)\n"
    }
    for source in answer.sources {
      let line = "\(source.title): \(source.version), SHA-256 \(source.digest.hex)"
      text += TextStyle.safe(line) + "\n"
    }
    if answer.signer == nil { text += "no policy was given: the contribution alone counts\n" }
    return text
  }
}
