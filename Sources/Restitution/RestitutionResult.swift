// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Concentration
package import Money

/// Proceeds divided over territories, with and without weights side by side.
package struct RestitutionResult: Sendable {
  /// What the people of a territory get, in minor units.
  package struct Territory: Sendable, Equatable {
    package let code: String
    package let population: UInt64
    /// The contribution, in units of 2⁻⁵⁴ of what is divided.
    package let part: UInt64
    /// By contribution alone: no weights, no dividend.
    package let byContribution: Int64
    /// With the dividend, and weights of one.
    package let unweighed: Int64
    /// With the dividend and the weights: what the policy gives.
    package let amount: Int64
    /// How much of the amount is per head.
    package let dividend: Int64

    /// An amount for a million of the territory's people, in minor units, rounded down.
    package func perMillion(_ amount: Int64) -> Int64 {
      Int64(clamping: Int128(amount) * 1_000_000 / Int128(population))
    }
  }

  /// The people of a territory whose contribution is one part of the profile.
  package struct Cell: Sendable, Equatable {
    package let territory: String
    /// The codes of the part of the profile.
    package let row: String
    package let people: UInt64
    /// In units of 2⁻⁵⁴.
    package let part: UInt64
    /// In units of 2⁻⁴⁰.
    package let weight: UInt64
  }

  /// What was divided.
  package let proceeds: Amount
  /// The rule.
  package let policy: RestitutionPolicy
  /// How much of it was divided per head.
  package let perHead: Int64
  /// How many units of the profile's whole counted.
  package let described: Int64
  /// The profile's whole.
  package let whole: Int64
  /// Every territory with people, by code; amounts add up to the proceeds in each column.
  package let territories: [Territory]
  /// The weights.
  package let cells: [Cell]
  /// What was not known, where the policy went on without.
  package let gaps: [MissingFigure]

  /// One of the three ways of dividing.
  package struct Column: Sendable {
    /// A word for programs.
    package let key: String
    /// What it is, for people.
    package let title: String
    /// Which amount of a territory it is.
    package let amount: @Sendable (Territory) -> Int64
  }

  /// The ways side by side: before, between, after.
  package static let columns = [
    Column(key: "byContribution", title: "by contribution alone") { $0.byContribution },
    Column(key: "unweighed", title: "with the dividend, weights of one") { $0.unweighed },
    Column(key: "amount", title: "by the policy") { $0.amount },
  ]

  /// Who holds how much: all people of all territories, those who get nothing among them.
  package func distribution(_ column: Column) -> Distribution {
    Distribution(
      territories.map { Distribution.Group(amount: column.amount($0), members: $0.population) })
  }
}
