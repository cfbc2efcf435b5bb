// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Audit
import Canonical
import Gate
import Money
import Presentation
import Primitives
import Register
import Service
import Settlement
import Storage

/// The quickstart on the terminal: a line a step, then who holds what, what was refused, and the verdict.
enum QuickstartView {
  /// One step that is done.
  static func line(_ stage: Quickstart.Stage, _ console: Console) -> String {
    let name = stage.name + String(repeating: " ", count: max(1, 10 - stage.name.count))
    let time = Human.duration(seconds: stage.seconds)
    return console.style.apply(.good, to: "✓ ") + console.style.apply(.strong, to: name)
      + stage.outcome + console.style.apply(.quiet, to: "  \(time)")
  }

  /// The summary.
  static func text(
    of result: Quickstart.Result, directory: String, _ console: Console
  ) -> String {
    let style = console.style
    let snapshot = result.snapshot
    func heading(_ text: String) -> String { "\n" + style.apply(.strong, to: text) + "\n\n" }
    var text = heading("Who holds the model, and what they earned in \(result.statements.period)")
    text += contributors(result, console)
    text += heading("What was refused")
    text += AdmissionCommands.refusals(
      result.decisions, names: snapshot.names, state: snapshot.state, console)
    text += heading("The balance of the books, in nats a byte")
    text += TrainingView.text(of: result.training, console)
    text += heading("The verdict")
    text += AuditCommands.text(of: result.audit, console)
    let total = result.stages.reduce(0) { $0 + $1.seconds }
    let slowest = result.stages.sorted { $0.seconds > $1.seconds }.prefix(3)
    text += "\nall of it took \(Human.duration(seconds: total)): "
    text += slowest.map { "\($0.name) \(Human.duration(seconds: $0.seconds))" }
      .joined(separator: ", ")
    text += ", the rest less\n" + heading("Next")
    return text + next(result, directory: directory, style)
  }

  /// Commands to copy, with the program as it was called.
  private static func next(
    _ result: Quickstart.Result, directory: String, _ style: TextStyle
  ) -> String {
    let called = CommandLine.arguments.first ?? "cadastre"
    let program = called.contains("/") ? called : "cadastre"
    let register = "--register \(directory)/register"
    let work = result.training.shares.rows.max { $0.units < $1.units }?.work.hex.prefix(8) ?? ""
    let lines = [
      ("\(program) verify \(register)", "check everything again"),
      (
        "\(program) statement genesis --period \(result.statements.period) \(register)",
        "one contributor's statement"
      ),
      ("\(program) shares \(Quickstart.modelName) --by work \(register)", "the share register"),
      (
        "\(program) trace \(Quickstart.modelName) --text 'Speak unto the children of Israel' \(register)",
        "who is behind a text"
      ),
      ("\(program) work show \(work) \(register)", "a work and its grants"),
      ("xdg-open \(directory)/report.html", "the same as a page, with charts"),
    ]
    return lines.map { command, purpose in
      "  " + style.apply(.accent, to: command) + style.apply(.quiet, to: "   \(purpose)") + "\n"
    }.joined()
  }

  private static func contributors(_ result: Quickstart.Result, _ console: Console) -> String {
    let snapshot = result.snapshot
    let shares = SharesByParty(
      result.training.shares, books: result.training.books, survey: result.training.survey)
    let total = result.statements.totals[0]
    var table = TerminalTable([
      .init("contributor", mayShrink: true), .init("share", .right), .init(""),
      .init("moved", .right), .init("credit", .right), .init("marginal", .right),
      .init("reliability", .right), .init("rate", .right), .init(total.currency.code, .right),
    ])
    func money(_ units: Int64) -> String {
      Amount(minorUnits: units, currency: total.currency).decimalText
    }
    let largest = Double(max(1, shares.rows.first?.units ?? 1))
    for row in shares.rows {
      let lines = result.statements.lines.filter { $0.owner == row.party }
      table.add(
        [
          .init(snapshot.names.name(of: row.party, in: snapshot.state)),
          .init(Share.percentText(row.units), .strong),
          .init(Bar.text(Double(row.units) / largest, width: 12), .accent),
        ] + SharesView.columns(row) + [
          .init(lines.first.map { "\($0.rate)" } ?? ""),
          .init(money(lines.reduce(0) { $0 + $1.amount }), .strong),
        ])
    }
    table.setFooter([
      .init("\(shares.rows.count) contributors"), "100.000%", "", "", "", "", "", "owed",
      .init(money(total.owed), .strong),
    ])
    return table.text(width: console.width, style: console.style)
      + "retained \(money(total.retained)) + owed \(money(total.owed)) ="
      + " \(money(total.revenue)) \(total.currency) reported\n"
      + SharesView.legend(shares, console)
  }

  /// The result for programs.
  static func json(of result: Quickstart.Result) -> JSON {
    [
      "register": .string(result.snapshot.layout.root), "training": result.training.json,
      "decisions": .array(result.decisions.map(\.json)), "statements": result.statements.json,
      "audit": result.audit.json,
      "milliseconds": .object(
        JSONObject(result.stages.map { ($0.name, .integer(Int64($0.seconds * 1000))) })),
    ]
  }
}
