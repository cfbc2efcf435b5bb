// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels

/// How a model is trained: AdamW (Loshchilov and Hutter 2019) with clipping by the global norm, linear
/// warm-up and a cosine to `finalRate` of the peak.
package struct TrainingConfiguration: Hashable, Sendable {
  /// Fixes the first weights and the order of the data.
  package var seed: UInt64 = 1
  package var steps = 320
  package var warmUpSteps = 30
  /// Windows read in a step.
  package var batchSize = 16
  /// Windows in a shard, the unit of parallel work; part of what fixes the bits of a result.
  ///
  /// A step's gradients are accumulated over its shards, so that activations take the memory of one
  /// shard a thread.
  package var shardWindows = 4
  package var peakRate = 1.5e-3
  /// The rate at the last step, as a part of the peak.
  package var finalRate = 0.05
  package var beta1 = 0.9
  package var beta2 = 0.99
  package var epsilon = 1e-8
  /// Decoupled decay, a step, as a part of the rate; matrices and the embedding only.
  package var weightDecay = 0.1
  /// The longest the batch gradient may be.
  package var clipNorm = 1.0

  package init() {}

  /// Checks that every number makes sense.
  ///
  /// - Throws: the name of the first that does not, with its range.
  package func validate() throws(TrainingConfigurationError) {
    func check(_ name: String, _ value: Double, _ range: ClosedRange<Double>)
      throws(TrainingConfigurationError)
    {
      guard range.contains(value) else {
        throw .outOfRange(name, value, range.lowerBound, range.upperBound)
      }
    }
    try check("steps", Double(steps), 1...10_000_000)
    try check("warm-up steps", Double(warmUpSteps), 0...Double(steps))
    try check("batch size", Double(batchSize), 1...4096)
    try check("shard windows", Double(shardWindows), 1...256)
    try check("peak rate", peakRate, 1e-8...1)
    try check("final rate", finalRate, 0...1)
    try check("beta1", beta1, 0...0.9999)
    try check("beta2", beta2, 0...0.99999)
    try check("epsilon", epsilon, 1e-12...1e-2)
    try check("weight decay", weightDecay, 0...10)
    try check("clip norm", clipNorm, 1e-6...1e6)
  }

  /// The learning rate of a step, counted from 0.
  package func rate(step: Int) -> Double {
    if step < warmUpSteps { return peakRate * Double(step + 1) / Double(warmUpSteps) }
    let length = Double(max(steps - warmUpSteps, 1))
    let place = Double(step + 1 - warmUpSteps) / length
    let cosine = ExactMath.cosineAndSine(3.141_592_653_589_793 * min(place, 1)).cosine
    return peakRate * (finalRate + (1 - finalRate) * 0.5 * (1 + cosine))
  }
}

/// Which number of a training configuration makes no sense.
package enum TrainingConfigurationError: Error, Hashable {
  case outOfRange(String, Double, Double, Double)
}

extension TrainingConfigurationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .outOfRange(let name, let value, let low, let high):
      "\(name) \(value) is out of range: use \(low) to \(high)"
    }
  }
}
