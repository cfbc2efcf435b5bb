// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Transcendental functions from additions and multiplications alone.
///
/// Every machine gives the same bits; the C library's differ between processors. Errors stay below
/// 1e-13, relative for the exponential and the logarithm, absolute for cosine and sine.
package enum ExactMath {
  private static let ln2High = 0x1.62e42fee00000p-1
  private static let ln2Low = 0x1.a39ef35793c76p-33

  /// `e^x`, for `x` between -700 and 700 (clamped to them).
  package static func exp(_ x: Double) -> Double {
    let clamped = Swift.min(Swift.max(x, -700), 700)
    let n = (clamped * 1.442_695_040_888_963_4).rounded(.toNearestOrEven)
    let r = (clamped - n * ln2High) - n * ln2Low
    var sum = 1.0
    for k in stride(from: 17.0, through: 1, by: -1) { sum = 1 + sum * r / k }
    return sum * Double(sign: .plus, exponent: Int(n), significand: 1)
  }

  /// The natural logarithm of a positive normal number.
  package static func log(_ x: Double) -> Double {
    precondition(x.isNormal && x > 0, "the logarithm needs a positive normal number")
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.414_213_562_373_095 {
      mantissa /= 2
      exponent += 1
    }
    let z = (mantissa - 1) / (mantissa + 1)
    let square = z * z
    var sum = 0.0
    for k in stride(from: 23.0, through: 1, by: -2) { sum = sum * square + 1 / k }
    return exponent * ln2High + (2 * z * sum + exponent * ln2Low)
  }

  /// Cosine and sine, for angles below about a million.
  package static func cosineAndSine(_ angle: Double) -> (cosine: Double, sine: Double) {
    let quarter = (angle * 0.636_619_772_367_581_4).rounded(.toNearestOrEven)
    let r = (angle - quarter * 0x1.921fb544p+0) - quarter * 0x1.0b4611a626331p-34
    let square = r * r
    var cosine = 1.0
    var sine = 1.0
    for k in stride(from: 20.0, through: 2, by: -2) {
      cosine = 1 - cosine * square / (k * (k - 1))
      sine = 1 - sine * square / (k * (k + 1))
    }
    sine *= r
    return switch Int(quarter) & 3 {
    case 0: (cosine, sine)
    case 1: (-sine, cosine)
    case 2: (-cosine, -sine)
    default: (sine, -cosine)
    }
  }

  /// `base^exponent` for a positive base.
  package static func power(_ base: Double, _ exponent: Double) -> Double {
    exp(exponent * log(base))
  }
}
