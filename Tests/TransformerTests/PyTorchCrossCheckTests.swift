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

@Suite struct PyTorchCrossCheckTests {
  @Test(.enabled(if: python != nil, "CADASTRE_PYTHON is not set"))
  func `Logits and gradients agree with transformers and autograd`() throws {
    let interpreter = try #require(python)
    let directory = FileManager.default.temporaryDirectory.appending(
      path: "cadastre-cross-check-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let configuration = ModelConfiguration()
    let model = try LlamaModel(configuration, blas: BLAS.load())
    let size = model.layout.count
    let parameters = FloatBuffer(count: size)
    model.layout.initialize(parameters.base, seed: 4)
    var random = Philox4x32(key: 4, stream: 4)
    let texts = (0..<3).map { _ in
      (0...configuration.contextLength).map { _ in UInt8(truncatingIfNeeded: random.next32()) }
    }
    let windows = WindowSet(
      pieces: texts.map { TextPiece(line: 0, bytes: $0) }, lineCount: 1,
      context: configuration.contextLength)
    let plan = PassPlan(all: windows, shardWindows: 4)
    let engine = PassEngine(
      model: model, workers: Workers(count: 1), shardWindows: 4, shardCapacity: 1)
    let gradients = FloatBuffer(count: size)
    let scale = 1 / Float(plan.predictions)
    engine.gradients(
      windows, plan, parameters: parameters.base, scales: [scale], into: gradients.base)
    let logits = engine.logits(Array(texts[0].dropLast()), parameters: parameters.base)

    func write(_ bytes: [UInt8], _ name: String) throws {
      try Data(bytes).write(to: directory.appending(path: name))
    }
    try write(configuration.huggingFaceConfiguration.canonicalBytes, "config.json")
    try write(Safetensors.encode(model.layout, parameters.base), "model.safetensors")
    try write(Safetensors.encode(model.layout, gradients.base), "gradients.safetensors")
    try write(texts.flatMap { $0 }, "batch.bin")
    try write(
      logits.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } },
      "logits.bin")

    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Python/cross_check_model.py")
    let process = Process()
    process.executableURL = URL(filePath: interpreter)
    process.arguments = [script.path, directory.path]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
