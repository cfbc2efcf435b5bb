// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels

/// The activations of one shard and the scratch of its backward pass; one for each thread.
final class Workspace {
  /// What the backward pass of a layer needs from the forward pass.
  struct Layer {
    /// The residual stream before the layer `(rows, hidden)`.
    let input: UnsafeMutablePointer<Float>
    let inputScales: UnsafeMutablePointer<Float>
    let normedInput: UnsafeMutablePointer<Float>
    /// Turned queries and keys, and values `(rows, attention width)`.
    let attention: UnsafeMutablePointer<Float>
    /// Attention matrices: a sequence's lie at its first row, one a head.
    let weights: UnsafeMutablePointer<Float>
    let mixed: UnsafeMutablePointer<Float>
    /// The residual stream after attention.
    let middle: UnsafeMutablePointer<Float>
    let middleScales: UnsafeMutablePointer<Float>
    let normedMiddle: UnsafeMutablePointer<Float>
    /// Gates and ups `(rows, 2 · inner)`.
    let gateAndUp: UnsafeMutablePointer<Float>
    let gated: UnsafeMutablePointer<Float>
  }

  let rowCapacity: Int
  let layers: [Layer]
  let output: UnsafeMutablePointer<Float>
  let outputScales: UnsafeMutablePointer<Float>
  let normedOutput: UnsafeMutablePointer<Float>
  let logits: UnsafeMutablePointer<Float>
  /// The gradient of the residual stream.
  let residualGradient: UnsafeMutablePointer<Float>
  let normGradient: UnsafeMutablePointer<Float>
  let wideGradient: UnsafeMutablePointer<Float>
  let innerGradient: UnsafeMutablePointer<Float>
  let weightGradient: UnsafeMutablePointer<Float>

  /// The packed tokens read and the tokens to be predicted.
  let inputs: UnsafeMutablePointer<Int32>
  let targets: UnsafeMutablePointer<Int32>
  /// The lengths of the packed sequences.
  var lengths: [Int] = []
  /// The number of packed rows.
  private(set) var rows = 0

  private let memory: FloatBuffer

  init(_ configuration: ModelConfiguration, sequences: Int) {
    let hidden = configuration.hiddenSize
    let inner = configuration.feedForwardSize
    let queries = configuration.queryWidth
    let projected = configuration.attentionWidth
    let wide = max(projected, 2 * inner)
    let norm = max(hidden, queries)
    let rows = sequences * configuration.contextLength
    let logitsRow = CrossEntropy.rowLength(configuration.vocabularySize)
    let matrixRow = CausalAttention.rowLength(configuration.contextLength)
    let weights = rows * matrixRow * configuration.headCount
    let perLayer = rows * (4 * hidden + projected + queries + 3 * inner) + 2 * rows + weights
    let shared =
      rows * (3 * hidden + norm + logitsRow + wide + inner)
      + rows + configuration.contextLength * matrixRow
    let padding = 16 * (11 * configuration.layerCount + 16)
    memory = FloatBuffer(count: perLayer * configuration.layerCount + shared + padding)
    var next = memory.base
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
      defer { next += (count + 15) / 16 * 16 }
      return next
    }
    layers = (0..<configuration.layerCount).map { _ in
      Layer(
        input: take(rows * hidden), inputScales: take(rows), normedInput: take(rows * hidden),
        attention: take(rows * projected), weights: take(weights), mixed: take(rows * queries),
        middle: take(rows * hidden), middleScales: take(rows), normedMiddle: take(rows * hidden),
        gateAndUp: take(rows * 2 * inner), gated: take(rows * inner))
    }
    output = take(rows * hidden)
    outputScales = take(rows)
    normedOutput = take(rows * hidden)
    logits = take(rows * logitsRow)
    residualGradient = take(rows * hidden)
    normGradient = take(rows * norm)
    wideGradient = take(rows * wide)
    innerGradient = take(rows * inner)
    weightGradient = take(configuration.contextLength * matrixRow)
    rowCapacity = rows
    inputs = .allocate(capacity: rows)
    targets = .allocate(capacity: rows)
    lengths.reserveCapacity(sequences)
  }

  deinit {
    inputs.deallocate()
    targets.deallocate()
  }

  /// Packs the windows of one shard, row after row.
  func pack(_ set: WindowSet, _ windows: ArraySlice<Int>) {
    lengths.removeAll(keepingCapacity: true)
    rows = 0
    for index in windows {
      let window = set.windows[index]
      precondition(rows + window.length <= rowCapacity, "the shard is larger than its workspace")
      for i in 0..<window.length {
        inputs[rows + i] = set.tokens[window.start + i]
        targets[rows + i] = set.tokens[window.start + i + 1]
      }
      lengths.append(window.length)
      rows += window.length
    }
  }
}
