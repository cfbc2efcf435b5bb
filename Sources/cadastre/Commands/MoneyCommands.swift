// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Money
import Presentation
import Register
import Service
import Settlement
import Signing

/// `cadastre revenue`, `settle` and `statement`.
enum MoneyCommands {
  static func revenue(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let code = arguments.required("currency")
    guard let currency = Currency(code: code) else {
      throw ServiceError.usage("'\(code)' is no currency of ISO 4217 with minor units, such as EUR")
    }
    let amount: Amount
    do throws(AmountError) {
      amount = try Amount(arguments.required("amount"), currency: currency)
    } catch {
      throw ServiceError.usage("\(error)")
    }
    let period = try period(context)
    let writer = try context.writer()
    let model = try Lookup.model(arguments.requiredArgument("MODEL"), in: writer.state)
    let position = try ReportRevenue.run(
      RevenueReport(model: model, amount: amount, period: period), isLate: arguments.flag("late"),
      in: writer)
    return Output(
      text: "reported \(amount) for \(model) in \(period), at entry \(position)\n",
      json: [
        "model": .string(model.text), "minorUnits": .integer(amount.minorUnits),
        "currency": .string(currency.code), "period": .string(period.description),
        "position": .integer(Int64(position)),
      ])
  }

  static func settle(_ context: Context) throws -> Output {
    let period = try period(context)
    let writer = try context.writer()
    let statements = try SettlePeriod.run(period, in: writer)
    let names = try NameBook(writer.layout)
    var text = ""
    for total in statements.totals {
      text += Self.text(of: total, in: statements, names: names, state: writer.state, context)
    }
    return Output(text: text, json: statements.json)
  }

  private static func text(
    of total: SettlementRecord.Line, in statements: Statements, names: NameBook,
    state: RegisterState, _ context: Context
  ) -> String {
    func money(_ units: Int64) -> String {
      Amount(minorUnits: units, currency: total.currency).decimalText
    }
    var table = TerminalTable([
      .init("contributor", mayShrink: true), .init("share", .right), .init("rate", .right),
      .init(total.currency.code, .right),
    ])
    for line in statements.lines
    where line.model == total.model && line.currency == total.currency {
      table.add([
        .init(names.name(of: line.owner, in: state)), .init(Share.percentText(line.units)),
        .init("\(line.rate)"), .init(money(line.amount), .strong),
      ])
    }
    table.setFooter([.init("owed"), "", "", .init(money(total.owed), .strong)])
    return table.text(width: context.console.width, style: context.console.style)
      + "retained \(money(total.retained)), owed \(money(total.owed)):"
      + " together \(money(total.revenue)) \(total.currency), exactly what \(total.model) earned\n"
  }

  static func statement(_ context: Context) throws -> Output {
    let period = try period(context)
    let snapshot = try context.snapshot()
    let party = try Lookup.party(
      context.arguments.requiredArgument("DID"), layout: snapshot.layout)
    let statement = try StatementOfParty(party: party, period: period, snapshot: snapshot)
    var table = TerminalTable([
      .init("work", mayShrink: true), .init("model"), .init("share", .right), .init("rate", .right),
      .init("entitled so far", .right), .init("stated before", .right),
      .init("this period", .right),
    ])
    for line in statement.lines {
      func money(_ units: Int64) -> String {
        Amount(minorUnits: units, currency: line.currency).description
      }
      table.add([
        .init(snapshot.names.title(of: line.work, in: snapshot.state)), .init(line.model.text),
        .init(Share.percentText(line.units)), .init("\(line.rate)"), .init(money(line.entitlement)),
        .init(money(line.stated)), .init(money(line.amount), .strong),
      ])
    }
    let name = TextStyle.safe(snapshot.names.name(of: party, in: snapshot.state))
    return Output(
      text: "Statement of \(name) for \(period)\n\(party)\n\n"
        + table.text(width: context.console.width, style: context.console.style),
      json: [
        "party": .string(party.text), "period": .string(period.description),
        "lines": .array(statement.lines.map(\.json)),
      ])
  }

  private static func period(_ context: Context) throws -> Period {
    let text = context.arguments.required("period")
    guard let period = Period(text) else {
      throw ServiceError.usage("'\(text)' is no period: write 2026, 2026-Q4 or 2026-11")
    }
    return period
  }
}
