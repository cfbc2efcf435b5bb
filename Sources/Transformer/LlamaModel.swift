// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Kernels

/// A Llama decoder: its shape, and the forward and backward pass of one packed shard.
///
/// Weights are not held here; passes take the flat buffer of `ParameterLayout`. Products follow the
/// convention of `transformers`: a weight is `(outputs, inputs)` and `y = x · weightᵀ`.
package final class LlamaModel: Sendable {
  package let configuration: ModelConfiguration
  package let layout: ParameterLayout
  package let blas: BLAS
  let attention: CausalAttention
  let rotary: RotaryEmbedding

  /// - Throws: the first rule of `ModelConfiguration.validate` that is broken.
  package init(
    _ configuration: ModelConfiguration, blas: BLAS
  ) throws(ModelConfigurationError) {
    try configuration.validate()
    self.configuration = configuration
    self.blas = blas
    layout = ParameterLayout(configuration)
    attention = CausalAttention(blas: blas, headSize: configuration.headSize)
    rotary = RotaryEmbedding(
      headSize: configuration.headSize, positions: configuration.contextLength,
      base: configuration.rotaryBase, scaling: configuration.rotaryScaling.apply)
  }

  /// Computes the logits of the packed rows and keeps what `backward` needs.
  func forward(_ parameters: UnsafePointer<Float>, _ space: Workspace) {
    let hidden = configuration.hiddenSize
    let rows = space.rows
    for row in 0..<rows {
      let source = parameters + Int(space.inputs[row]) * hidden
      (space.layers[0].input + row * hidden).update(from: source, count: hidden)
    }
    for index in 0..<configuration.layerCount {
      let isLast = index + 1 == configuration.layerCount
      forward(
        parameters, space, layer: index,
        into: isLast ? space.output : space.layers[index + 1].input)
    }
    RootMeanSquareNorm.forward(
      rows: rows, width: hidden, epsilon: configuration.normEpsilon, space.output,
      gain: parameters + layout.finalNorm, into: space.normedOutput, scales: space.outputScales)
    blas.multiply(
      rows: rows, columns: configuration.vocabularySize, inner: hidden, space.normedOutput, hidden,
      parameters + layout.output, hidden, transposeB: true, into: space.logits,
      CrossEntropy.rowLength(configuration.vocabularySize))
  }

  private func forward(
    _ parameters: UnsafePointer<Float>, _ space: Workspace, layer index: Int,
    into next: UnsafeMutablePointer<Float>
  ) {
    let hidden = configuration.hiddenSize
    let inner = configuration.feedForwardSize
    let queries = configuration.queryWidth
    let projected = configuration.attentionWidth
    let rows = space.rows
    let offsets = layout.layers[index]
    let layer = space.layers[index]
    RootMeanSquareNorm.forward(
      rows: rows, width: hidden, epsilon: configuration.normEpsilon, layer.input,
      gain: parameters + offsets.inputNorm, into: layer.normedInput, scales: layer.inputScales)
    blas.multiply(
      rows: rows, columns: projected, inner: hidden, layer.normedInput, hidden,
      parameters + offsets.attention, hidden, transposeB: true, into: layer.attention, projected)
    attend(space, layer)
    layer.middle.update(from: layer.input, count: rows * hidden)
    blas.multiply(
      rows: rows, columns: hidden, inner: queries, layer.mixed, queries,
      parameters + offsets.attentionOutput, queries, transposeB: true, into: layer.middle, hidden,
      keep: 1)
    RootMeanSquareNorm.forward(
      rows: rows, width: hidden, epsilon: configuration.normEpsilon, layer.middle,
      gain: parameters + offsets.feedForwardNorm, into: layer.normedMiddle,
      scales: layer.middleScales)
    blas.multiply(
      rows: rows, columns: 2 * inner, inner: hidden, layer.normedMiddle, hidden,
      parameters + offsets.gateAndUp, hidden, transposeB: true, into: layer.gateAndUp, 2 * inner)
    GatedUnit.forward(rows: rows, width: inner, layer.gateAndUp, into: layer.gated)
    next.update(from: layer.middle, count: rows * hidden)
    blas.multiply(
      rows: rows, columns: hidden, inner: inner, layer.gated, inner,
      parameters + offsets.down, inner, transposeB: true, into: next, hidden, keep: 1)
  }

  /// Turns queries and keys, then mixes the values, sequence by sequence and head by head.
  private func attend(_ space: Workspace, _ layer: Workspace.Layer) {
    let queries = configuration.queryWidth
    let projected = configuration.attentionWidth
    var start = 0
    for length in space.lengths {
      let base = layer.attention + start * projected
      rotary.rotate(rows: length, heads: turningHeads, base, stride: projected)
      for index in 0..<configuration.headCount {
        let place = place(ofHead: index)
        attention.forward(
          length: length, query: base + place.query, key: base + place.key,
          value: base + place.value, stride: projected,
          weights: weights(layer, start: start, length: length, head: index),
          into: layer.mixed + start * queries + place.query, outputStride: queries)
      }
      start += length
    }
  }

  /// How many heads of a row are turned: queries and keys.
  var turningHeads: Int { configuration.headCount + configuration.keyValueHeadCount }

  /// Where the query, key and value of a head lie in a row: queries first, then keys, then values.
  func place(ofHead index: Int) -> (query: Int, key: Int, value: Int) {
    let head = configuration.headSize
    let shared = index * configuration.keyValueHeadCount / configuration.headCount
    let key = (configuration.headCount + shared) * head
    return (index * head, key, key + configuration.keyValueHeadCount * head)
  }

  /// Where the attention matrix of a head lies for the sequence that starts at a row.
  func weights(
    _ layer: Workspace.Layer, start: Int, length: Int, head: Int
  ) -> UnsafeMutablePointer<Float> {
    let longest = CausalAttention.rowLength(configuration.contextLength)
    return layer.weights + start * longest * configuration.headCount
      + head * length * CausalAttention.rowLength(length)
  }
}
