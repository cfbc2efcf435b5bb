// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Exact division of a whole by weights (Hamilton's method).
package enum LargestRemainder {
  /// Divides a count of units over weights so that the parts add up to the count exactly.
  ///
  /// Every part is its quota rounded down, or one unit more: the units left over go to the largest
  /// fractional remainders, and of equal remainders to the one that comes first. Callers order by
  /// party or work identifier, so that two machines always agree.
  ///
  /// - Parameters:
  ///   - total: The units to divide; negative totals divide as their mirror image.
  ///   - weights: One weight a part; at least one must be positive.
  /// - Returns: One part a weight, in the same order; parts of zero weight are zero.
  /// - Complexity: O(*n* log *n*).
  package static func divide(_ total: Int64, weights: [UInt64]) -> [Int64] {
    let sum = weights.reduce(UInt128(0)) { $0 + UInt128($1) }
    precondition(sum > 0, "a whole cannot be divided by weights that are all zero")
    let magnitude = UInt128(total.magnitude)
    var parts: [UInt64] = []
    parts.reserveCapacity(weights.count)
    var remainders: [(remainder: UInt128, index: Int)] = []
    var left = magnitude
    for (index, weight) in weights.enumerated() {
      let (quotient, remainder) = (magnitude * UInt128(weight)).quotientAndRemainder(
        dividingBy: sum)
      parts.append(UInt64(quotient))
      left -= quotient
      if remainder > 0 { remainders.append((remainder, index)) }
    }
    remainders.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
    for (_, index) in remainders.prefix(Int(left)) { parts[index] += 1 }
    let signed = parts.map { total < 0 ? -Int64($0) : Int64($0) }
    precondition(signed.reduce(0, +) == total, "the parts of a division must add up to the whole")
    return signed
  }
}
