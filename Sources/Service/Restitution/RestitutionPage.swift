// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Concentration
import Money
import Presentation
import Primitives
package import Restitution
import Storage

/// A restitution as one HTML page: a map, the Lorenz curves, the amounts, the sources.
package struct RestitutionPage {
  private let answer: Restitute.Answer
  private let result: RestitutionResult
  private var document: HTMLDocument

  /// The classes of the map: what a person gets, as a part of the mean over all people.
  private static let classes = [
    "below 1/8 of the mean", "1/8 to 1/4", "1/4 to 1/2", "1/2 to the mean", "1 to 2 times",
    "2 to 4 times", "4 times and more",
  ]

  /// Builds the page.
  package init(_ answer: Restitute.Answer, spreads: [Restitute.Answer.Spread]) {
    self.answer = answer
    result = answer.result
    document = HTMLDocument(
      title: "\(result.proceeds) divided over people",
      subtitle: "\(answer.profile.name); \(result.policy.name)")
    addFacts(spreads)
    for column in RestitutionResult.columns where column.key != "unweighed" {
      document.addChart(map(column))
    }
    addCurves(spreads)
    addMeasures(spreads)
    addAmounts()
    addRule()
    addSources()
    document.setFooter(
      "Made by Cadastre \(CadastreVersion.text) under the policy \(result.policy.digest.hex)."
        + " Outlines: Natural Earth 1:110m, which draws who governs in fact.")
  }

  /// Puts the page in place.
  package func write(to path: String) throws {
    try DurableFile.write(Array(document.html.utf8), to: path)
  }

  private mutating func addFacts(_ spreads: [Restitute.Answer.Spread]) {
    func gini(_ index: Int) -> String {
      spreads[index].measures.map { Human.fixed($0.gini, decimals: 3) } ?? "–"
    }
    document.addFacts([
      .init("Divided", "\(result.proceeds)", note: "to the last minor unit"),
      .init(
        "Per head",
        Amount(minorUnits: result.perHead, currency: result.proceeds.currency).decimalText,
        note: "the same for everybody"),
      .init("Gini before", gini(0), note: "by contribution alone"),
      .init("Gini after", gini(2), note: "by the policy"),
    ])
    for gap in result.gaps {
      document.addRemark(.bad, "Not known: \(gap.figure) of \(gap.subject)")
    }
  }

  private func map(_ column: RestitutionResult.Column) -> Chart {
    let people = result.territories.reduce(Int128(0)) { $0 + Int128($1.population) }
    let values = result.territories.map { territory -> Chart.MapValue in
      // The class is found in integers: amount / population against proceeds / people.
      let mine = Int128(column.amount(territory)) * people * 8
      let mean = Int128(result.proceeds.minorUnits) * Int128(territory.population)
      var index = 0
      while index < Self.classes.count - 1, mine >= mean << Int128(index) { index += 1 }
      let amount = Amount(
        minorUnits: territory.perMillion(column.amount(territory)),
        currency: result.proceeds.currency)
      return Chart.MapValue(
        territory.code, classIndex: index,
        tooltip: "\(answer.names.name(of: territory.code)): \(amount) for a million people")
    }
    return .map(
      "What a person gets, \(column.title)",
      caption: "As a part of the mean over all people. What is too small to draw is in the table.",
      classes: Self.classes, values: values)
  }

  private mutating func addCurves(_ spreads: [Restitute.Answer.Spread]) {
    var lines = [Chart.Line("everybody the same", points: [(0, 0), (100, 100)])]
    for spread in spreads {
      guard let curve = spread.distribution.lorenz else { continue }
      lines.append(
        Chart.Line(
          spread.column.title, points: curve.points.map { (100 * $0.members, 100 * $0.amount) }))
    }
    document.addChart(
      .line(
        .init(
          "Lorenz curves",
          caption: "Which part of the sum goes to the people who get least; the straight line is"
            + " equality.", horizontal: "people, from those who get least (%)",
          vertical: "of the sum (%)"), lines: lines))
  }

  private mutating func addMeasures(_ spreads: [Restitute.Answer.Spread]) {
    document.addHeading("How even it is")
    let people = spreads.first.map { Int($0.distribution.members) } ?? 0
    document.addParagraph(
      "Of all \(Human.integer(people)) people of CLDR's territories, those who get nothing among"
        + " them; within a territory all get the same. Intervals: \(result.policy.bootstrap.replicates)"
        + " draws of territories with replacement, seed \(result.policy.bootstrap.seed), percentiles"
        + " 2.5 and 97.5. They are no statement about errors in the figures.")
    var table = HTMLTable(
      [.init("Measure")] + spreads.map { .init($0.column.title, .end) })
    for (index, measure) in Measures.named.enumerated()
    where Restitute.Answer.isOfPeople(measure.name) {
      table.add(
        [.text(RestitutionWords.measure(measure.name))]
          + spreads.map { .text(RestitutionWords.value(measure, index, of: $0)) })
    }
    document.addTable(table)
  }

  private mutating func addAmounts() {
    document.addHeading("The amounts")
    var table = HTMLTable(
      caption: "In \(result.proceeds.currency.code); the largest first",
      [.init("Territory"), .init("People", .end)]
        + RestitutionResult.columns.map { .init($0.title, .end) }
        + [.init("For a million people", .end)])
    func money(_ units: Int64) -> String {
      Amount(minorUnits: units, currency: result.proceeds.currency).decimalText
    }
    for each in result.territories.sorted(by: { ($1.amount, $0.code) < ($0.amount, $1.code) }) {
      table.add([
        .text("\(answer.names.name(of: each.code)) (\(each.code))"),
        .text(Human.integer(Int(each.population))), .text(money(each.byContribution)),
        .text(money(each.unweighed)), .strong(money(each.amount)),
        .text(money(each.perMillion(each.amount))),
      ])
    }
    let sums = RestitutionResult.columns.map { column in
      result.territories.reduce(0) { $0 + column.amount($1) }
    }
    table.setFooter([.text("together"), .text("")] + sums.map { .strong(money($0)) } + [.text("")])
    document.addTable(table)
  }

  private mutating func addRule() {
    document.addHeading("The rule")
    document.addParagraph(RestitutionWords.rule(result.policy))
    document.addPreformatted(result.policy.json.prettyText)
  }

  private mutating func addSources() {
    document.addHeading("What went into it")
    var table = HTMLTable([.init("Source"), .init("Version"), .init("SHA-256")])
    for source in answer.sources {
      table.add([.text(source.title), .text(source.version), .code(source.digest.hex)])
    }
    document.addTable(table)
  }
}

