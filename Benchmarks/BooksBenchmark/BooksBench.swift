// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
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
    var stored: Double
    var split: TimeSplit
    /// Residuals of the targets as parts of their reductions.
    var residuals: [Double]
    /// The sum of the magnitudes of the chords' residuals, likewise; the largest of the targets.
    var absolute: Double
    var chords: Int
    var levels: [Int]
    var loss: Double

    var worst: Double { residuals.map(\.magnitude).max() ?? 0 }

    var line: String {
      "seed \(seed): plain \(fixed(plain, 1)) s, with books \(fixed(credited, 1)) s "
        + "(× \(fixed(credited / plain, 3))), with displacements \(fixed(stored, 1)) s "
        + "(× \(fixed(stored / plain, 3))); passes \(fixed(split.passes, 1)), updates \(fixed(split.updates, 1)), "
        + "valuation \(fixed(split.valuation, 1)), division \(fixed(split.accounting, 1)) s; residual at most \(fixed(worst * 100, 3)) %; "
        + "\(chords) chords, by level \(levels.map(String.init).joined(separator: " "))"
    }
  }

  private var lines: [TrainingLine] {
    corpus.lines.enumerated().map { TrainingLine(owner: $0.offset, bytes: $0.element) }
  }

  /// One seed: plain and credited runs take turns, segment by segment, so that what slows the machine
  /// down slows all of them.
  func measure(seed: UInt64) throws -> Row {
    let plain = try PlainRun(setting, lines: lines, seed: seed, blas: blas)
    let credited = try run(seed: seed, displacements: 0)
    let budget = setting.books.displacementBudgetBytes
    let stored = try budget > 0 ? run(seed: seed, displacements: budget) : nil
    var row = Row(
      seed: seed, plain: 0, credited: 0, stored: 0, split: credited.timeSplit, residuals: [],
      absolute: 0,
      chords: 0, levels: [Int](repeating: 0, count: setting.books.maximumLevel), loss: 0)
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
        row.stored += try timed {
          while try !stored.advance().endsSegment { _ = stored.takeDisplacements() }
        }
      }
    }
    let closed = credited.closedBooks()
    func part(_ piconats: [Int64], _ target: Int) -> Double {
      Double(piconats[target]) / Double(closed.initialLoss[target] - closed.finalLoss[target])
    }
    let targets = closed.residual.indices
    row.split = credited.timeSplit
    row.residuals = targets.map { part(closed.residual, $0) }
    row.absolute = targets.map { part(closed.absoluteResidual, $0) }.max() ?? 0
    row.loss = closed.finalLoss.reduce(0) { $0 + Double($1) } / Double(targets.count) * 1e-12
    return row
  }

  private func run(seed: UInt64, displacements: Int) throws -> BookkeptRun {
    var (training, books) = (setting.training, setting.books)
    training.seed = seed
    books.displacementBudgetBytes = displacements
    return try BookkeptRun(
      model: LlamaModel(setting.model, blas: blas), training: training, books: books,
      lines: lines, targets: corpus.targets, threads: setting.threads)
  }

  /// The page.
  func report(_ rows: [Row]) -> String {
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
        + "\(fixed(row.credited / row.plain, 2)) | \(fixed(row.stored, 1)) s | "
        + "\(fixed(row.stored / row.plain, 2)) | \(fixed(row.worst * 100, 3)) % | "
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
    return text
  }
}

func timed(_ body: () throws -> Void) rethrows -> Double {
  let began = seconds()
  try body()
  return seconds() - began
}

func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
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
