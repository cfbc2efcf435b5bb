// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

internal import Money

/// The model divided by a survey: players by their Shapley values, accounts and lines by their credits.
package struct SurveyedDivision: Sendable {
  /// Each player's part of the pot.
  package let playerUnits: [Int64]
  /// Each line's units; they add up to the pot.
  package let shares: [Int64]

  /// Divides the pot.
  ///
  /// Each target's part of the pot (`ShareDivision.targetParts`) goes to the players in proportion to
  /// their Shapley values on it, negative ones included; where the proxy has no excess on a target, by
  /// credits. A player's sum over the targets, if positive, is what the pot is divided by. Inside a
  /// player the division by credits decides; where that gives all its lines nothing, its accounts
  /// share evenly, and an account's lines likewise.
  ///
  /// - Parameters:
  ///   - credits: The division by credits alone.
  ///   - owners: The account of each line.
  ///   - playerOfAccount: The player of each account.
  ///   - values: Shapley values by player, then target, piconats per byte.
  /// - Throws: `ShareDivisionError` where no player has a positive value, or the sizes differ.
  package init(
    _ credits: ShareDivision, owners: [Int], playerOfAccount: [Int], values: [[Int64]]
  ) throws(ShareDivisionError) {
    guard owners.count == credits.lineParts.count, !values.isEmpty,
      owners.allSatisfy({ playerOfAccount.indices.contains($0) }),
      playerOfAccount.allSatisfy({ values.indices.contains($0) }),
      values.allSatisfy({ $0.count == credits.targetParts.count })
    else { throw .sizesDiffer }
    var sums = [Int128](repeating: 0, count: values.count)
    for (target, part) in credits.targetParts.enumerated() where part > 0 {
      let total = values.reduce(Int128(0)) { $0 + Int128($1[target]) }
      if total > 0 {
        for player in values.indices {
          sums[player] += Int128(part) * Int128(values[player][target]) / total
        }
      } else {
        for (line, owner) in owners.enumerated() {
          sums[playerOfAccount[owner]] += Int128(credits.lineParts[line][target])
        }
      }
    }
    let present = Set(owners.map { playerOfAccount[$0] })
    let weights = sums.enumerated().map { present.contains($0) ? UInt64(clamping: $1) : 0 }
    guard weights.contains(where: { $0 > 0 }) else { throw .noCredit }
    playerUnits = LargestRemainder.divide(ShareDivision.pot, weights: weights)
    shares = Self.divide(playerUnits, credits, owners: owners, playerOfAccount: playerOfAccount)
  }

  /// Divides each player's units over its accounts, and each account's over its lines.
  private static func divide(
    _ units: [Int64], _ credits: ShareDivision, owners: [Int], playerOfAccount: [Int]
  ) -> [Int64] {
    let lineWeights = credits.shares.map { UInt64($0) }
    var linesOfAccount = [[Int]](repeating: [], count: playerOfAccount.count)
    for (line, owner) in owners.enumerated() { linesOfAccount[owner].append(line) }
    let accountWeights = linesOfAccount.map { $0.reduce(UInt64(0)) { $0 + lineWeights[$1] } }
    var shares = [Int64](repeating: 0, count: owners.count)
    for (player, part) in units.enumerated() where part > 0 {
      let accounts = playerOfAccount.indices.filter {
        playerOfAccount[$0] == player && !linesOfAccount[$0].isEmpty
      }
      let parts = divide(part, evenlyUnless: accounts.map { accountWeights[$0] })
      for (account, part) in zip(accounts, parts) where part > 0 {
        let lines = linesOfAccount[account]
        for (line, units) in zip(lines, divide(part, evenlyUnless: lines.map { lineWeights[$0] })) {
          shares[line] = units
        }
      }
    }
    return shares
  }

  private static func divide(_ part: Int64, evenlyUnless weights: [UInt64]) -> [Int64] {
    LargestRemainder.divide(
      part, weights: weights.contains { $0 > 0 } ? weights : weights.map { _ in 1 })
  }
}
