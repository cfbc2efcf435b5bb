// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Kernels
import Primitives
import Testing
import Transformer

/// A tiny model with grouped queries, a head size of its own and an output of its own.
private func groupedModel() throws -> LlamaModel {
  var configuration = try tinyModel().configuration
  configuration.headCount = 4
  configuration.keyValueHeadCount = 2
  configuration.headSize = 12
  configuration.tiesEmbeddings = false
  configuration.vocabularySize = 51
  configuration.layerCount = 1
  return try LlamaModel(configuration, blas: BLAS.load())
}

private func read(
  _ files: [(String, [UInt8])], _ layout: ParameterLayout, index: ShardIndex? = nil
) throws -> [Float] {
  var reader = WeightsReader(layout, index: index)
  for (name, bytes) in files {
    try reader.read(file: name, bytes)
  }
  let weights = try reader.finish(file: "model.safetensors")
  return Array(weights.elements)
}

/// A safetensors file of the given entries, with whatever header they make.
private func file(_ entries: [(String, JSON)], data: [UInt8]) -> [UInt8] {
  let header = JSON.object(JSONObject(entries)).canonicalBytes
  return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
}

@Suite struct WeightsTests {
  @Test func `Weights written are weights read`() throws {
    let layout = try groupedModel().layout
    let weights = FloatBuffer(count: layout.count)
    layout.initialize(weights.base, seed: 77)
    let bytes = Safetensors.encode(layout, weights.base)
    #expect(try read([("a.safetensors", bytes)], layout) == Array(weights.elements))
  }

  @Test func `Whatever is damaged is refused or read as other numbers, and never crashes`() throws {
    let layout = try groupedModel().layout
    let weights = FloatBuffer(count: layout.count)
    layout.initialize(weights.base, seed: 77)
    let bytes = Safetensors.encode(layout, weights.base)
    let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    var random = Philox4x32(key: 6, stream: 1)
    var refused = 0
    for round in 0..<600 {
      var damaged = bytes
      if round % 3 == 0 {
        damaged = Array(damaged.prefix(Int(random.below(UInt32(bytes.count)))))
      } else {
        for _ in 0...random.below(3) {
          damaged[Int(random.below(UInt32(header)))] = UInt8(truncatingIfNeeded: random.next32())
        }
      }
      do {
        let found = try read([("a.safetensors", damaged)], layout)
        #expect(damaged[header...] == bytes[header...] && found.count == layout.count)
      } catch let error as WeightsFileError {
        #expect(error.file == "a.safetensors" || error.file == "model.safetensors")
        refused += 1
      }
    }
    #expect(refused > 500)
  }

