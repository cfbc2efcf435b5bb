// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Measures plain training steps (forward, backward, clip, AdamW) and the peak of the matrix
// products on the same threads; prints one line of JSON. Driven by `Benchmarks/peers/train.py`:
//   swift run -c release step-benchmark [name=value …] [export=DIRECTORY]

import BenchmarkSupport
import Canonical
import Glibc
import Kernels
import Primitives
import Transformer

var shape = ModelConfiguration()
var training = TrainingConfiguration()
training.warmUpSteps = 0
var threads = 1
var warmUps = 3
var measured = 10
var directory: String?
for argument in CommandLine.arguments.dropFirst() {
  let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
  guard parts.count == 2 else { fail("\(argument) is no name=value") }
  if parts[0] == "export" {
    directory = parts[1]
    continue
  }
  guard let value = Int(parts[1]) else { fail("\(argument) is no whole number") }
  switch parts[0] {
  case "hidden": shape.hiddenSize = value
  case "layers": shape.layerCount = value
  case "heads": shape.headCount = value
  case "inner": shape.feedForwardSize = value
  case "context": shape.contextLength = value
  case "batch": training.batchSize = value
  case "shard": training.shardWindows = value
  case "threads": threads = value
  case "warm": warmUps = value
  case "steps": measured = value
  default: fail("there is no option \(parts[0])")
  }
}
training.steps = warmUps + measured

let blas = try BLAS.load()
let bench = try StepBench(shape, training, threads: threads, blas: blas)
if let directory {
  mkdir(directory, 0o755)
  writeFile(shape.huggingFaceConfiguration.canonicalBytes, to: directory + "/config.json")
  writeFile(bench.weights, to: directory + "/model.safetensors")
  writeFile(bench.text, to: directory + "/text.bin")
}
let peak = ProductPeak(blas, threads: threads)
let before = peak.measure()
var losses: [Double] = []
for _ in 0..<warmUps { losses.append(bench.step()) }
var times: [Double] = []
var processor: [Double] = []
for _ in 0..<measured {
  let began = seconds()
  let used = seconds(CLOCK_PROCESS_CPUTIME_ID)
  losses.append(bench.step())
  times.append(seconds() - began)
  processor.append(seconds(CLOCK_PROCESS_CPUTIME_ID) - used)
}
let after = peak.measure()
let report: [(String, JSON)] = [
  ("kernels", .string(blas.family)),
  ("threads", .integer(Int64(threads))),
  ("parameters", .integer(Int64(bench.trainer.engine.model.layout.count))),
  ("tokens", .integer(Int64(bench.tokens))),
  ("flops", .integer(Int64(bench.floatingPointOperations))),
  ("steps", .array(times.map { .double($0) })),
  ("processor", .array(processor.map { .double($0) })),
  ("losses", .array(losses.map { .double($0) })),
  ("peak", .array([.double(before), .double(after)])),
]
print(String(decoding: JSON.object(JSONObject(report)).canonicalBytes, as: UTF8.self))
