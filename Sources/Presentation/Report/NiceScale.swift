// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A scale whose ticks are numbers people like: one, two or five times a power of ten.
///
/// After Heckbert, "Nice Numbers for Graph Labels", Graphics Gems (1990).
struct NiceScale: Equatable {
  /// The ends of the scale.
  let lower: Double
  let upper: Double
  /// The distance between ticks.
  let step: Double
  /// Decimals that tell the ticks apart.
  let decimals: Int

  /// A scale that covers the values with about `tickCount` ticks.
  ///
  /// - Parameters:
  ///   - values: What it must cover; what is not finite is passed over.
  ///   - tickCount: How many ticks are wanted, at least two.
  ///   - isTight: Whether the ends are the extreme values themselves rather than ticks.
  init(covering values: some Sequence<Double>, tickCount: Int = 5, isTight: Bool = false) {
    var (lowest, highest) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite && value.magnitude < 1e100 {
      lowest = min(lowest, value)
      highest = max(highest, value)
    }
    if lowest > highest { (lowest, highest) = (0, 1) }
    if highest - lowest <= max(lowest.magnitude * 1e-9, 1e-12) {
      let margin = max(lowest.magnitude * 0.05, 1e-6)
      (lowest, highest) = lowest == 0 ? (0, 1) : (lowest - margin, highest + margin)
    }
    let rough = (highest - lowest) / Double(max(tickCount - 1, 1))
    var (unit, exponent) = (1.0, 0)
    while unit * 10 <= rough {
      unit *= 10
      exponent += 1
    }
    while unit > rough {
      unit /= 10
      exponent -= 1
    }
    let factor = [1, 2, 5, 10].min {
      ($0 * unit - rough).magnitude < ($1 * unit - rough).magnitude
    }
    step = (factor ?? 1) * unit
    decimals = max(0, -exponent - (factor == 10 ? 1 : 0))
    lower = isTight ? lowest : (lowest / step).rounded(.down) * step
    upper = isTight ? highest : (highest / step).rounded(.up) * step
  }

  /// The ticks within the scale, ascending, each with its text.
  var ticks: [(value: Double, text: String)] {
    let first = (lower / step - 1e-6).rounded(.up)
    let last = (upper / step + 1e-6).rounded(.down)
    guard last - first < 100 else { return [] }
    return stride(from: first, through: last, by: 1).map { number in
      let value = number * step
      return (value, label(of: value))
    }
  }

  /// Where the value lies, from 0 at the lower end to 1 at the upper.
  func place(of value: Double) -> Double {
    (value - lower) / (upper - lower)
  }

  private func label(of value: Double) -> String {
    let magnitude = max(lower.magnitude, upper.magnitude)
    if magnitude >= 10_000, step >= 100 {
      let (scale, unit) = magnitude >= 1e6 ? (1e6, "M") : (1e3, "k")
      let isWhole = step / scale == (step / scale).rounded()
      return value == 0 ? "0" : Human.fixed(value / scale, decimals: isWhole ? 0 : 1) + " " + unit
    }
    if decimals > 6 { return Human.fixed(value * 1e6, decimals: max(0, decimals - 6)) + " µ" }
    return Human.fixed(value, decimals: decimals)
  }
}

/// Numbers in SVG and CSS: at most two decimals, no trailing zeros.
enum Coordinate {
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = Int64((min(max(value, -1e9), 1e9) * 100).rounded())
    let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
    let sign = hundredths < 0 ? "-" : ""
    guard rest != 0 else { return sign + String(whole) }
    let decimals = rest % 10 == 0 ? String(rest / 10) : (rest < 10 ? "0" : "") + String(rest)
    return sign + String(whole) + "." + decimals
  }
}