  @Test func `Hostile headers are refused by the rule that they break`() throws {
    var configuration = try groupedModel().configuration
    configuration.hiddenSize = 16
    let layout = ParameterLayout(configuration)
    let name = "model.embed_tokens.weight"
    func refusal(_ entries: [(String, JSON)], data: Int = 3264) -> SafetensorsError? {
      let bytes = file(entries, data: Array(repeating: 0, count: data))
      do {
        _ = try read([("a.safetensors", bytes)], layout)
      } catch {
        return (error as? WeightsFileError)?.error
      }
      return nil
    }
    func entry(_ shape: JSON, _ offsets: JSON, _ type: JSON = "F32") -> (String, JSON) {
      (name, ["dtype": type, "shape": shape, "data_offsets": offsets])
    }
    #expect(
      refusal([entry([51, 16], [0, 3265])])
        == .truncated(needed: 3265 + header([51, 16], [0, 3265])))
    #expect(refusal([entry([51, 16], [-4, 3260])]) == .wrongPlace(name))
    #expect(refusal([entry([51, 16], [4, 3268])], data: 3268) == .wrongPlace(name))
    #expect(refusal([entry([51, 16], [8, 4])]) == .wrongPlace(name))
    #expect(refusal([entry([51, 17], [0, 3264])]) == .wrongPlace(name))
    #expect(refusal([entry([51, 16], [0, 3264])], data: 3300) == .trailingBytes)
    #expect(
      refusal([entry([16, 51], [0, 3264])])
        == .wrongShape(name, found: [16, 51], expected: [51, 16]))
    #expect(refusal([entry([51, 16], [0, 3264], "I32")]) == .unsupportedType(name, "I32"))
    #expect(refusal([entry([51, -16], [0, 3264])]) == .malformedEntry(name))
    #expect(
      refusal([entry([4_294_967_296, 4_294_967_296], [0, 3264])]) == .malformedEntry(name))
    #expect(refusal([(name, 3)]) == .malformedEntry(name))
    #expect(
      refusal([
        entry([51, 16], [0, 3264]),
        ("other", ["dtype": "F32", "shape": [816], "data_offsets": [0, 3264]]),
      ]) == .wrongPlace("other"))
    #expect(
      refusal([("other", ["dtype": "F32", "shape": [816], "data_offsets": [0, 3264]])])
        == .unexpected("other"))
    #expect(
      refusal([entry([51, 16], [0, 3264])]) == .missing("model.layers.0.input_layernorm.weight"))

    func header(_ shape: JSON, _ offsets: JSON) -> Int {
      file([entry(shape, offsets)], data: []).count
    }
  }

  @Test func `A tensor that is not finite, stands twice or elsewhere is named with its file`()
    throws
  {
    let layout = try groupedModel().layout
    let weights = FloatBuffer(count: layout.count)
    layout.initialize(weights.base, seed: 1)
    let good = Safetensors.encode(layout, weights.base)
    #expect(
      throws: WeightsFileError(file: "b", error: .twice("model.embed_tokens.weight"))
    ) { try read([("a", good), ("b", good)], layout) }
    let elsewhere = try ShardIndex(
      json: ["weight_map": .object(JSONObject(layout.tensors.map { ($0.name, "b.safetensors") }))])
    #expect(elsewhere.files == ["b.safetensors"])
    #expect(throws: WeightsFileError.self) {
      try read([("a.safetensors", good)], layout, index: elsewhere)
    }
    weights.base[layout.count - 1] = .nan
    #expect(
      throws: WeightsFileError(file: "a", error: .notFinite("lm_head.weight"))
    ) { try read([("a", Safetensors.encode(layout, weights.base))], layout) }
    for name in ["../b.safetensors", "/etc/b.safetensors", "b.bin", ".safetensors", ""] {
      #expect(throws: WeightsFileError.self) {
        try ShardIndex(json: ["weight_map": ["lm_head.weight": .string(name)]])
      }
    }
  }
}

/// Members of `config.json` that make another architecture, or none.
private let foreign: [(String, JSON)] = [
  ("model_type", JSON.string("gemma3")), ("model_type", "mistral"), ("model_type", JSON.null),
  ("hidden_act", "gelu"), ("attention_bias", true), ("mlp_bias", true),
  ("rope_scaling", ["rope_type": "yarn", "factor": 4]),
  ("rope_scaling", ["type": "dynamic", "factor": 4]),
  ("rope_parameters", ["rope_type": "longrope", "rope_theta": 10000]),
  ("quantization_config", ["quant_method": "gptq"]), ("num_key_value_heads", 3),
  ("hidden_size", -64), ("hidden_size", "64"), ("vocab_size", JSON.null), ("rms_norm_eps", "x"),
  ("architectures", ["LlamaForSequenceClassification"]), ("head_dim", 7),
]

@Suite struct ConfigurationReadingTests {
  @Test func `What is written is read again`() throws {
    var configuration = try groupedModel().configuration
    for scaling in [
      RotaryScaling.none, .linear(factor: 2.5),
      .llama3(factor: 8, lowFactor: 1, highFactor: 4, originalPositions: 64),
    ] {
      configuration.rotaryScaling = scaling
      let back = try ModelConfiguration(huggingFace: configuration.huggingFaceConfiguration)
      #expect(back.huggingFaceConfiguration == configuration.huggingFaceConfiguration)
      #expect(back.rotaryScaling == scaling)
    }
  }

  @Test(arguments: foreign)
  func `A member that is not of the architecture is refused`(name: String, value: JSON) throws {
    guard case .object(var object) = try groupedModel().configuration.huggingFaceConfiguration
    else { return }
    object[name] = value
    #expect(throws: (any Error).self) {
      try ModelConfiguration(huggingFace: .object(object))
    }
  }
}
