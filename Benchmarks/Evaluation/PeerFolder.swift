// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import BenchmarkSupport
import Canonical
import Kernels
import Transformer

/// What other tools need to value the accounts of the same run: `Python/evaluation/README.md`.
struct PeerFolder {
  let study: Study
  let seed: UInt64
  let directory: String

  /// Trains the run with its books open; writes windows, order, checkpoints and the books' scores.
  func write(blas: BLAS, threads: Int) throws {
    let (model, training) = (Study.model, study.training(seed: seed))
    let (lines, targets) = (study.lines, study.targets)
    let llama = try LlamaModel(model, blas: blas)
    let windows = WindowSet(
      pieces: lines.enumerated().map { TextPiece(line: $0.offset, text: $0.element.text) },
      lineCount: lines.count, context: model.contextLength)
    write(windows, to: "windows", indices: "account") { lines[windows.line(ofWindow: $0)].owner }
    let passages = targets.enumerated().flatMap { index, target in
      target.passages.map { TextPiece(line: index, text: $0) }
    }
    let held = WindowSet(
      pieces: passages, lineCount: targets.count, context: model.contextLength)
    write(held, to: "targets", indices: "target") { held.line(ofWindow: $0) }
    var order = DataOrder(
      windows, owners: lines.map(\.owner), seed: seed, batchSize: training.batchSize)
    var steps: [UInt8] = []
    var read: [Int] = []
    for step in 0..<training.steps {
      order.read(step: step, into: &read)
      for window in read { append(UInt32(window), to: &steps) }
    }
    writeFile(steps, to: "\(directory)/order.bin")
    Evaluation.write(
      .numbers((0..<training.steps).map { training.rate(step: $0) }),
      to: "\(directory)/learning_rates.json")
    Evaluation.write(description(model, training), to: "\(directory)/model.json")
    var books = BooksConfiguration()
    books.segments = 8
    let run = try BookkeptRun(
      model: llama, training: training, books: books, lines: lines, targets: targets,
      threads: threads)
    let began = seconds()
    checkpoint(run)
    while !run.isFinished {
      if try run.advance().endsSegment { checkpoint(run) }
    }
    writeScores(run, seconds: seconds() - began)
  }

  private func write(
    _ set: WindowSet, to name: String, indices: String, of index: (Int) -> Int
  ) {
    var bytes: [UInt8] = []
    for window in 0..<set.count {
      let text = set.tokens(ofWindow: window).map(UInt8.init)
      let count = text.count - 1
      bytes += [UInt8(count & 255), UInt8(count >> 8)]
      bytes += text
    }
    writeFile(bytes, to: "\(directory)/\(name).bin")
    Evaluation.write(
      [
        "count": .integer(Int64(set.count)),
        indices: .array((0..<set.count).map { .integer(Int64(index($0))) }),
      ], to: "\(directory)/\(name).json")
  }

  private func append(_ value: UInt32, to bytes: inout [UInt8]) {
    for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
  }

  private func description(_ model: ModelConfiguration, _ training: TrainingConfiguration) -> JSON {
    [
      "hidden": .integer(Int64(model.hiddenSize)), "layers": .integer(Int64(model.layerCount)),
      "heads": .integer(Int64(model.headCount)),
      "feed_forward": .integer(Int64(model.feedForwardSize)),
      "context": .integer(Int64(model.contextLength)), "vocabulary": 256,
      "norm_epsilon": .double(1e-5), "rope_base": .integer(10_000),
      "steps": .integer(Int64(training.steps)), "batch": .integer(Int64(training.batchSize)),
      "peak_rate": .double(training.peakRate), "warm_up": .integer(Int64(training.warmUpSteps)),
      "final_rate": .double(training.finalRate), "beta1": .double(training.beta1),
      "beta2": .double(training.beta2), "epsilon": .double(training.epsilon),
      "decay": .double(training.weightDecay), "clip": .double(training.clipNorm),
      "accounts": .array(study.accounts.map { .string($0.name) }),
      "targets": .array(study.targets.map { .string($0.name) }),
    ]
  }

  private func checkpoint(_ run: BookkeptRun) {
    let path = "\(directory)/checkpoints/\(run.step)"
    makeDirectory(path)
    writeFile(
      Safetensors.encode(run.model.layout, run.trainer.parameters.base),
      to: "\(path)/model.safetensors")
    Evaluation.write(run.model.configuration.huggingFaceConfiguration, to: "\(path)/config.json")
  }

  private func writeScores(_ run: BookkeptRun, seconds: Double) {
    let books = run.closedBooks()
    let owners = study.lines.map(\.owner)
    func matrix(_ lines: [[Int64]]) -> [[Double]] {
      var sums = study.accounts.map { _ in books.initialLoss.map { _ in 0.0 } }
      for (line, owner) in owners.enumerated() {
        for target in books.initialLoss.indices {
          sums[owner][target] += Double(lines[line][target]) / ClosedBooks.piconatsPerNat
        }
      }
      return sums
    }
    let residual = books.worstResidual
    Evaluation.writeScores(
      "books-path", matrix(books.credit), seconds: seconds, directory: directory,
      notes: "path-integral credits of the books; largest residual \(residual) of a reduction")
  }
}

enum Evaluation {
  static func write(_ json: JSON, to path: String) {
    writeFile(Array(json.prettyText.utf8), to: path)
  }

  /// Writes a method's matrix account × target; positive where the account lowers the loss.
  static func writeScores(
    _ method: String, _ scores: [[Double]], seconds: Double, directory: String, notes: String
  ) {
    makeDirectory("\(directory)/scores")
    write(
      [
        "method": .string(method), "version": "this repository",
        "scores": .array(scores.map(JSON.numbers)), "seconds": .double(seconds),
        "notes": .string(notes),
      ], to: "\(directory)/scores/\(method).json")
  }
}