/// Sentences of a restitution that the page and the terminal share.
package enum RestitutionWords {
  /// A measure's name for people.
  package static func measure(_ name: String) -> String {
    switch name {
    case "gini": "Gini"
    case "theil": "Theil's T"
    case "topHundredth": "part of the top 1 %"
    case "topTenth": "part of the top 10 %"
    case "lowerHalf": "part of the lower half"
    default: name
    }
  }

  /// A measure's value with its interval.
  package static func value(
    _ measure: (name: String, value: @Sendable (Measures) -> Double), _ index: Int,
    of spread: Restitute.Answer.Spread
  ) -> String {
    guard let measures = spread.measures else { return "–" }
    let text = Human.fixed(measure.value(measures), decimals: 3)
    guard let interval = spread.intervals?[index] else { return text }
    return text
      + " (\(Human.fixed(interval.lowerBound, decimals: 3))–\(Human.fixed(interval.upperBound, decimals: 3)))"
  }

  /// A policy in one sentence.
  package static func rule(_ policy: RestitutionPolicy) -> String {
    func number(_ partsPerMillion: Int64) -> String {
      Human.fixed(Double(partsPerMillion) / 1_000_000, decimals: 2)
    }
    return "weight = (mean income / income)^\(number(policy.incomeExponent))"
      + " × (part of the speakers / part of the corpus)^\(number(policy.speakerExponent)),"
      + " held between 1/\(number(policy.cap)) and \(number(policy.cap));"
      + " \(Human.percent(Double(policy.dividend) / 1_000_000)) of the sum per head"
  }
}
