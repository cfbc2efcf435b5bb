// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import BenchmarkSupport
import Glibc
import Kernels
import Transformer

/// Measures what the books cost: the same run plain, with books, and with stored displacements.
struct BooksBench {
  let setting: Setting
  let corpus: Corpus
  let blas: BLAS

  /// One seed.
  struct Row {
    var seed: UInt64
    /// Wall time in seconds.
    var plain: Double
    var credited: Double
    /// With stored displacements; measured for the first seed.
    var stored: Double?
    /// What dividing took as well: retraining coalitions of the proxy.
    var survey: Survey?
    var split: TimeSplit
    /// Residuals of the targets as parts of their reductions.
    var residuals: [Double]
    /// The sum of the magnitudes of the chords' residuals, likewise; the largest of the targets.
    var absolute: Double
    var chords: Int
    var levels: [Int]
    var loss: Double
    var accounts: Int
    var folding: MomentumFolding?

    var worst: Double { residuals.map(\.magnitude).max() ?? 0 }

    var line: String {
      "seed \(seed), \(accounts) accounts: plain \(fixed(plain, 1)) s, with books \(fixed(credited, 1)) s "
        + "(× \(fixed(credited / plain, 3))), with displacements \(stored.map { fixed($0, 1) } ?? "–") s; passes \(fixed(split.passes, 1)), updates \(fixed(split.updates, 1)), "
        + "valuation \(fixed(split.valuation, 1)), division \(fixed(split.accounting, 1)) s; residual at most \(fixed(worst * 100, 3)) %; "
        + "\(chords) chords, by level \(levels.map(String.init).joined(separator: " "))"
    }
  }

  private func lines(_ corpus: Corpus) -> [TrainingLine] {
    corpus.lines.enumerated().map { TrainingLine(owner: $0.offset, bytes: $0.element) }
  }

  /// One seed: plain and credited runs take turns, segment by segment, so that what slows the machine
  /// down slows all of them.
  ///
  /// `accounts`: cuts the text into so many works; its books where nil.
  func measure(seed: UInt64, accounts: Int? = nil) throws -> Row {
    let lines = lines(accounts.map(corpus.cut) ?? corpus)
    let plain = try PlainRun(setting, lines: lines, seed: seed, blas: blas)
    let credited = try run(lines, seed: seed, displacements: 0)
    let budget = accounts == nil && seed == 1 ? setting.books.displacementBudgetBytes : 0
    let stored = try budget > 0 ? run(lines, seed: seed, displacements: budget) : nil
    var row = Row(
      seed: seed, plain: 0, credited: 0, stored: stored.map { _ in 0 }, split: credited.timeSplit,
      residuals: [],
      absolute: 0,
      chords: 0, levels: [Int](repeating: 0, count: setting.books.maximumLevel), loss: 0,
      accounts: lines.count)
    for segment in 1...setting.books.segments {
      row.plain += timed { plain.advance(to: credited.firstStep(ofSegment: segment)) }
      row.credited += try timed {
        var report: BookkeptRun.Report
        repeat {
          report = try credited.advance()
          row.levels[report.level - 1] += 1
          row.chords += 1
        } while !report.endsSegment
      }
      if let stored {
        row.stored? += try timed {
          while try !stored.advance().endsSegment { _ = stored.takeDisplacements() }
        }
      }
    }
    let closed = credited.closedBooks()
    func part(_ piconats: [Int64], _ target: Int) -> Double {
      Double(piconats[target]) / Double(closed.initialLoss[target] - closed.finalLoss[target])
    }
    if accounts != nil { row.survey = try survey(lines, closed) }
    let targets = closed.residual.indices
    row.split = credited.timeSplit
    row.folding = credited.folding
    row.residuals = targets.map { part(closed.residual, $0) }
    row.absolute = targets.map { part(closed.absoluteResidual, $0) }.max() ?? 0
    row.loss = closed.finalLoss.reduce(0) { $0 + Double($1) } / Double(targets.count) * 1e-12
    return row
  }

  /// How long coalitions of the proxy took, as a run's survey retrains them.
  struct Survey {
    var seconds: Double
    var players: Int
    var coalitions: Int
  }

  private func survey(_ lines: [TrainingLine], _ books: ClosedBooks) throws -> Survey {
    let configuration = SurveyConfiguration()
    let players = PlayerGroups.players(credits: books.credit, players: configuration.players)
    let count = (players.max() ?? 0) + 1
    let design = CoalitionDesign.coalitions(
      players: count, count: configuration.coalitions, seed: 1)
    let game = try CoalitionTrainer(
      model: LlamaModel(configuration.model, blas: blas), training: configuration.training,
      lines: lines.map { TrainingLine(owner: players[$0.owner], text: $0.text) },
      targets: corpus.targets)
    let seconds = timed { _ = game.losses(of: design, threads: setting.threads) }
    return Survey(seconds: seconds, players: count, coalitions: design.count)
  }

