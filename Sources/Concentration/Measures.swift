// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// How concentrated a distribution is.
package struct Measures: Sendable, Equatable {
  /// 0 where all hold the same, towards 1 where one holds everything:
  /// 2·Σ*i*·*x*/(*n*·Σ*x*) − (*n*+1)/*n* over members in ascending order.
  package let gini: Double
  /// Theil's T: the mean of (*x*/mean)·ln(*x*/mean), where nothing times its logarithm is nothing.
  package let theil: Double
  /// The Herfindahl–Hirschman index: the sum of the members' squared shares, times 10,000.
  package let herfindahl: Double
  /// How many equal members would give the same sum of squared shares.
  package let effectiveBySquares: Double
  /// How many equal members would give the same entropy of shares.
  package let effectiveByEntropy: Double
  /// What the hundredth of the members that holds most holds, as a part of one.
  package let topHundredth: Double
  /// What the tenth of the members that holds most holds.
  package let topTenth: Double
  /// What the half that holds least holds.
  package let lowerHalf: Double

  /// ln 2, to the nearest double.
  static let naturalOfTwo = 0.693_147_180_559_945_3

  /// The measures by name, in the order in which they are shown.
  package static let named: [(name: String, value: @Sendable (Measures) -> Double)] = [
    ("gini", { $0.gini }), ("theil", { $0.theil }), ("herfindahl", { $0.herfindahl }),
    ("effectiveBySquares", { $0.effectiveBySquares }),
    ("effectiveByEntropy", { $0.effectiveByEntropy }), ("topHundredth", { $0.topHundredth }),
    ("topTenth", { $0.topTenth }), ("lowerHalf", { $0.lowerHalf }),
  ]
}
