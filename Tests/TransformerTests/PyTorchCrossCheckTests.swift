// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Foundation
import Kernels
import Primitives
import Testing
import Transformer

/// The interpreter with torch and transformers, or nil after saying that the check is skipped.
private let python: String? = {
  let path = ProcessInfo.processInfo.environment["CADASTRE_PYTHON"]
  if path == nil {
    print("SKIPPED: PyTorch cross-check; set CADASTRE_PYTHON to a python with torch, transformers")
  }
  return path
}()

private let scripts = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Python")

private func runPython(_ script: String, _ arguments: [String]) throws -> Int32 {
  let process = Process()
  process.executableURL = URL(filePath: try #require(python))
  process.arguments = [scripts.appending(path: script).path] + arguments
  try process.run()
  process.waitUntilExit()
  return process.terminationStatus
}

private func withDirectory(_ body: (URL) throws -> Void) throws {
  let directory = FileManager.default.temporaryDirectory.appending(
    path: "cadastre-cross-check-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  try body(directory)
}

/// Writes the model, a batch of random tokens, and our logits and gradients on it.
private func write(
  _ model: LlamaModel, _ parameters: borrowing FloatBuffer, to directory: URL
) throws {
  let configuration = model.configuration
  let size = model.layout.count
  var random = Philox4x32(key: 4, stream: 4)
  let texts = (0..<3).map { _ in
    (0...configuration.contextLength).map { _ in
      Int32(random.below(UInt32(configuration.vocabularySize)))
    }
  }
  let windows = WindowSet(
    pieces: texts.map {
      TextPiece(
        line: 0,
        text: TokenText(
          bytes: Array(repeating: 0, count: $0.count), tokens: $0,
          byteCounts: Array(repeating: 1, count: $0.count)))
    }, lineCount: 1, context: configuration.contextLength)
  let plan = PassPlan(all: windows, shardWindows: 4)
  let engine = PassEngine(
    model: model, workers: Workers(count: 1), shardWindows: 4, shardCapacity: 1)
  let gradients = FloatBuffer(count: size)
  engine.gradients(
    windows, plan, parameters: parameters.base, scales: [1 / Float(plan.predictions)],
    into: gradients.base)
  let logits = engine.logits(Array(texts[0].dropLast()), parameters: parameters.base)

  func write(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: directory.appending(path: name))
  }
  try write(configuration.huggingFaceConfiguration.canonicalBytes, "config.json")
  try write(Safetensors.encode(model.layout, parameters.base), "model.safetensors")
  try write(Safetensors.encode(model.layout, gradients.base), "gradients.safetensors")
  try write(
    texts.joined().flatMap { token in withUnsafeBytes(of: token.littleEndian) { Array($0) } },
    "batch.bin")
  try write(
    logits.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } },
    "logits.bin")
}

@Suite struct PyTorchCrossCheckTests {
  @Test(.enabled(if: python != nil, "CADASTRE_PYTHON is not set"))
  func `Logits and gradients agree with transformers and autograd`() throws {
    try withDirectory { directory in
      let model = try LlamaModel(ModelConfiguration(), blas: BLAS.load())
      let parameters = FloatBuffer(count: model.layout.count)
      model.layout.initialize(parameters.base, seed: 4)
      try write(model, parameters, to: directory)
      #expect(try runPython("cross_check_model.py", [directory.path]) == 0)
    }
  }

  @Test(.enabled(if: python != nil, "CADASTRE_PYTHON is not set"))
  func `Models that transformers saved are read, computed alike and written again`() throws {
    try withDirectory { directory in
      #expect(try runPython("make_llama_samples.py", [directory.path]) == 0)
      for name in ["bf16-sharded", "f16", "f32-sharded"] {
        let sample = directory.appending(path: name)
        func read(_ file: String) throws -> [UInt8] {
          Array(try Data(contentsOf: sample.appending(path: file)))
        }
        let model = try LlamaModel(
          ModelConfiguration(huggingFace: JSON.parse(read("config.json"))), blas: BLAS.load())
        var index: ShardIndex?
        if name.hasSuffix("sharded") {
          index = try ShardIndex(json: JSON.parse(read(ShardIndex.fileName)))
          #expect((index?.files.count ?? 0) > 1)
        }
        var reader = WeightsReader(model.layout, index: index)
        for file in index?.files ?? ["model.safetensors"] {
          try reader.read(file: file, try read(file))
        }
        let weights = try reader.finish(file: "model.safetensors")
        let copy = directory.appending(path: name + "-copy")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        try write(model, weights, to: copy)
        #expect(try runPython("cross_check_model.py", [copy.path, sample.path]) == 0, "\(name)")
      }
    }
  }
}
