// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// What is held by whom: groups of people or accounts, each with an amount that its members share
/// evenly, from the least for each to the most.
///
/// Amounts and counts are integers. Measures are doubles made of sums, products and quotients in one
/// fixed order, and of `BinaryLogarithm`: the same bits on every machine.
package struct Distribution: Sendable {
  /// Some members and what they hold together.
  package struct Group: Hashable, Sendable {
    /// What they hold; not negative.
    package let amount: Int64
    /// How many they are; at least one, below 2⁴⁰.
    package let members: UInt64

    /// Makes a group; traps outside its ranges.
    package init(amount: Int64, members: UInt64 = 1) {
      precondition(amount >= 0, "nobody holds less than nothing")
      precondition((1...(1 << 40)).contains(members), "a group has members")
      self.amount = amount
      self.members = members
    }
  }

  /// The groups, from the least for each member to the most; of equals the smaller first.
  package let groups: [Group]
  /// log₂ of what each member holds, by group; zero where it is nothing.
  private let logarithms: [Double]

  /// Sorts groups in any order.
  ///
  /// - Complexity: O(*n* log *n*), and one logarithm a group.
  package init(_ groups: [Group]) {
    self.groups = groups.sorted { left, right in
      let (first, second) = (
        UInt128(left.amount) * UInt128(right.members), UInt128(right.amount) * UInt128(left.members)
      )
      return (first, left.members) < (second, right.members)
    }
    logarithms = self.groups.map { group in
      guard group.amount > 0 else { return 0 }
      return BinaryLogarithm(of: UInt128(group.amount), over: UInt128(group.members)).asDouble
    }
  }

  /// How many members there are.
  package var members: UInt64 { groups.reduce(0) { $0 + $1.members } }
  /// What they hold together.
  package var total: Int128 { groups.reduce(0) { $0 + Int128($1.amount) } }

  /// The measures of the distribution; nil where nobody holds anything.
  ///
  /// - Parameter counts: How often each group counts, for resampling; nil for once.
  /// - Returns: The measures.
  /// - Complexity: O(groups).
  package func measures(counts: [UInt32]? = nil) -> Measures? {
    var (members, total) = (UInt128(0), UInt128(0))
    for (index, group) in groups.enumerated() {
      let count = UInt128(counts?[index] ?? 1)
      members += count * UInt128(group.members)
      total += count * UInt128(group.amount)
    }
    guard total > 0 else { return nil }
    let curve = LorenzCurve(groups, counts: counts, members: members, total: total)
    var (entropy, squares, theil) = (0.0, 0.0, 0.0)
    for (index, group) in groups.enumerated() where group.amount > 0 {
      let count = Double(counts?[index] ?? 1)
      let share = Double(group.amount) / Double(total)
      let each = share / Double(group.members)
      theil += count * share * logarithms[index]
      squares += count * share * each
      entropy += count * share * logarithms[index]
    }
    let mean = BinaryLogarithm(of: total, over: members).asDouble
    let whole = BinaryLogarithm(of: total, over: 1).asDouble
    return Measures(
      gini: curve.gini, theil: max(0, (theil - mean) * Measures.naturalOfTwo),
      herfindahl: squares * 10_000, effectiveBySquares: 1 / squares,
      effectiveByEntropy: Self.power(whole - entropy), topHundredth: curve.top(0.01),
      topTenth: curve.top(0.1), lowerHalf: 1 - curve.top(0.5))
  }

  /// The curve of who holds how much.
  package var lorenz: LorenzCurve? {
    let total = total
    guard total > 0 else { return nil }
    return LorenzCurve(groups, counts: nil, members: UInt128(members), total: UInt128(total))
  }

  /// Two to a power, through the logarithm's own series.
  private static func power(_ exponent: Double) -> Double {
    BinaryLogarithm(nearest: exponent).powerAsDouble
  }
}
