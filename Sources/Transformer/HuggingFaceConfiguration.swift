// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical

extension ModelConfiguration {
  /// The model's `config.json`, with which `transformers` loads the weights as `LlamaForCausalLM`.
  package var huggingFaceConfiguration: JSON {
    var members: [(String, JSON)] = [
      ("architectures", ["LlamaForCausalLM"]),
      ("attention_bias", false),
      ("attention_dropout", 0),
      ("bos_token_id", .null),
      ("eos_token_id", .null),
      ("head_dim", .integer(Int64(headSize))),
      ("hidden_act", "silu"),
      ("hidden_size", .integer(Int64(hiddenSize))),
      ("initializer_range", .double(0.02)),
      ("intermediate_size", .integer(Int64(feedForwardSize))),
      ("max_position_embeddings", .integer(Int64(positionLimit))),
      ("mlp_bias", false),
      ("model_type", "llama"),
      ("num_attention_heads", .integer(Int64(headCount))),
      ("num_hidden_layers", .integer(Int64(layerCount))),
      ("num_key_value_heads", .integer(Int64(keyValueHeadCount))),
      ("pad_token_id", .null),
      ("rms_norm_eps", .double(Double(normEpsilon.description) ?? Double(normEpsilon))),
      ("rope_theta", .double(rotaryBase)),
      ("tie_word_embeddings", .bool(tiesEmbeddings)),
      ("torch_dtype", "float32"),
      ("use_cache", true),
      ("vocab_size", .integer(Int64(vocabularySize))),
    ]
    if let scaling = rotaryScaling.json { members.append(("rope_scaling", scaling)) }
    return .object(JSONObject(members))
  }
}

extension RotaryScaling {
  /// As `rope_scaling` states it; nil where there is none.
  fileprivate var json: JSON? {
    switch self {
    case .none: nil
    case .linear(let factor): ["rope_type": "linear", "factor": .double(factor)]
    case .llama3(let factor, let low, let high, let positions):
      [
        "rope_type": "llama3", "factor": .double(factor), "low_freq_factor": .double(low),
        "high_freq_factor": .double(high),
        "original_max_position_embeddings": .integer(Int64(positions)),
      ]
    }
  }
}
