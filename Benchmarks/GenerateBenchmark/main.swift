// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

// Generates greedily with kept keys and values and prints one line of JSON with the tokens and the
// seconds of each repetition. Driven by `Benchmarks/peers/generate.py`:
//   swift run -c release generate-benchmark [name=value …] [export=DIRECTORY]

import BenchmarkSupport
import Canonical
import Glibc
import Kernels
import Primitives
import Transformer

var shape = ModelConfiguration()
var prompt = 8
var repetitions = 3
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
  case "prompt": prompt = value
  case "repetitions": repetitions = value
  default: fail("there is no option \(parts[0])")
  }
}

/// Seeded weights; written for the others where asked.
func seededWeights(_ layout: ParameterLayout, export directory: String?) -> FloatBuffer {
  let weights = FloatBuffer(count: layout.count)
  var random = Philox4x32(key: 11, stream: 0)
  for tensor in layout.tensors {
    for i in tensor.offset..<tensor.offset + tensor.count {
      let uniform = Float(random.next32()) * 0x1p-31 - 1
      weights.base[i] = tensor.shape.count > 1 ? uniform * 0.15 : 1 + uniform * 0.1
    }
  }
  if let directory {
    writeFile(Safetensors.encode(layout, weights.base), to: directory + "/model.safetensors")
  }
  return weights
}

let model = try LlamaModel(shape, blas: try BLAS.load())
if let directory {
  mkdir(directory, 0o755)
  writeFile(shape.huggingFaceConfiguration.canonicalBytes, to: directory + "/config.json")
}
let generator = Generator(
  model: model, parameters: seededWeights(model.layout, export: directory))
let start = (0..<prompt).map { Int32(65 + $0) }
let count = shape.contextLength - prompt
let greedy = TokenSampler(temperature: 0, topProbability: 1, seed: 1)
var tokens: [Int32] = []
var times: [Double] = []
for _ in 0...repetitions {
  let began = seconds()
  var continuation = Continuation(start, generator: generator, sampler: greedy)
  tokens = (0..<count).map { _ in continuation.next() }
  times.append(seconds() - began)
}
generator.restart()
var logits: [Float] = []
for token in start { logits = Array(generator.read(token)) }
let report: [(String, JSON)] = [
  ("parameters", .integer(Int64(model.layout.count))),
  ("prompt", .array(start.map { .integer(Int64($0)) })),
  ("tokens", .array(tokens.map { .integer(Int64($0)) })),
  ("logits", .array(logits.map { .double(Double($0)) })),
  ("seconds", .array(times.dropFirst().map { .double($0) })),
]
print(String(decoding: JSON.object(JSONObject(report)).canonicalBytes, as: UTF8.self))
