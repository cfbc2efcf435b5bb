// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// How a model's rotary frequencies are changed so that it reads further than it was first trained to.
package enum RotaryScaling: Hashable, Sendable {
  case none
  /// All frequencies are divided by a factor (Chen and others 2023).
  case linear(factor: Double)
  /// Low frequencies are divided, high ones kept, those between blended, as in Llama 3.1.
  case llama3(factor: Double, lowFactor: Double, highFactor: Double, originalPositions: Int)

  /// Whether the numbers make sense.
  var isValid: Bool {
    switch self {
    case .none: true
    case .linear(let factor): factor >= 1 && factor <= 1e6
    case .llama3(let factor, let low, let high, let positions):
      factor >= 1 && factor <= 1e6 && low > 0 && low < high && high <= 1e6
        && (1...1 << 24).contains(positions)
    }
  }

  /// The frequency, in radians a position, that takes the place of another.
  func apply(to frequency: Float) -> Float {
    switch self {
    case .none: return frequency
    case .linear(let factor): return frequency / Float(factor)
    case .llama3(let factor, let low, let high, let positions):
      let length = 2 * Float.pi / frequency
      let turns = Float(positions) / length
      if turns < Float(low) { return frequency / Float(factor) }
      if turns > Float(high) { return frequency }
      let blend = (turns - Float(low)) / Float(high - low)
      return (1 - blend) * frequency / Float(factor) + blend * frequency
    }
  }
}
