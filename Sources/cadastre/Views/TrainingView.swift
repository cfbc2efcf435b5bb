// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Presentation
import Service

/// A run on the terminal: a panel while it trains, and its balance when it is closed.
///
/// The panel shows how far it is, the curves of its losses, the targets and the residual so far. In a
/// pipe nothing is shown. Not for use from several threads.
final class TrainingView {
  private let console: Console
  private var trainingLosses: [Double] = []
  private var targetLosses: [Double] = []
  private var height = 0

  /// The lines of a curve, and the most points that are remembered for it.
  private static let curveHeight = 4
  private static let longestHistory = 4096

  /// A view of one run.
  init(on console: Console) { self.console = console }

  /// Shows how far the run has come.
  func show(_ progress: TrainModel.Progress) {
    guard console.showsProgress else { return }
    switch progress {
    case .training(let training): show(training)
    case .survey(let done, let count, let seconds): showSurvey(done, of: count, seconds: seconds)
    }
  }

  private func show(_ progress: TrainModel.Training) {
    trainingLosses.append(progress.trainingLoss)
    targetLosses.append(progress.validationLoss)
    if trainingLosses.count > Self.longestHistory {
      trainingLosses = Self.thinned(trainingLosses)
      targetLosses = Self.thinned(targetLosses)
    }
    let lines = lines(progress)
    console.panel(lines, over: height)
    height = lines.count
  }

  /// Shows how many coalitions are retrained, and of how many.
  private func showSurvey(_ done: Int, of count: Int, seconds: Double) {
    end()
    let line = ProgressLine(
      unit: "coalition", completed: done, total: count, elapsedSeconds: seconds,
      firstCompleted: 0, details: ["a small proxy retrained for the shares"])
    console.progress(line.text(width: console.width - 1, style: console.style))
  }

  /// Removes the panel.
  func end() {
    guard height > 0 else { return console.endProgress() }
    console.panel([], over: height)
    height = 0
  }

  private static func thinned(_ values: [Double]) -> [Double] {
    stride(from: 0, to: values.count, by: 2).map { values[$0] }
  }

  private func lines(_ progress: TrainModel.Training) -> [String] {
    let width = console.width - 1
    let speed = Double(progress.byteCount) / max(progress.seconds, 1e-3)
    let line = ProgressLine(
      unit: "step", completed: progress.step, total: progress.steps,
      elapsedSeconds: progress.seconds, firstCompleted: progress.firstStep,
      details: [
        "loss \(Human.fixed(progress.trainingLoss, decimals: 3))",
        "targets \(Human.fixed(progress.validationLoss, decimals: 3))",
        "\(Human.quantity(speed, "B"))/s",
      ])
    let half = max(10, width / 2 - 2)
    let curves = zip(
      BrailleCurve.lines(trainingLosses, title: "training", width: half, height: Self.curveHeight),
      BrailleCurve.lines(targetLosses, title: "targets", width: half, height: Self.curveHeight))
    let targets = zip(progress.targets, progress.targetLosses).map {
      "\($0) \(Human.fixed($1, decimals: 3))"
    }
    let worst = progress.residual.map(\.magnitude).max() ?? 0
    return [line.text(width: width, style: console.style)]
      + curves.map { console.style.apply(.accent, to: $0) + "   " + $1 }
      + [
        String(TextStyle.safe(targets.joined(separator: "  ")).prefix(width)),
        console.style.apply(
          .quiet,
          to: "residual so far: \(Human.fixed(worst * 1000, decimals: 2)) millinats a byte at most"),
      ]
  }

  /// The balance of each target, and where the time went.
  static func text(of result: TrainingResult, _ console: Console) -> String {
    var table = TerminalTable([
      .init("target", mayShrink: true), .init("commons line", .right), .init("before", .right),
      .init("after", .right), .init("credited", .right), .init("decay", .right),
      .init("residual", .right), .init("of it", .right),
    ])
    let books = result.books.books
    for (index, target) in result.books.targets.enumerated() {
      let reduction = books.initialLoss[index] - books.finalLoss[index]
      table.add([
        .init(target.name), .init(nats(target.commonsLine)), .init(nats(books.initialLoss[index])),
        .init(nats(books.finalLoss[index]), .strong), .init(nats(result.books.credited[index])),
        .init(nats(books.decay[index])), .init(nats(books.residual[index])),
        .init(
          Human.percent(Double(books.residual[index]) / Double(max(1, reduction)), decimals: 2)),
      ])
    }
    let count = Int64(max(1, books.finalLoss.count))
    let mean = nats(books.finalLoss.reduce(0, +) / count)
    let split = result.timeSplit
    return table.text(width: console.width, style: console.style)
      + "credited + decay + residual − (before − after) = \(imbalance(result.books)) piconats\n"
      + alarm(result.books, console) + folding(result.books)
      + "mean loss of the targets: \(mean) nats a byte after \(result.steps) steps;"
      + " \(Human.integer(result.parameters)) parameters, \(result.kernels) kernels\n"
      + "time: \(Human.duration(seconds: result.seconds)), of it training"
      + " \(Human.duration(seconds: split.passes + split.updates)),"
      + " valuation \(Human.duration(seconds: split.valuation)),"
      + " books \(Human.duration(seconds: split.accounting)),"
      + " displacements \(Human.duration(seconds: split.displacements))\n" + survey(result)
  }

  private static func survey(_ result: TrainingResult) -> String {
    guard let survey = result.survey?.survey else { return "" }
    return
      "shares: \(survey.measurements.count) coalitions of \(survey.playerCount) players retrained"
      + " in \(Human.duration(seconds: result.surveySeconds))\n"
  }

  /// One line on what folded momenta lose; nothing where they are exact.
  static func folding(_ file: BooksFile) -> String {
    guard let folding = file.folding else { return "" }
    let error = Human.percent(Double(folding.errorPartsPerMillion) / 1e6, decimals: 2)
    return
      "momenta folded to \(Human.integer(folding.numbersPerLine)) numbers a work: credits are off by"
      + " \(error) (root mean square over \(folding.sampledLines) works kept exactly as well)\n"
  }

  /// The part of a target's reduction that its residual may be without an alarm.
  static let toleratedResidual = 0.005

  /// One line where the books explain a target less well than they should; else nothing.
  static func alarm(_ file: BooksFile, _ console: Console) -> String {
    guard file.books.worstResidual > toleratedResidual else { return "" }
    let worst = Human.percent(file.books.worstResidual, decimals: 2)
    return console.style.apply(
      .bad,
      to: "the residual of a target is \(worst) of its reduction, above"
        + " \(Human.percent(toleratedResidual)): lower the peak rate or the books' tolerance")
      + "\n"
  }

  /// What the books of all targets leave open: zero, or they are no books.
  static func imbalance(_ file: BooksFile) -> Int64 {
    file.books.initialLoss.indices.reduce(0) { sum, index in
      let stated =
        file.credited[index] + file.books.decay[index] + file.books.residual[index]
      let measured = file.books.initialLoss[index] - file.books.finalLoss[index]
      return sum + abs(stated - measured)
    }
  }

  private static func nats(_ piconats: Int64) -> String {
    Human.fixed(Double(piconats) / 1e12, decimals: 4)
  }
}
