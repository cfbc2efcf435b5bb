// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Concentration
import Money
import Presentation
import Register
import Service
import Storage

/// `cadastre concentration`.
enum ConcentrationCommand {
  static func measure(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let snapshot = try context.snapshot()
    let request = ConcentrationAnswer.Request(
      model: try arguments.string("model").map { try Lookup.model($0, in: snapshot.state) },
      period: try arguments.string("period").map(period),
      currency: try arguments.string("currency").map(currency),
      bootstrap: Bootstrap(
        seed: UInt64(try arguments.integer("seed", in: 0...Int(Int32.max)) ?? 1),
        replicates: try arguments.integer("replicates", in: 2...Bootstrap.mostReplicates) ?? 1000),
      fakes: try arguments.integer("accounts", in: 2...10_000) ?? 10,
      levers: [
        .none, .cap(partsPerMillion: try rate("cap", arguments)),
        .floor(partsPerMillion: try rate("floor", arguments)),
        .dividend(partsPerMillion: try rate("dividend", arguments)), .squareRoot,
      ])
    let answer = try ConcentrationAnswer(request, in: snapshot)
    var note = ""
    if let path = arguments.string("html") {
      try ConcentrationPage(answer, register: snapshot.configuration.origin).write(to: path)
      note = "\(path)\n"
    }
    return Output(
      text: ConcentrationView.text(
        of: answer, names: snapshot.names, state: snapshot.state, context.console) + note,
      json: answer.json)
  }

  private static func rate(_ name: String, _ arguments: ParsedArguments) throws -> Int64 {
    let text = arguments.required(name)
    guard let rate = Rate(text) else {
      throw ServiceError.usage("'\(text)' is no percentage from 0% to 100%, such as 5%")
    }
    return rate.partsPerMillion
  }

  private static func period(_ text: String) throws -> Period {
    guard let period = Period(text) else {
      throw ServiceError.usage("'\(text)' is no period: write 2026, 2026-Q4 or 2026-11")
    }
    return period
  }

  private static func currency(_ text: String) throws -> Currency {
    guard let currency = Currency(code: text) else {
      throw ServiceError.usage("'\(text)' is no currency of ISO 4217 with minor units, such as EUR")
    }
    return currency
  }
}
