// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Trains on the King James text with the books on and tells where the time went:
//   bible -f "Gen1:1-Rev22:21" > kjv.txt
//   swift run -c release train-benchmark kjv.txt [name=value …]

import Attribution
import Glibc
import Kernels
import Transformer

func fail(_ message: String) -> Never {
  print("train-benchmark: \(message)")
  exit(2)
}

func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func readFile(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { fail("cannot read \(path)") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 20)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
    bytes += chunk[..<count]
  }
  return bytes
}

func fixed(_ value: Double, _ digits: Int = 4) -> String {
  var scale = 1
  for _ in 0..<digits { scale *= 10 }
  let units = Int((value.magnitude * Double(scale)).rounded())
  let fraction = String(units % scale)
  let zeros = String(repeating: "0", count: digits - fraction.count)
  return (value < 0 ? "-" : "") + "\(units / scale).\(zeros)\(fraction)"
}

var model = ModelConfiguration()
var training = TrainingConfiguration()
var books = BooksConfiguration()
var threads = 2
var windows = 16
guard CommandLine.arguments.count > 1 else { fail("usage: train-benchmark FILE [name=value …]") }
for argument in CommandLine.arguments.dropFirst(2) {
  let parts = argument.split(separator: "=")
  guard parts.count == 2, let value = Double(parts[1]) else { fail("\(argument) is no name=value") }
  switch parts[0] {
  case "hidden": model.hiddenSize = Int(value)
  case "layers": model.layerCount = Int(value)
  case "heads": model.headCount = Int(value)
  case "inner": model.feedForwardSize = Int(value)
  case "steps": training.steps = Int(value)
  case "batch": training.batchSize = Int(value)
  case "warm": training.warmUpSteps = Int(value)
  case "rate": training.peakRate = value
  case "final": training.finalRate = value
  case "decay": training.weightDecay = value
  case "beta1": training.beta1 = value
  case "beta2": training.beta2 = value
  case "clip": training.clipNorm = value
  case "seed": training.seed = UInt64(value)
  case "shard": training.shardWindows = Int(value)
  case "chord": books.maximumChord = Int(value)
  case "level": books.maximumLevel = Int(value)
  case "tolerance": books.tolerance = value
  case "memory": books.memoryBudgetBytes = Int(value) << 20
  case "threads": threads = Int(value)
  case "windows": windows = Int(value)
  default: fail("there is no option \(parts[0])")
  }
}

let corpus = Corpus(
  readFile(CommandLine.arguments[1]), windows: windows, context: model.contextLength)
let blas = try BLAS.load()
let began = seconds()
let run = try BookkeptRun(
  model: LlamaModel(model, blas: blas), training: training, books: books,
  lines: corpus.lines.enumerated().map { TrainingLine(owner: $0.offset, bytes: $0.element) },
  targets: corpus.targets, threads: threads)
print("\(blas.build); \(run.model.layout.count) parameters, \(threads) threads")

var levels = [Int](repeating: 0, count: 8)
var chords = 0
var next = 0
while !run.isFinished {
  let report = try run.advance()
  levels[report.level] += 1
  chords += 1
  if report.step >= next || run.isFinished {
    next += max(training.steps / 24, 1)
    let mean = report.targetLosses.reduce(0, +) / Double(report.targetLosses.count)
    print(
      "step \(report.step) chord \(report.chordLength) level \(report.level)",
      "batch \(fixed(report.trainingLoss)) targets \(fixed(mean))",
      "residual", report.residual.map { fixed($0, 5) }.joined(separator: " "),
      "at \(fixed(seconds() - began, 1)) s")
  }
}
let wall = seconds() - began
let baseline = BigramBaseline(texts: corpus.lines)
let closed = run.closedBooks()
print("chords \(chords), by level \(levels[1...].map(String.init).joined(separator: " "))")
for (index, target) in corpus.targets.enumerated() {
  let reduction = Double(closed.initialLoss[index] - closed.finalLoss[index])
  let part = { (piconats: Int64) in fixed(Double(piconats) / reduction * 100, 3) + " %" }
  print(
    "\(target.name): \(fixed(Double(closed.finalLoss[index]) * 1e-12)) nats/byte,",
    "bigram \(fixed(Double(baseline.loss(target)) * 1e-12));",
    "of the reduction: residual \(part(closed.residual[index])),",
    "sum of magnitudes \(part(closed.absoluteResidual[index])), decay \(part(closed.decay[index])),",
    "left-end sum \(part(closed.leftEnd.reduce(0) { $0 + $1[index] }))")
}
let split = run.timeSplit
print(
  "seconds: passes \(fixed(split.passes, 1)), updates \(fixed(split.updates, 1)),",
  "valuation \(fixed(split.valuation, 1)), accounting \(fixed(split.accounting, 1)),",
  "all \(fixed(wall, 1)); processor \(fixed(Double(clock()) / Double(CLOCKS_PER_SEC), 1))")
