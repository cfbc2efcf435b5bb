// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Concentration

/// The weight of a contribution: how much more it counts where people earn less, and where fewer of
/// the corpus' words are theirs than there are speakers.
///
/// clip((mean income / income)^η · (speaker share / corpus share)^λ, 1/*c*, *c*), in units of 2⁻⁴⁰,
/// rounded half up; exponents and cap in parts per million. Integers throughout (`BinaryLogarithm`).
package enum EquityWeight {
  /// A weight of one.
  package static let one: UInt64 = 1 << 40

  /// The weight at these logarithms of the two ratios.
  package static func weight(
    income: BinaryLogarithm, speakers: BinaryLogarithm, policy: RestitutionPolicy
  ) -> UInt64 {
    let sum =
      income.scaled(partsPerMillion: policy.incomeExponent)
      + speakers.scaled(partsPerMillion: policy.speakerExponent)
    let bounds = bounds(policy)
    return min(max(sum.power, bounds.lowerBound), bounds.upperBound)
  }

  /// The least and the largest weight.
  package static func bounds(_ policy: RestitutionPolicy) -> ClosedRange<UInt64> {
    let cap = UInt128(policy.cap)
    let million: UInt128 = 1_000_000
    let lower = (UInt128(one) * million + cap / 2) / cap
    let upper = (UInt128(one) * cap + million / 2) / million
    return UInt64(lower)...UInt64(upper)
  }
}
