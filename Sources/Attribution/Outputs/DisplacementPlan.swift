// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Kernels

/// What a run stores of its path, so that any text can be divided over the accounts afterwards.
///
/// The weights at some points, and between two points each account's displacement of the weights.
/// As precise as a budget of bytes allows: 16 intervals of 16, 8 or 4 bits a number, then 12 and 8
/// intervals of 4 bits, then only the accounts with the most text by themselves and the others as one.
/// What is left of the budget doubles the bits of the first intervals, where AdamW moves every account
/// far and their sum little.
package struct DisplacementPlan: Hashable, Sendable {
  /// How many floats the model has.
  package let parameterCount: Int
  /// Bits of a number in each interval.
  package let bits: [Int]
  /// The step at which each interval shall end; it ends with the first chord that reaches it.
  package let ends: [Int]
  /// The row of each account.
  package let rowOfAccount: [Int]
  /// How many rows there are, without that of weight decay.
  package let rowCount: Int

  /// Whether the last row stands for several accounts.
  package var isGrouped: Bool { rowCount < rowOfAccount.count }

  private static let choices = [(16, 16), (16, 8), (16, 4), (12, 4), (8, 4)]

  /// Chooses what to store.
  ///
  /// - Parameters:
  ///   - parameterCount: The model's floats.
  ///   - accountBytes: How much text each account has.
  ///   - steps: The run's steps.
  ///   - segments: The run's segments; few enough of them are ends of intervals.
  ///   - budget: The most bytes to be stored.
  /// - Throws: `RunError.displacementBudgetTooSmall` where not even two rows fit.
  package init(
    parameterCount: Int, accountBytes: [Int], steps: Int, segments: Int, budget: Int
  ) throws(RunError) {
    let accounts = accountBytes.count
    func size(_ bits: [Int], rows: Int) -> Int {
      bits.reduce(0) {
        $0 + Self.intervalBytes(parameterCount: parameterCount, bits: $1, rows: rows)
      }
    }
    let choices = Self.choices.map { count, bits in
      let ends = Self.ends(steps: steps, segments: segments, count: count)
      return (ends: ends, bits: ends.map { _ in bits })
    }
    let fitting = choices.first { size($0.bits, rows: accounts) <= budget }
    guard var chosen = fitting ?? choices.last else { preconditionFailure("there are choices") }
    let smallest = size(chosen.bits, rows: 2)
    let row = smallest - size(chosen.bits, rows: 1)
    guard fitting != nil || smallest <= budget else {
      throw .displacementBudgetTooSmall(smallest)
    }
    rowCount = fitting != nil ? accounts : 2 + (budget - smallest) / row
    rowOfAccount = Self.rows(accountBytes, rowCount: rowCount)
    for index in chosen.bits.indices where chosen.bits[index] < 16 {
      chosen.bits[index] *= 2
      if size(chosen.bits, rows: rowCount) > budget {
        chosen.bits[index] /= 2
        break
      }
    }
    ends = chosen.ends
    bits = chosen.bits
    self.parameterCount = parameterCount
  }

  /// A row for each account, or for those with the most text and one for all others.
  private static func rows(_ accountBytes: [Int], rowCount: Int) -> [Int] {
    guard rowCount < accountBytes.count else { return Array(accountBytes.indices) }
    let largest = accountBytes.indices.sorted {
      (accountBytes[$1], $0) < (accountBytes[$0], $1)
    }.prefix(rowCount - 1).sorted()
    var rows = Array(repeating: rowCount - 1, count: accountBytes.count)
    for (row, account) in largest.enumerated() { rows[account] = row }
    return rows
  }

  /// Where intervals end: `steps · (k / count)²`, densest at the beginning where the weights move
  /// most, and the ends of segments where these are at most half as many.
  ///
  /// A point of the first kind that lies within half its own distance of the second kind is left out:
  /// at a segment's end, where the run's state is saved, no interval is then open.
  package static func ends(steps: Int, segments: Int, count: Int) -> [Int] {
    let grid = (0...count).map { steps * $0 * $0 / (count * count) }
    let kept = segments <= count / 2 ? (1...segments).map { steps * $0 / segments } : [steps]
    var ends = Set(kept)
    for (before, end) in zip(grid, grid.dropFirst()) where end > before {
      if kept.allSatisfy({ 2 * abs($0 - end) >= end - before }) { ends.insert(end) }
    }
    return ends.filter { $0 > 0 }.sorted()
  }

  /// The bytes of one interval's file.
  static func intervalBytes(parameterCount: Int, bits: Int, rows: Int) -> Int {
    DisplacementInterval.headerBytes + PackedVector.padded(parameterCount) * 4
      + (rows + 1) * PackedVector.byteCount(parameterCount, bits: bits)
  }
}
