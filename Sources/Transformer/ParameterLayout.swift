// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// One named tensor inside the flat parameter buffer, row-major.
package struct ParameterTensor: Hashable, Sendable {
  /// The name `transformers` gives it.
  package let name: String
  package let shape: [Int]
  /// The index of the first float.
  package let offset: Int

  /// The number of floats.
  package var count: Int { shape.reduce(1, *) }
  /// Matrices decay, gains do not; the embedding is a matrix.
  package var decays: Bool { shape.count > 1 }
}

/// Where each tensor lies in the flat buffer of parameters, gradients and moments.
///
/// Query, key and value of a layer are adjacent, and gate and up are, so that each group is one
/// matrix product.
package struct ParameterLayout: Sendable {
  /// All tensors in the order of their offsets, without gaps.
  package let tensors: [ParameterTensor]
  /// The number of floats, a multiple of 8.
  package let count: Int

  struct Layer: Sendable {
    var inputNorm = 0
    var attention = 0
    var attentionOutput = 0
    var feedForwardNorm = 0
    var gateAndUp = 0
    var down = 0
  }

  let layers: [Layer]
  let finalNorm: Int
  /// The output matrix; 0, the embedding's place, where they are one.
  let output: Int

  package init(_ configuration: ModelConfiguration) {
    let hidden = configuration.hiddenSize
    let inner = configuration.feedForwardSize
    let queries = configuration.queryWidth
    let keys = configuration.keyValueHeadCount * configuration.headSize
    var tensors: [ParameterTensor] = []
    var next = 0
    func place(_ name: String, _ shape: [Int]) -> Int {
      let tensor = ParameterTensor(name: name, shape: shape, offset: next)
      tensors.append(tensor)
      next += tensor.count
      return tensor.offset
    }
    _ = place("model.embed_tokens.weight", [configuration.vocabularySize, hidden])
    var layers: [Layer] = []
    for index in 0..<configuration.layerCount {
      let prefix = "model.layers.\(index)."
      var layer = Layer()
      layer.inputNorm = place(prefix + "input_layernorm.weight", [hidden])
      layer.attention = place(prefix + "self_attn.q_proj.weight", [queries, hidden])
      _ = place(prefix + "self_attn.k_proj.weight", [keys, hidden])
      _ = place(prefix + "self_attn.v_proj.weight", [keys, hidden])
      layer.attentionOutput = place(prefix + "self_attn.o_proj.weight", [hidden, queries])
      layer.feedForwardNorm = place(prefix + "post_attention_layernorm.weight", [hidden])
      layer.gateAndUp = place(prefix + "mlp.gate_proj.weight", [inner, hidden])
      _ = place(prefix + "mlp.up_proj.weight", [inner, hidden])
      layer.down = place(prefix + "mlp.down_proj.weight", [hidden, inner])
      layers.append(layer)
    }
    finalNorm = place("model.norm.weight", [hidden])
    output =
      configuration.tiesEmbeddings
      ? 0 : place("lm_head.weight", [configuration.vocabularySize, hidden])
    self.tensors = tensors
    self.layers = layers
    count = next
  }

  /// The buffer cut into pieces for parallel work: none crosses a tensor.
  func pieces(of size: Int) -> [ParameterPiece] {
    tensors.flatMap { tensor in
      stride(from: 0, to: tensor.count, by: size).map {
        ParameterPiece(
          offset: tensor.offset + $0, count: min(size, tensor.count - $0), decays: tensor.decays)
      }
    }
  }
}

/// A run of parameters that decay alike.
struct ParameterPiece: Sendable {
  var offset: Int
  var count: Int
  var decays: Bool
}
