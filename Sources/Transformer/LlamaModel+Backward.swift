// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels

/// Rows of a packed shard whose weight gradient goes to a buffer of its own.
struct GradientSegment {
  var rows: Range<Int>
  /// A flat buffer of `ParameterLayout`; every float is overwritten.
  var gradient: UnsafeMutablePointer<Float>
}

extension LlamaModel {
  /// Computes the weight gradients of each segment from the gradient of the logits, which
  /// `forward` and the loss left in `space.logits`.
  func backward(
    _ parameters: UnsafePointer<Float>, _ space: Workspace, _ segments: [GradientSegment]
  ) {
    let hidden = configuration.hiddenSize
    let vocabulary = configuration.vocabularySize
    let rows = space.rows
    for segment in segments {
      weightGradient(
        segment, offset: 0, outputs: vocabulary, space.logits, inputs: hidden, space.normedOutput)
    }
    blas.multiply(
      rows: rows, columns: hidden, inner: vocabulary, space.logits, vocabulary, parameters, hidden,
      into: space.normGradient, hidden)
    space.residualGradient.update(repeating: 0, count: rows * hidden)
    normBackward(
      parameters, space, segments, gain: layout.finalNorm, input: space.output,
      scales: space.outputScales)
    for index in (0..<configuration.layerCount).reversed() {
      feedForwardBackward(parameters, space, segments, layer: index)
      attentionBackward(parameters, space, segments, layer: index)
    }
    for segment in segments {
      for row in segment.rows {
        VectorOperations.add(
          space.residualGradient + row * hidden,
          to: segment.gradient + Int(space.inputs[row]) * hidden, count: hidden)
      }
    }
  }

  private func feedForwardBackward(
    _ parameters: UnsafePointer<Float>, _ space: Workspace, _ segments: [GradientSegment],
    layer index: Int
  ) {
    let hidden = configuration.hiddenSize
    let inner = configuration.feedForwardSize
    let rows = space.rows
    let offsets = layout.layers[index]
    let layer = space.layers[index]
    for segment in segments {
      weightGradient(
        segment, offset: offsets.down, outputs: hidden, space.residualGradient, inputs: inner,
        layer.gated)
    }
    blas.multiply(
      rows: rows, columns: inner, inner: hidden, space.residualGradient, hidden,
      parameters + offsets.down, inner, into: space.innerGradient, inner)
    GatedUnit.backward(
      rows: rows, width: inner, space.innerGradient, layer.gateAndUp, into: space.wideGradient)
    for segment in segments {
      weightGradient(
        segment, offset: offsets.gateAndUp, outputs: 2 * inner, space.wideGradient, inputs: hidden,
        layer.normedMiddle)
    }
    blas.multiply(
      rows: rows, columns: hidden, inner: 2 * inner, space.wideGradient, 2 * inner,
      parameters + offsets.gateAndUp, hidden, into: space.normGradient, hidden)
    normBackward(
      parameters, space, segments, gain: offsets.feedForwardNorm, input: layer.middle,
      scales: layer.middleScales)
  }

  private func attentionBackward(
    _ parameters: UnsafePointer<Float>, _ space: Workspace, _ segments: [GradientSegment],
    layer index: Int
  ) {
    let hidden = configuration.hiddenSize
    let rows = space.rows
    let offsets = layout.layers[index]
    let layer = space.layers[index]
    for segment in segments {
      weightGradient(
        segment, offset: offsets.attentionOutput, outputs: hidden, space.residualGradient,
        inputs: hidden, layer.mixed)
    }
    blas.multiply(
      rows: rows, columns: hidden, inner: hidden, space.residualGradient, hidden,
      parameters + offsets.attentionOutput, hidden, into: space.normGradient, hidden)
    attendBackward(space, layer, mixedGradient: space.normGradient)
    for segment in segments {
      weightGradient(
        segment, offset: offsets.attention, outputs: 3 * hidden, space.wideGradient,
        inputs: hidden, layer.normedInput)
    }
    blas.multiply(
      rows: rows, columns: hidden, inner: 3 * hidden, space.wideGradient, 3 * hidden,
      parameters + offsets.attention, hidden, into: space.normGradient, hidden)
    normBackward(
      parameters, space, segments, gain: offsets.inputNorm, input: layer.input,
      scales: layer.inputScales)
  }

  /// Writes the gradients of queries, keys and values, turned back, to `space.wideGradient`.
  private func attendBackward(
    _ space: Workspace, _ layer: Workspace.Layer, mixedGradient: UnsafePointer<Float>
  ) {
    let hidden = configuration.hiddenSize
    let head = configuration.headSize
    var start = 0
    for length in space.lengths {
      let base = layer.attention + start * 3 * hidden
      let gradients = space.wideGradient + start * 3 * hidden
      for index in 0..<configuration.headCount {
        let query = base + index * head
        let gradient = gradients + index * head
        attention.backward(
          length: length, query: query, key: query + hidden, value: query + 2 * hidden,
          stride: 3 * hidden, weights: weights(layer, start: start, length: length, head: index),
          outputGradient: mixedGradient + start * hidden + index * head, outputStride: hidden,
          scratch: space.weightGradient, queryGradient: gradient, keyGradient: gradient + hidden,
          valueGradient: gradient + 2 * hidden)
      }
      rotary.rotate(
        rows: length, heads: 2 * configuration.headCount, gradients, stride: 3 * hidden,
        backwards: true)
      start += length
    }
  }

  /// Passes `space.normGradient` through a norm: to its gain, and on to the residual stream.
  private func normBackward(
    _ parameters: UnsafePointer<Float>, _ space: Workspace, _ segments: [GradientSegment],
    gain: Int, input: UnsafePointer<Float>, scales: UnsafePointer<Float>
  ) {
    let hidden = configuration.hiddenSize
    for segment in segments {
      RootMeanSquareNorm.gainGradient(
        rows: segment.rows, width: hidden, space.normGradient, input, scales: scales,
        into: segment.gradient + gain)
    }
    RootMeanSquareNorm.addInputGradient(
      rows: space.rows, width: hidden, space.normGradient, input, gain: parameters + gain,
      scales: scales, to: space.residualGradient)
  }

  /// `gradient = upstreamᵀ · input` over the rows of the segment.
  private func weightGradient(
    _ segment: GradientSegment, offset: Int, outputs: Int, _ upstream: UnsafePointer<Float>,
    inputs: Int, _ input: UnsafePointer<Float>
  ) {
    let first = segment.rows.lowerBound
    blas.multiply(
      rows: outputs, columns: inputs, inner: segment.rows.count, upstream + first * outputs,
      outputs, transposeA: true, input + first * inputs, inputs,
      into: segment.gradient + offset, inputs)
  }
}
