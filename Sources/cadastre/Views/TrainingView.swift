// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Presentation
import Service

/// A run on the terminal: its progress line, and its balance when it is closed.
enum TrainingView {
  static func show(_ progress: TrainModel.Progress, on console: Console) {
    let speed = Double(progress.predictions) / max(progress.seconds, 1e-3)
    let line = ProgressLine(
      unit: "step", completed: progress.step, total: progress.steps,
      elapsedSeconds: progress.seconds, firstCompleted: progress.firstStep,
      details: [
        "loss \(Human.fixed(progress.trainingLoss, decimals: 3))",
        "targets \(Human.fixed(progress.validationLoss, decimals: 3))",
        "\(Human.quantity(speed, "B"))/s",
      ])
    console.progress(line.text(width: console.width - 1, style: console.style))
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
      + alarm(result.books, console)
      + "mean loss of the targets: \(mean) nats a byte after \(result.steps) steps;"
      + " \(Human.integer(result.parameters)) parameters, \(result.kernels) kernels\n"
      + "time: \(Human.duration(seconds: result.seconds)), of it training"
      + " \(Human.duration(seconds: split.passes + split.updates)),"
      + " valuation \(Human.duration(seconds: split.valuation)),"
      + " books \(Human.duration(seconds: split.accounting))\n"
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
