// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Audit
import Canonical
import Money
import Presentation
import Register
import Service
import Signing
import Storage

/// `cadastre quickstart`, `init` and `report`.
enum StartCommands {
  static func initialise(_ context: Context) throws -> Output {
    let directory = context.arguments.requiredArgument("DIR")
    let writer = try InitialiseRegister.run(
      root: directory, name: context.arguments.required("name"),
      address: context.arguments.string("address"), clock: Context.clock)
    let configuration = writer.configuration
    let lines = [
      "made the register '\(configuration.name)' in \(directory)",
      "operator  \(configuration.operator)",
      "log key   \(configuration.verifier.map { "\($0)" } ?? "")",
      "", "next: cadastre key new NAME --register \(directory)",
    ]
    return Output(
      text: lines.map { $0 + "\n" }.joined(),
      json: [
        "register": .string(directory), "name": .string(configuration.name),
        "operator": .string(configuration.operator.text), "origin": .string(configuration.origin),
      ])
  }

  static func report(_ context: Context) throws -> Output {
    let snapshot = try context.snapshot()
    let path = context.arguments.required("out")
    let audit = RegisterAudit.run(snapshot.layout)
    let page = try RegisterReport(snapshot, audit: audit)
    try DurableFile.write(Array(page.html.utf8), to: path)
    return Output(text: "wrote \(path)\n", json: ["report": .string(path)])
  }

  static func quickstart(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let directory = arguments.required("dir")
    let console = context.console
    Interruption.catchSignals()
    let isText = !arguments.flag("json")
    let view = TrainingView(on: console)
    defer { view.end() }
    let result = try Quickstart.run(
      Quickstart.Request(
        directory: directory,
        seed: UInt64(try arguments.integer("seed", in: 0...Int(Int32.max)) ?? 1),
        threads: try context.threads(), steps: try arguments.integer("steps", in: 2...1_000_000),
        clock: Context.clock),
      stage: { stage in
        view.end()
        if isText { console.say(QuickstartView.line(stage, console)) }
      },
      isInterrupted: { Interruption.isRequested },
      progress: view.show)
    let page = directory + "/report.html"
    let report = try RegisterReport(result.snapshot, audit: result.audit)
    try DurableFile.write(Array(report.html.utf8), to: page)
    return Output(
      text: QuickstartView.text(of: result, directory: directory, console),
      json: QuickstartView.json(of: result), status: result.audit.holds ? 0 : 1)
  }
}
