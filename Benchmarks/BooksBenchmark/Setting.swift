// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Attribution
import Transformer

/// What is trained and how the books are kept; as built in, where nothing else is said.
struct Setting {
  var model = ModelConfiguration()
  var training = TrainingConfiguration()
  var books = BooksConfiguration()
  var threads = 2
  /// Windows of each target.
  var windows = 3

  private static let integers: [String: any WritableKeyPath<Setting, Int> & Sendable] = [
    "hidden": \.model.hiddenSize, "layers": \.model.layerCount, "heads": \.model.headCount,
    "inner": \.model.feedForwardSize, "context": \.model.contextLength,
    "steps": \.training.steps, "batch": \.training.batchSize,
    "warm": \.training.warmUpSteps, "shard": \.training.shardWindows,
    "chord": \.books.maximumChord, "level": \.books.maximumLevel,
    "segments": \.books.segments, "memory": \.books.memoryBudgetBytes,
    "momenta": \.books.momentumBudgetBytes,
    "displacements": \.books.displacementBudgetBytes, "threads": \.threads,
    "windows": \.windows,
  ]
  private static let numbers: [String: any WritableKeyPath<Setting, Double> & Sendable] = [
    "rate": \.training.peakRate, "final": \.training.finalRate,
    "decay": \.training.weightDecay, "clip": \.training.clipNorm,
    "tolerance": \.books.tolerance,
  ]

  /// Sets a value by its name; false where there is none of that name, or the text is no number.
  mutating func set(_ name: String, _ text: String) -> Bool {
    if let path = Self.integers[name], let value = Int(text) {
      self[keyPath: path] = value
      return true
    }
    if let path = Self.numbers[name], let value = Double(text) {
      self[keyPath: path] = value
      return true
    }
    return false
  }
}
