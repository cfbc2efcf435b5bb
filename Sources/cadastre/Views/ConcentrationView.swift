// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Concentration
import Money
import Presentation
import Register
import Service

/// A concentration on a terminal.
enum ConcentrationView {
  /// How many of the largest holders are named.
  private static let named = 10

  static func text(
    of answer: ConcentrationAnswer, names: NameBook, state: RegisterState, _ console: Console
  ) -> String {
    var text = answer.subject + "\n"
    text += "\(answer.holders.distribution.groups.count) of \(answer.holdings.count) registered"
    text += " contributors hold something"
    text += answer.negative > 0 ? "; \(answer.negative) sums below zero count as zero\n\n" : "\n\n"
    text += largest(answer, names: names, state: state, console) + "\n"
    text += measures(answer, console) + "\n" + curve(answer, console) + "\n"
    if answer.steps.count > 1 { text += steps(answer, console) + "\n" }
    return text + levers(answer, console)
  }

  private static func largest(
    _ answer: ConcentrationAnswer, names: NameBook, state: RegisterState, _ console: Console
  ) -> String {
    var table = TerminalTable([
      .init("contributor", mayShrink: true),
      .init(answer.currency?.code ?? "units", .right), .init("part", .right),
      .init("together", .right), .init(""),
    ])
    let total = Double(answer.all.distribution.total)
    var together = 0.0
    for holding in answer.holdings.prefix(named) where holding.amount > 0 {
      let part = Double(holding.amount) / total
      together += part
      table.add([
        .init(names.name(of: holding.party, in: state)),
        .init(
          answer.currency.map { Amount(minorUnits: holding.amount, currency: $0).decimalText }
            ?? String(holding.amount)),
        .init(Human.percent(part)), .init(Human.percent(together)),
        .init(Bar.text(part, width: 20)),
      ])
    }
    return table.text(width: console.width, style: console.style)
  }

  private static func measures(_ answer: ConcentrationAnswer, _ console: Console) -> String {
    var table = TerminalTable([
      .init("measure"), .init("holders", .right), .init("all contributors", .right),
    ])
    for (index, measure) in Measures.named.enumerated() {
      table.add(
        [.init(ConcentrationWords.measure(measure.name))]
          + [answer.holders, answer.all].map { spread in
            .init(
              ConcentrationWords.value(
                measure.name, measure.value(spread.measures), spread.intervals?[index]))
          })
    }
    return table.text(width: console.width, style: console.style)
      + "in brackets: percentiles 2.5 and 97.5 of \(answer.bootstrap.replicates) draws of accounts,"
      + " seed \(answer.bootstrap.seed)\n"
  }

  private static func curve(_ answer: ConcentrationAnswer, _ console: Console) -> String {
    guard let curve = answer.holders.distribution.lorenz else { return "" }
    return BrailleCurve.lines(
      curve.heights(160), title: "Lorenz curve of holders", width: min(console.width, 96),
      height: 8
    ).map { $0 + "\n" }.joined()
  }

  private static func steps(_ answer: ConcentrationAnswer, _ console: Console) -> String {
    var table = TerminalTable([
      .init("period"), .init("holders", .right), .init("Gini", .right), .init("HHI", .right),
      .init("effective number", .right),
    ])
    for step in answer.steps {
      table.add([
        .init(step.period.description), .init(Human.integer(step.holders)),
        .init(Human.fixed(step.measures.gini, decimals: 3)),
        .init(Human.fixed(step.measures.herfindahl, decimals: 1)),
        .init(Human.fixed(step.measures.effectiveBySquares, decimals: 1)),
      ])
    }
    return table.text(width: console.width, style: console.style)
  }

  private static func levers(_ answer: ConcentrationAnswer, _ console: Console) -> String {
    let fakes = answer.levers.first?.attacks.first?.fakes ?? 0
    var table = TerminalTable([
      .init("over all contributors", mayShrink: true), .init("Gini", .right), .init("HHI", .right),
      .init("top 10 %", .right), .init("largest splits", .right), .init("middle splits", .right),
      .init("aggregated", .right),
    ])
    for outcome in answer.levers {
      let isInvariant = outcome.attacks.allSatisfy { $0.aggregated == $0.honest }
      table.add(
        [
          .init(outcome.lever.words), .init(Human.fixed(outcome.measures.gini, decimals: 3)),
          .init(Human.fixed(outcome.measures.herfindahl, decimals: 1)),
          .init(Human.fixed(outcome.measures.topTenth, decimals: 3)),
        ] + outcome.attacks.map { .init(ConcentrationWords.gain($0)) }
          + [.init(isInvariant ? "× 1.00" : "differs")])
    }
    return table.text(width: console.width, style: console.style)
      + "splits: what a payee gets by splitting into \(fakes) accounts, times what it gets with one;\n"
      + "aggregated: the same where the accounts of one principal are added up first\n"
  }
}
