// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Gate
import Glibc
import Money
import Presentation
import Primitives
import Register
import Service
import Signing
import Storage

/// `cadastre train` and `shares`.
enum ModelCommands {
  static func train(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let file = try ManifestFile(path: arguments.requiredArgument("MANIFEST"))
    var configuration = RunConfiguration()
    if let path = arguments.string("config") {
      configuration = try RunConfiguration(path: path)
    }
    if let base = arguments.string("from") { configuration.from = base }
    let writer = try context.writer()
    guard let name = ModelName(arguments.required("out")) else {
      throw ServiceError.usage(
        "'\(arguments.required("out"))' cannot name a model: use lowercase letters, digits and '-'")
    }
    Interruption.catchSignals()
    let asked = TrainModel.Request(
      model: name, manifest: file, configuration: configuration,
      seed: UInt64(try arguments.integer("seed", in: 0...Int(Int32.max)) ?? 1),
      threads: try context.threads(), isPortable: arguments.flag("portable"),
      keptBytes: (try arguments.integer("keep-states", in: 0...1 << 30) ?? 0) << 20)
    let budget = try budget(arguments)
    if budget.seconds != nil { context.console.progress("timing trial steps …") }
    let request = try budget.applied(to: asked, in: writer)
    let view = TrainingView(on: context.console)
    defer { view.end() }
    let result = try TrainModel.run(
      request, in: writer, isInterrupted: { Interruption.isRequested }, progress: view.show)
    view.end()
    let names = try NameBook(writer.layout)
    return Output(
      text: TrainingView.text(of: result, context.console)
        + SharesView.text(
          SharesByParty(result.shares, books: result.books, survey: result.survey), names: names,
          state: writer.state,
          context.console),
      json: result.json)
  }

  /// What the run may use, from `--tokens` and `--minutes`.
  private static func budget(_ arguments: ParsedArguments) throws -> RunBudget {
    var budget = RunBudget(tokens: try arguments.integer("tokens", in: 0...1 << 50))
    if let text = arguments.string("minutes") {
      guard let minutes = Double(text), minutes.isFinite, (0...1e6).contains(minutes) else {
        throw ServiceError.usage(
          "'\(text)' is no number of minutes: write one such as --minutes 10 or --minutes 0.5")
      }
      budget.seconds = minutes * 60
    }
    return budget
  }

  static func shares(_ context: Context) throws -> Output {
    let snapshot = try context.snapshot()
    let model = try Lookup.model(context.arguments.requiredArgument("MODEL"), in: snapshot.state)
    var shares = try ModelFile.shares(of: model, layout: snapshot.layout, state: snapshot.state)
    var books = try ModelFile.books(of: model, layout: snapshot.layout, state: snapshot.state)
    var survey = try ModelFile.survey(of: model, layout: snapshot.layout, state: snapshot.state)
    if let weights = context.arguments.string("weights") {
      let anew = try Revaluation(weights: weights, shares: shares, books: books, survey: survey)
      (shares, books, survey) = (anew.shares, anew.books, anew.survey)
    }
    let (names, state, console) = (snapshot.names, snapshot.state, context.console)
    if context.arguments.string("by") == "work" {
      return Output(
        text: SharesView.text(shares, names: names, state: state, console), json: shares.json)
    }
    let byParty = SharesByParty(shares, books: books, survey: survey)
    if context.arguments.string("by") == "territory" {
      let byTerritory = SharesByTerritory(byParty, names: names, state: state)
      return Output(text: SharesView.text(byTerritory, console), json: byTerritory.json)
    }
    return Output(
      text: SharesView.text(byParty, names: names, state: state, console),
      json: byParty.json(names: names, state: state))
  }
}
