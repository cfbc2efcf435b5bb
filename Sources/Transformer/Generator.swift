// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Kernels

/// Runs a model one token at a time: keys and values of earlier tokens are kept, so that a token
/// costs one pass over the weights and not one over the text.
///
/// Gives the logits of the full forward pass up to rounding (the products are summed in another
/// order), and the same bits for the same tokens always.
package final class Generator {
  package let model: LlamaModel
  /// How many tokens have been read since the start; the next one stands at this position.
  package private(set) var position = 0

  private let parameters: FloatBuffer
  /// Keys, then values, of each layer: `(keyValueHeads, contextLength, headSize)`.
  private let cache: FloatBuffer
  private let scratch: FloatBuffer
  private let stream: UnsafeMutablePointer<Float>
  private let normed: UnsafeMutablePointer<Float>
  private let attention: UnsafeMutablePointer<Float>
  private let mixed: UnsafeMutablePointer<Float>
  private let inner: UnsafeMutablePointer<Float>
  private let gated: UnsafeMutablePointer<Float>
  private let scores: UnsafeMutablePointer<Float>
  private let logits: UnsafeMutablePointer<Float>

  /// Takes the weights in the order of the model's layout.
  package init(model: LlamaModel, parameters: consuming FloatBuffer) {
    precondition(parameters.count == model.layout.count, "the weights are of another model")
    let shape = model.configuration
    self.model = model
    self.parameters = parameters
    cache = FloatBuffer(
      count: 2 * shape.layerCount * shape.contextLength * shape.keyValueHeadCount * shape.headSize)
    let sizes = [
      shape.hiddenSize, shape.hiddenSize, shape.attentionWidth, shape.queryWidth,
      2 * shape.feedForwardSize, shape.feedForwardSize, shape.contextLength,
      shape.vocabularySize,
    ].map { ($0 + 15) / 16 * 16 }
    scratch = FloatBuffer(count: sizes.reduce(0, +))
    var next = scratch.base
    let places = sizes.map { size in
      defer { next += size }
      return next
    }
    (stream, normed, attention, mixed) = (places[0], places[1], places[2], places[3])
    (inner, gated, scores, logits) = (places[4], places[5], places[6], places[7])
  }

  /// Forgets all tokens; the next one stands at position 0.
  package func restart() { position = 0 }

  /// Reads a token and returns the logits of the one after it, valid until the next call.
  ///
  /// Complexity: one multiplication for each weight, and two for each float of the tokens kept.
  package func read(_ token: Int32) -> UnsafeBufferPointer<Float> {
    let shape = model.configuration
    precondition(position < shape.contextLength, "the context is full: restart first")
    precondition((0..<shape.vocabularySize).contains(Int(token)), "there is no such token")
    let hidden = shape.hiddenSize
    let weights = UnsafePointer(parameters.base)
    stream.update(from: weights + Int(token) * hidden, count: hidden)
    for layer in 0..<shape.layerCount {
      let offsets = model.layout.layers[layer]
      norm(weights + offsets.inputNorm)
      MatrixVector.multiply(
        outputs: shape.attentionWidth, inputs: hidden, weights + offsets.attention, normed,
        into: attention)
      attend(layer: layer)
      MatrixVector.multiply(
        outputs: hidden, inputs: shape.queryWidth, weights + offsets.attentionOutput, mixed,
        into: stream, adding: true)
      norm(weights + offsets.feedForwardNorm)
      MatrixVector.multiply(
        outputs: 2 * shape.feedForwardSize, inputs: hidden, weights + offsets.gateAndUp, normed,
        into: inner)
      GatedUnit.forward(rows: 1, width: shape.feedForwardSize, inner, into: gated)
      MatrixVector.multiply(
        outputs: hidden, inputs: shape.feedForwardSize, weights + offsets.down, gated,
        into: stream, adding: true)
    }
    norm(weights + model.layout.finalNorm)
    MatrixVector.multiply(
      outputs: shape.vocabularySize, inputs: hidden, weights + model.layout.output, normed,
      into: logits)
    position += 1
    return UnsafeBufferPointer(start: logits, count: shape.vocabularySize)
  }

  private func norm(_ gain: UnsafePointer<Float>) {
    let shape = model.configuration
    RootMeanSquareNorm.forward(
      rows: 1, width: shape.hiddenSize, epsilon: shape.normEpsilon, stream, gain: gain,
      into: normed, scales: scores)
  }

  /// Turns queries and keys, keeps keys and values, and mixes the values kept.
  private func attend(layer: Int) {
    let shape = model.configuration
    let head = shape.headSize
    let square = shape.contextLength * head
    let keys = cache.base + 2 * layer * shape.keyValueHeadCount * square
    let values = keys + shape.keyValueHeadCount * square
    model.rotary.rotate(
      rows: 1, heads: model.turningHeads, attention, stride: 0, from: position)
    let fresh = attention + shape.queryWidth
    for index in 0..<shape.keyValueHeadCount {
      let place = index * square + position * head
      (keys + place).update(from: fresh + index * head, count: head)
      (values + place).update(
        from: fresh + (shape.keyValueHeadCount + index) * head, count: head)
    }
    for index in 0..<shape.headCount {
      let shared = index * shape.keyValueHeadCount / shape.headCount * square
      MatrixVector.multiply(
        outputs: position + 1, inputs: head, keys + shared, attention + index * head, into: scores)
      Softmax.apply(count: position + 1, scale: model.attention.scale, scores)
      MatrixVector.mix(
        rows: position + 1, width: head, values + shared, weights: scores,
        into: mixed + index * head)
    }
  }
}
