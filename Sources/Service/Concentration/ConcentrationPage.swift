// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Concentration
import Money
import Presentation
import Storage

/// A concentration as one HTML page: the curves, the measures, the periods, the levers.
package struct ConcentrationPage {
  private let answer: ConcentrationAnswer
  private var document: HTMLDocument

  /// Builds the page.
  ///
  /// - Parameters:
  ///   - answer: What was measured.
  ///   - name: What a register calls itself, for the foot.
  package init(_ answer: ConcentrationAnswer, register name: String) {
    self.answer = answer
    document = HTMLDocument(title: "Who holds how much", subtitle: answer.subject)
    document.addFacts([
      .init("Holders", Human.integer(answer.holders.distribution.groups.count)),
      .init("Contributors", Human.integer(answer.holdings.count), note: "zeros among them"),
      .init("Gini", Human.fixed(answer.holders.measures.gini, decimals: 3), note: "of holders"),
      .init(
        "Effective number", Human.fixed(answer.holders.measures.effectiveBySquares, decimals: 1),
        note: "1/Σs²"),
    ])
    addCurves()
    addMeasures()
    addPeriods()
    addLevers()
    document.setFooter("Made by Cadastre \(CadastreVersion.text) from \(name).")
  }

  /// Puts the page in place.
  package func write(to path: String) throws {
    try DurableFile.write(Array(document.html.utf8), to: path)
  }

  private mutating func addCurves() {
    var lines = [Chart.Line("all the same", points: [(0, 0), (100, 100)])]
    for (name, spread) in [("holders", answer.holders), ("all contributors", answer.all)] {
      guard let curve = spread.distribution.lorenz else { continue }
      lines.append(
        Chart.Line(name, points: curve.points.map { (100 * $0.members, 100 * $0.amount) }))
    }
    document.addChart(
      .line(
        .init(
          "Lorenz curves", caption: "Which part goes to those who hold least.",
          horizontal: "holders, from the least (%)", vertical: "of the whole (%)"), lines: lines))
  }

  private mutating func addMeasures() {
    document.addHeading("Measures")
    document.addParagraph(
      "Intervals: \(answer.bootstrap.replicates) draws of accounts with replacement, seed"
        + " \(answer.bootstrap.seed), percentiles 2.5 and 97.5.")
    var table = HTMLTable([
      .init("Measure"), .init("Holders", .end), .init("All contributors", .end),
    ])
    for (index, measure) in Measures.named.enumerated() {
      let cells = [answer.holders, answer.all].map { spread in
        HTMLTable.Cell.text(
          ConcentrationWords.value(
            measure.name, measure.value(spread.measures), spread.intervals?[index]))
      }
      table.add([.text(ConcentrationWords.measure(measure.name))] + cells)
    }
    document.addTable(table)
  }

  private mutating func addPeriods() {
    guard answer.steps.count > 1 else { return }
    document.addHeading("Over the periods")
    var table = HTMLTable([
      .init("Period"), .init("Holders", .end), .init("Gini", .end), .init("HHI", .end),
      .init("Effective number", .end),
    ])
    for step in answer.steps {
      table.add([
        .text(step.period.description), .text(Human.integer(step.holders)),
        .text(Human.fixed(step.measures.gini, decimals: 3)),
        .text(Human.fixed(step.measures.herfindahl, decimals: 1)),
        .text(Human.fixed(step.measures.effectiveBySquares, decimals: 1)),
      ])
    }
    document.addTable(table)
  }

  private mutating func addLevers() {
    document.addHeading("What a lever would change, and what splitting would gain")
    document.addParagraph(
      "Over all contributors. The last columns: what a payee gets, times what it got, by splitting"
        + " its account evenly. Where the accounts of one principal are added up first, splitting"
        + " changes nothing.")
    var table = HTMLTable(
      [
        .init("Rule"), .init("Gini", .end), .init("HHI", .end), .init("Top 10 %", .end),
        .init("Lower half", .end),
      ]
        + (answer.levers.first?.attacks ?? []).map {
          .init("\($0.payee), in \($0.fakes)", .end)
        })
    for outcome in answer.levers {
      table.add(
        [
          .text(outcome.lever.words), .text(Human.fixed(outcome.measures.gini, decimals: 3)),
          .text(Human.fixed(outcome.measures.herfindahl, decimals: 1)),
          .text(Human.fixed(outcome.measures.topTenth, decimals: 3)),
          .text(Human.fixed(outcome.measures.lowerHalf, decimals: 3)),
        ] + outcome.attacks.map { .text(ConcentrationWords.gain($0)) })
    }
    document.addTable(table)
  }
}
