// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical

/// Why a `config.json` describes no model that can be run.
package enum HuggingFaceError: Error, Hashable {
  /// The architecture, or a part of it, is another one: its name and its value.
  case unsupported(String, String)
  /// A member is missing or of the wrong kind.
  case wrong(String)
}

extension HuggingFaceError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unsupported(let name, let value):
      "\(name) '\(value)' is unsupported: give a model of the Llama architecture"
    case .wrong(let name):
      "'\(name)' of config.json is missing or makes no sense: give the model's own config.json"
    }
  }
}

extension ModelConfiguration {
  /// Reads a `config.json` of the Llama family as `transformers` writes it, of version 4 or 5.
  ///
  /// Members that are left out have the defaults of `LlamaConfig`. Mistral models without sliding
  /// window are the same architecture.
  ///
  /// - Parameter json: The whole file.
  /// - Throws: `HuggingFaceError`, or the `ModelConfigurationError` of a shape that cannot be run.
  package init(huggingFace json: JSON) throws {
    try Self.requireLlama(json)
    func integer(_ name: String, default value: Int? = nil) throws(HuggingFaceError) -> Int {
      guard let member = json[name], member != .null else {
        guard let value else { throw .wrong(name) }
        return value
      }
      guard let number = member.integer, (1...1 << 40).contains(number) else { throw .wrong(name) }
      return Int(number)
    }
    self.init()
    vocabularySize = try integer("vocab_size")
    hiddenSize = try integer("hidden_size")
    layerCount = try integer("num_hidden_layers")
    headCount = try integer("num_attention_heads")
    feedForwardSize = try integer("intermediate_size")
    let limit = try integer("max_position_embeddings", default: 2048)
    positionLimit = limit
    contextLength = limit
    keyValueHeadCount = try integer("num_key_value_heads", default: headCount)
    if let size = json["head_dim"], size != .null { headSize = try integer("head_dim") }
    normEpsilon = Float(try Self.number(json, "rms_norm_eps", default: 1e-6))
    tiesEmbeddings = json["tie_word_embeddings"]?.bool ?? false
    let rope = json["rope_parameters"] ?? json["rope_scaling"] ?? .null
    let base = try Self.number(json, "rope_theta", default: 10_000)
    rotaryBase = try Self.number(rope, "rope_theta", default: base)
    rotaryScaling = try RotaryScaling(huggingFace: rope, limit: limit)
    try validate()
  }

  private static func requireLlama(_ json: JSON) throws(HuggingFaceError) {
    guard let type = json["model_type"]?.string else { throw .wrong("model_type") }
    guard type == "llama" || type == "mistral" else { throw .unsupported("architecture", type) }
    for architecture in json["architectures"]?.array ?? [] {
      guard let name = architecture.string, name.hasSuffix("ForCausalLM") else {
        throw .unsupported("architecture", architecture.string ?? "?")
      }
    }
    if type == "mistral" {
      guard json["sliding_window"] == .null else {
        throw .unsupported("architecture", "mistral with a sliding window")
      }
      guard json["num_key_value_heads"]?.integer != nil else { throw .wrong("num_key_value_heads") }
    }
    let activation = json["hidden_act"] ?? "silu"
    guard activation == "silu" else {
      throw .unsupported("hidden_act", activation.string ?? "?")
    }
    for name in ["attention_bias", "mlp_bias"] where json[name]?.bool == true {
      throw .unsupported(name, "true")
    }
    guard (json["partial_rotary_factor"]?.number ?? 1) == 1 else {
      throw .unsupported("partial_rotary_factor", "other than 1")
    }
    if let quantization = json["quantization_config"], quantization != .null {
      throw .unsupported("quantization", quantization["quant_method"]?.string ?? "?")
    }
  }

  fileprivate static func number(
    _ json: JSON, _ name: String, default value: Double? = nil
  ) throws(HuggingFaceError) -> Double {
    guard let member = json[name], member != .null else {
      guard let value else { throw .wrong(name) }
      return value
    }
    guard let number = member.number, number.isFinite else { throw .wrong(name) }
    return number
  }
}

extension RotaryScaling {
  /// Reads `rope_parameters` or `rope_scaling`; `limit` is the model's number of positions.
  fileprivate init(huggingFace json: JSON, limit: Int) throws(HuggingFaceError) {
    let type = json["rope_type"]?.string ?? json["type"]?.string ?? "default"
    switch type {
    case "default": self = .none
    case "linear": self = .linear(factor: try ModelConfiguration.number(json, "factor"))
    case "llama3":
      let positions = try ModelConfiguration.number(
        json, "original_max_position_embeddings", default: Double(limit))
      guard (1...0x1p24).contains(positions) else {
        throw .wrong("original_max_position_embeddings")
      }
      self = .llama3(
        factor: try ModelConfiguration.number(json, "factor"),
        lowFactor: try ModelConfiguration.number(json, "low_freq_factor"),
        highFactor: try ModelConfiguration.number(json, "high_freq_factor"),
        originalPositions: Int(positions))
    default: throw .unsupported("RoPE scaling", type)
    }
  }
}
