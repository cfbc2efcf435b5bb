// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Arguments
import Canonical
import Presentation
import Register
import Service

/// `cadastre replay`.
enum ReplayCommand {
  static func replay(_ context: Context) throws -> Output {
    let arguments = context.arguments
    let choice = try choice(arguments.string("segment"))
    guard arguments.string("random") == nil || arguments.string("segment") == nil else {
      throw ServiceError.usage("segments are named with --segment or drawn with --random, not both")
    }
    guard arguments.string("checkpoint") == nil || arguments.string("random") != nil else {
      throw ServiceError.usage("--checkpoint names what --random K draws from: give both")
    }
    let threads = try context.threads()
    let snapshot = try context.snapshot()
    let request = ReplayRun.Request(
      model: try model(arguments.requiredArgument("MODEL"), in: snapshot.state),
      choice: choice, corpus: arguments.string("corpus"), threads: threads,
      isFromStart: arguments.flag("from-start"))
    defer { context.console.endProgress() }
    if let drawn = try arguments.integer("random", in: 1...Int(Int32.max)) {
      return try ChallengeView.output(
        of: ReplayChallenge.run(
          drawn, request, checkpoint: arguments.string("checkpoint"), in: snapshot
        ) { show($0, context.console) }, context.console)
    }
    let report = try ReplayRun.run(request, in: snapshot) { show($0, context.console) }
    context.console.endProgress()
    return Output(
      text: text(of: report, context.console), json: report.json, status: report.isSame ? 0 : 1)
  }

  private static func show(_ progress: ReplayRun.Progress, _ console: Console) {
    let line = ProgressLine(
      unit: "step", completed: progress.step, total: progress.lastStep,
      elapsedSeconds: progress.seconds, firstCompleted: progress.firstStep)
    console.progress(line.text(width: console.width - 1, style: console.style))
  }

  /// The run of that name, finished or not.
  private static func model(_ name: String, in state: RegisterState) throws -> ModelName {
    if let model = ModelName(name), state.runs[model] != nil { return model }
    return try Lookup.model(name, in: state)
  }

  private static func choice(_ text: String?) throws -> ReplayRun.Choice {
    guard let text else { return .random }
    if text == "all" { return .all }
    guard let segment = Int(text), segment >= 0 else {
      throw ServiceError.usage(
        "'\(text)' is no segment: write a number, such as --segment 0, or --segment all")
    }
    return .segment(segment)
  }

  /// The report for people: where it began, each segment with its hashes, and the verdict.
  static func text(of report: ReplayReport, _ console: Console) -> String {
    let style = console.style
    let what = report.asked.map { "segment \($0) of" } ?? "all of"
    let begin =
      report.begin.checkpoint == 0
      ? "the seeded start" : "the kept state of checkpoint \(report.begin.checkpoint)"
    let steps = (report.segments.last?.lastStep ?? report.begin.step) - report.begin.step
    let seconds = report.segments.reduce(0) { $0 + $1.seconds }
    var text =
      "\(what) \(report.segmentCount) segments of \(report.model), \(report.kernels) kernels of"
      + " \(report.library)\nfrom \(begin) (step \(report.begin.step)): \(steps) steps in"
      + " \(Human.duration(seconds: seconds))\n"
    if !report.segments.isEmpty { text += table(report.segments, console) }
    for note in report.notes { text += style.apply(.quiet, to: "note: \(note)") + "\n" }
    for finding in report.findings { text += style.apply(.bad, to: finding) + "\n" }
    text +=
      report.isSame
      ? style.apply(.good, to: "the same, bit for bit") + "\n"
      : style.apply(.bad, to: "not the same") + "\n"
    return text + style.apply(.quiet, to: report.worth) + "\n"
  }

  /// One row a segment that was run again.
  static func table(_ segments: [ReplayReport.Segment], _ console: Console) -> String {
    var table = TerminalTable(
      [.init("segment", .right), .init("steps", .right)]
        + (segments.first?.comparisons.map { .init($0.what) } ?? [])
        + [.init("time", .right)])
    for segment in segments {
      table.add(
        [.init("\(segment.segment)"), .init("\(segment.firstStep + 1) to \(segment.lastStep)")]
          + segment.comparisons.map {
            .init($0.isSame ? "same" : "differs", $0.isSame ? .good : .bad)
          } + [.init(Human.duration(seconds: segment.seconds), .quiet)])
    }
    return table.text(width: console.width, style: console.style)
  }
}
