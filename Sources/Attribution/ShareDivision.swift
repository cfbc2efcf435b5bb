// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Money

/// Why books cannot be divided.
package enum ShareDivisionError: Error, Hashable {
  /// No target was learned below its commons line.
  case noExcess
  /// No account has positive credit on a target with excess.
  case noCredit
  /// A target's weight times its excess does not fit 64 bits.
  case weightTooLarge(target: Int)
  /// The number of weights or commons losses is not the number of targets, or of owners that of lines.
  case sizesDiffer
}

extension ShareDivisionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noExcess:
      "no target was learned below its commons line: train longer, or state another commons line"
    case .noCredit: "no account has positive credit: there is nothing to divide"
    case .weightTooLarge(let target):
      "the weight of target \(target) is too large: use weights below a million"
    case .sizesDiffer:
      "weights, commons losses and owners do not match the books: give one for each"
    }
  }
}

/// Divides a pot of 10¹² units over the lines of closed books, in integers.
///
/// Target q's part is proportional to `weight · max(0, commons − final loss)`. It goes to accounts by
/// their credit on q where that is positive (an account's credit is the sum over its lines), and inside
/// an account to its lines by their positive credits. A target on which no account has positive credit
/// gets no part: the others divide the pot. Every division is by largest remainder, equal remainders
/// to the lower index: the caller orders lines and accounts by digest and party identifier.
package struct ShareDivision: Hashable, Sendable {
  /// The units of a whole pot.
  package static let pot: Int64 = 1_000_000_000_000

  /// How far each target was learned below its commons line, piconats per byte.
  package let excess: [Int64]
  /// Each target's part of the pot.
  package let targetParts: [Int64]
  /// Each line's part of each target's part, by line, then target.
  package let lineParts: [[Int64]]

  /// Each line's units; they add up to the pot.
  package var shares: [Int64] { lineParts.map { $0.reduce(0, +) } }

  /// Divides the pot.
  ///
  /// `owners`: the account of each line.
  /// `weights`: one a target, in any unit.
  /// `commons`: the commons line of each target, piconats per byte.
  /// Throws `ShareDivisionError` where there is nothing to divide or the inputs do not match.
  package init(
    _ books: ClosedBooks, owners: [Int], weights: [UInt64], commons: [Int64]
  ) throws(ShareDivisionError) {
    let targets = books.finalLoss.count
    guard weights.count == targets, commons.count == targets, owners.count == books.credit.count,
      owners.allSatisfy({ $0 >= 0 })
    else { throw .sizesDiffer }
    excess = zip(commons, books.finalLoss).map { max(0, $0 - $1) }
    guard zip(excess, weights).contains(where: { $0 > 0 && $1 > 0 }) else { throw .noExcess }
    let accountCount = (owners.max() ?? -1) + 1
    var accountCredits: [[UInt64]] = []
    var targetWeights: [UInt64] = []
    for target in 0..<targets {
      var sums = [Int64](repeating: 0, count: accountCount)
      for (line, owner) in owners.enumerated() { sums[owner] += books.credit[line][target] }
      let credits = sums.map { UInt64(max(0, $0)) }
      accountCredits.append(credits)
      let (product, overflow) = weights[target].multipliedReportingOverflow(
        by: UInt64(excess[target]))
      guard !overflow else { throw .weightTooLarge(target: target) }
      targetWeights.append(credits.allSatisfy { $0 == 0 } ? 0 : product)
    }
    guard targetWeights.contains(where: { $0 > 0 }) else { throw .noCredit }
    targetParts = LargestRemainder.divide(Self.pot, weights: targetWeights)
    var linesByOwner = [[Int]](repeating: [], count: accountCount)
    for (line, owner) in owners.enumerated() { linesByOwner[owner].append(line) }
    var parts = [[Int64]](
      repeating: [Int64](repeating: 0, count: targets), count: owners.count)
    for target in 0..<targets where targetParts[target] > 0 {
      let accounts = LargestRemainder.divide(
        targetParts[target], weights: accountCredits[target])
      for (owner, part) in accounts.enumerated() where part > 0 {
        let lines = linesByOwner[owner]
        let credits = lines.map { UInt64(max(0, books.credit[$0][target])) }
        for (line, units) in zip(lines, LargestRemainder.divide(part, weights: credits)) {
          parts[line][target] = units
        }
      }
    }
    lineParts = parts
  }
}