  private func run(
    _ lines: [TrainingLine], seed: UInt64, displacements: Int
  ) throws -> BookkeptRun {
    var (training, books) = (setting.training, setting.books)
    training.seed = seed
    books.displacementBudgetBytes = displacements
    return try BookkeptRun(
      model: LlamaModel(setting.model, blas: blas), training: training, books: books,
      lines: lines, targets: corpus.targets, threads: setting.threads)
  }

  /// The page; `sizes`: one seed with other numbers of accounts.
  func report(_ rows: [Row], sizes: [Row]) -> String {
    let ratios = rows.map { $0.credited / $0.plain }.sorted()
    var text = """
      # The cost of the books

      Written by `make bench-books`: the same training run (King James text, \(corpus.lines.count) works, \
      \(setting.training.steps) steps of \(setting.training.batchSize) windows of \
      \(setting.model.contextLength) bytes, \(setting.threads) threads, \(blas.family)) plain, with its books, and with \
      displacements stored as well. Each target is measured on \(setting.windows) windows, on chords of \
      at most \(setting.books.maximumChord) steps with tolerance \(setting.books.tolerance).

      | seed | plain | with books | ratio | with displacements | ratio | largest residual | chords' residuals added up | mean loss |
      |---|---|---|---|---|---|---|---|---|

      """
    for row in rows {
      text +=
        "| \(row.seed) | \(fixed(row.plain, 1)) s | \(fixed(row.credited, 1)) s | "
        + "\(fixed(row.credited / row.plain, 2)) | "
        + (row.stored.map { "\(fixed($0, 1)) s | \(fixed($0 / row.plain, 2)) | " } ?? "– | – | ")
        + "\(fixed(row.worst * 100, 3)) % | "
        + "\(fixed(row.absolute * 100, 2)) % | \(fixed(row.loss, 4)) |\n"
    }
    text += "\nMedian ratio with books: **\(fixed(ratios[ratios.count / 2], 2))**.\n"
    text += "\n| seed | passes | updates | valuation | division | chords by level |\n"
    text += "|---|---|---|---|---|---|\n"
    for row in rows {
      let times = [
        row.split.passes, row.split.updates, row.split.valuation, row.split.accounting,
      ].map { fixed($0, 1) + " s" }
      text +=
        "| \(row.seed) | \(times.joined(separator: " | ")) | "
        + "\(row.levels.map(String.init).joined(separator: ", ")) |\n"
    }
    guard !sizes.isEmpty else { return text }
    text += """

      ## By number of accounts

      The same text cut into as many works of equal size, one an account, seed 1. Momenta are exact while they fit \
      \(setting.books.momentumBudgetBytes >> 20) MiB, else folded; the error is the root mean square of what folding \
      changes in the credits of works kept exactly as well, as a part of these credits.

      Shares: how long the coalitions of the built-in survey took (accounts are joined to at most \
      \(SurveyConfiguration().players) players), and that as a part of the plain run. The proxy is the same whatever is \
      trained: its cost is fixed, and a smaller part of a larger run.

      | accounts | plain | with books | ratio | largest residual | momenta | error of credits | shares: coalitions | players | seconds | part of the plain run |
      |---|---|---|---|---|---|---|---|---|---|---|

      """
    for row in sizes {
      let folding = row.folding
      let momenta = folding.map { "\($0.numbersPerLine) numbers a work" } ?? "exact"
      let error = folding.map { fixed(Double($0.errorPartsPerMillion) / 1e4, 2) + " %" } ?? "0"
      text +=
        "| \(row.accounts) | \(fixed(row.plain, 1)) s | \(fixed(row.credited, 1)) s | "
        + "\(fixed(row.credited / row.plain, 2)) | \(fixed(row.worst * 100, 3)) % | \(momenta) | "
        + "\(error) | "
      if let survey = row.survey {
        text +=
          "\(survey.coalitions) | \(survey.players) | \(fixed(survey.seconds, 1)) | "
          + "\(fixed(survey.seconds / row.plain, 2)) |\n"
      }
    }
    return text
  }
}

func fixed(_ value: Double, _ digits: Int) -> String {
  var scale = 1
  for _ in 0..<digits { scale *= 10 }
  let units = Int((value.magnitude * Double(scale)).rounded())
  guard digits > 0 else { return (value < 0 ? "-" : "") + "\(units)" }
  let fraction = String(units % scale)
  let zeros = String(repeating: "0", count: digits - fraction.count)
  return (value < 0 ? "-" : "") + "\(units / scale).\(zeros)\(fraction)"
}
