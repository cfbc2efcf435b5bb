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
    let logitsRow = CrossEntropy.rowLength(vocabulary)
    let rows = space.rows
    for segment in segments {
      weightGradient(
        segment, offset: layout.output, outputs: vocabulary, space.logits, stride: logitsRow,
        inputs: hidden,
        space.normedOutput)
    }
    blas.multiply(
      rows: rows, columns: hidden, inner: vocabulary, space.logits, logitsRow,
      parameters + layout.output, hidden, into: space.normGradient, hidden)
    space.residualGradient.update(repeating: 0, count: rows * hidden)
    normBackward(
      parameters, space, segments, gain: layout.finalNorm, input: space.output,
      scales: space.outputScales)
    for index in (0..<configuration.layerCount).reversed() {
      feedForwardBackward(parameters, space, segments, layer: index)
      attentionBackward(parameters, space, segments, layer: index)
    }
    for segment in segments {
      if !configuration.tiesEmbeddings {
        segment.gradient.update(repeating: 0, count: vocabulary * hidden)
      }
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
    let queries = configuration.queryWidth
    let projected = configuration.attentionWidth
    let rows = space.rows
    let offsets = layout.layers[index]
    let layer = space.layers[index]
    for segment in segments {
      weightGradient(
        segment, offset: offsets.attentionOutput, outputs: hidden, space.residualGradient,
        inputs: queries, layer.mixed)
    }
    blas.multiply(
      rows: rows, columns: queries, inner: hidden, space.residualGradient, hidden,
      parameters + offsets.attentionOutput, queries, into: space.normGradient, queries)
    attendBackward(space, layer, mixedGradient: space.normGradient)
    for segment in segments {
      weightGradient(
        segment, offset: offsets.attention, outputs: projected, space.wideGradient,
        inputs: hidden, layer.normedInput)
    }
    blas.multiply(
      rows: rows, columns: hidden, inner: projected, space.wideGradient, projected,
      parameters + offsets.attention, hidden, into: space.normGradient, hidden)
    normBackward(
      parameters, space, segments, gain: offsets.inputNorm, input: layer.input,
      scales: layer.inputScales)
  }

  /// Writes the gradients of queries, keys and values, turned back, to `space.wideGradient`.
  private func attendBackward(
    _ space: Workspace, _ layer: Workspace.Layer, mixedGradient: UnsafePointer<Float>
  ) {
    let queries = configuration.queryWidth
    let projected = configuration.attentionWidth
    let group = configuration.headCount / configuration.keyValueHeadCount
    var start = 0
    for length in space.lengths {
      let base = layer.attention + start * projected
      let gradients = space.wideGradient + start * projected
      for index in 0..<configuration.headCount {
        let place = place(ofHead: index)
        attention.backward(
          length: length, query: base + place.query, key: base + place.key,
          value: base + place.value, stride: projected,
          weights: weights(layer, start: start, length: length, head: index),
          outputGradient: mixedGradient + start * queries + place.query, outputStride: queries,
          scratch: space.weightGradient, queryGradient: gradients + place.query,
          keyGradient: gradients + place.key, valueGradient: gradients + place.value,
          adding: index % group > 0)
      }
      rotary.rotate(
        rows: length, heads: turningHeads, gradients, stride: projected, backwards: true)
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
  ///
  /// `stride`: floats between the rows of `upstream`, where they are not `outputs`.
  private func weightGradient(
    _ segment: GradientSegment, offset: Int, outputs: Int, _ upstream: UnsafePointer<Float>,
    stride: Int? = nil, inputs: Int, _ input: UnsafePointer<Float>
  ) {
    let first = segment.rows.lowerBound
    let row = stride ?? outputs
    blas.multiply(
      rows: outputs, columns: inputs, inner: segment.rows.count, upstream + first * row,
      row, transposeA: true, input + first * inputs, inputs,
      into: segment.gradient + offset, inputs)
  }
}
