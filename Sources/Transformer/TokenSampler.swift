// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels
internal import Primitives

/// Draws tokens from logits: the same logits and seed give the same tokens on every machine.
package struct TokenSampler: Sendable {
  /// Divides the logits; 0 takes the likeliest token always.
  package let temperature: Float
  /// Only the likeliest tokens that together reach this probability are drawn from (nucleus
  /// sampling, Holtzman and others 2020); 1 draws from all.
  package let topProbability: Float
  private var random: Philox4x32
  private var row: [Float] = []

  /// The stream of the seed that sampling draws from.
  static let stream: UInt64 = 1 << 34

  /// Prepares the draws.
  ///
  /// `temperature`: 0, or at least 0.01. `topProbability`: above 0, at most 1.
  package init(temperature: Float, topProbability: Float, seed: UInt64) {
    precondition(
      temperature == 0 || temperature >= 0.0099, "a temperature is 0 or at least 0.01")
    precondition(topProbability > 0 && topProbability <= 1, "no such probability")
    self.temperature = temperature
    self.topProbability = topProbability
    random = Philox4x32(key: seed, stream: Self.stream)
  }

  /// Draws one token; of equally likely ones the lower comes first.
  package mutating func draw(_ logits: UnsafeBufferPointer<Float>) -> Int32 {
    precondition(!logits.isEmpty, "there is nothing to draw from")
    guard temperature > 0 else {
      var best = 0
      for index in logits.indices where logits[index] > logits[best] { best = index }
      return Int32(best)
    }
    let length = Softmax.rowLength(logits.count)
    if row.count != length { row = Array(repeating: 0, count: length) }
    row.withUnsafeMutableBufferPointer { row in
      guard let base = row.baseAddress, let source = logits.baseAddress else { return }
      base.update(from: source, count: logits.count)
      Softmax.apply(count: logits.count, scale: 1 / temperature, base)
    }
    let point = Float(random.next32() >> 8) * 0x1p-24
    if topProbability == 1 { return pick(Array(logits.indices), point) }
    let order = logits.indices.sorted { row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1 }
    var mass: Float = 0
    var kept = 0
    while kept < order.count, mass < topProbability {
      mass += row[order[kept]]
      kept += 1
    }
    return pick(Array(order[..<kept]), point * mass)
  }

  /// The first token at which the running sum passes `point`.
  private func pick(_ order: [Int], _ point: Float) -> Int32 {
    var sum: Float = 0
    for index in order {
      sum += row[index]
      if sum > point { return Int32(index) }
    }
    return Int32(order.last { row[$0] > 0 } ?? 0)
  }
}
