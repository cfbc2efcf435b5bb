// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Money

/// A rule that would divide the same sum otherwise than by what each holds.
///
/// All of them give out exactly what there is, in integers, by largest remainder with ties to the
/// earlier account. None of them is applied to anything by this program: they are questions.
package enum Lever: Hashable, Sendable {
  /// As it is.
  case none
  /// Nobody has more than this part of the sum, in parts per million, or than the mean where that is
  /// more; what is above goes to the others by what they hold.
  case cap(partsPerMillion: Int64)
  /// Nobody has less than this part of the mean, in parts per million; the others give by what they
  /// hold.
  case floor(partsPerMillion: Int64)
  /// This part of the sum is divided evenly, the rest by what each holds.
  case dividend(partsPerMillion: Int64)
  /// By the square root of what each holds.
  case squareRoot

  /// What each account gets.
  ///
  /// - Parameter amounts: What the accounts hold; none negative, not all zero.
  /// - Returns: As many amounts, with the same sum.
  /// - Complexity: O(*n* log *n*) a round; caps and floors take at most *n* rounds, rarely five.
  package func divide(_ amounts: [Int64]) -> [Int64] {
    let total = amounts.reduce(0, +)
    precondition(total > 0 && amounts.allSatisfy { $0 >= 0 }, "a lever divides what there is")
    let weights = amounts.map { UInt64($0) }
    switch self {
    case .none: return amounts
    case .cap(let part): return Self.cap(amounts, total: total, part: part)
    case .floor(let part): return Self.floor(amounts, total: total, part: part)
    case .dividend(let part):
      let even = Int64(Int128(total) * Int128(part) / 1_000_000)
      let heads = LargestRemainder.divide(even, weights: weights.map { _ in 1 })
      return zip(heads, LargestRemainder.divide(total - even, weights: weights)).map { $0 + $1 }
    case .squareRoot:
      return LargestRemainder.divide(
        total, weights: weights.map { Self.root(UInt128($0) << 60) })
    }
  }

  /// What each principal gets where the accounts of one are added up before the rule: splitting an
  /// account among them cannot change it.
  ///
  /// - Parameters:
  ///   - amounts: What the accounts hold.
  ///   - principals: Whose account each is, by a number below `count`.
  ///   - count: How many principals there are.
  /// - Returns: One amount a principal.
  package func divide(_ amounts: [Int64], principals: [Int], count: Int) -> [Int64] {
    var sums = [Int64](repeating: 0, count: count)
    for (amount, principal) in zip(amounts, principals) { sums[principal] += amount }
    return divide(sums)
  }

  private static func cap(_ amounts: [Int64], total: Int64, part: Int64) -> [Int64] {
    let count = Int64(amounts.count)
    let most = max(Int64(Int128(total) * Int128(part) / 1_000_000), (total + count - 1) / count)
    var isHeld = [Bool](repeating: false, count: amounts.count)
    while true {
      let held = isHeld.count { $0 }
      let free = amounts.indices.filter { !isHeld[$0] }
      let rest = total - Int64(held) * most
      // Where only those who hold nothing are left, they share evenly.
      let holdsAny = free.contains { amounts[$0] > 0 }
      let parts =
        free.isEmpty
        ? []
        : LargestRemainder.divide(
          max(0, rest), weights: free.map { holdsAny ? UInt64(amounts[$0]) : 1 })
      let over = zip(free, parts).filter { $0.1 > most }
      guard !over.isEmpty else {
        var result = isHeld.map { $0 ? most : 0 }
        for (index, part) in zip(free, parts) { result[index] = part }
        return settled(result, total: total)
      }
      for (index, _) in over { isHeld[index] = true }
    }
  }

  private static func floor(_ amounts: [Int64], total: Int64, part: Int64) -> [Int64] {
    let least =
      Int64(Int128(total) * Int128(min(part, 1_000_000)) / 1_000_000)
      / Int64(amounts.count)
    var isHeld = [Bool](repeating: false, count: amounts.count)
    while true {
      let free = amounts.indices.filter { !isHeld[$0] }
      let rest = total - Int64(amounts.count - free.count) * least
      guard free.contains(where: { amounts[$0] > 0 }) else {
        return LargestRemainder.divide(total, weights: amounts.map { _ in 1 })
      }
      let parts = LargestRemainder.divide(rest, weights: free.map { UInt64(amounts[$0]) })
      let under = zip(free, parts).filter { $0.1 < least }
      guard !under.isEmpty else {
        var result = isHeld.map { $0 ? least : 0 }
        for (index, part) in zip(free, parts) { result[index] = part }
        return settled(result, total: total)
      }
      for (index, _) in under { isHeld[index] = true }
    }
  }

  /// Takes the units that the last cap gave too many from the last accounts that have any.
  private static func settled(_ amounts: [Int64], total: Int64) -> [Int64] {
    var result = amounts
    var surplus = result.reduce(0, +) - total
    for index in result.indices.reversed() where surplus > 0 {
      let taken = min(surplus, result[index])
      result[index] -= taken
      surplus -= taken
    }
    precondition(surplus == 0, "a lever gives out exactly what there is")
    return result
  }

  /// The integer square root, rounded down.
  static func root(_ value: UInt128) -> UInt64 {
    var result: UInt128 = 0
    var bit: UInt128 = 1 << 63
    while bit > 0 {
      let candidate = result | bit
      if candidate * candidate <= value { result = candidate }
      bit >>= 1
    }
    return UInt64(result)
  }
}

extension Lever {
  /// What one payee would have by splitting its account evenly into several, by this rule.
  ///
  /// - Parameters:
  ///   - payee: Whose account is split.
  ///   - fakes: Into how many accounts; one changes nothing.
  ///   - amounts: What the accounts hold before.
  /// - Returns: What the payee gets with one account, with several, and with several where the
  ///   accounts of one principal are added up first.
  package func attack(
    by payee: Int, fakes: Int, on amounts: [Int64]
  ) -> (honest: Int64, split: Int64, aggregated: Int64) {
    precondition(amounts.indices.contains(payee) && fakes > 0, "somebody splits into some accounts")
    let honest = divide(amounts)[payee]
    let parts = LargestRemainder.divide(
      amounts[payee], weights: [UInt64](repeating: 1, count: fakes))
    // The first part stays where the account was, so that ties break as before.
    var accounts = amounts
    accounts[payee] = parts[0]
    accounts += parts.dropFirst()
    let gained = divide(accounts)
    let principals =
      Array(amounts.indices) + [Int](repeating: payee, count: fakes - 1)
    return (
      honest, gained[payee] + gained[amounts.count...].reduce(0, +),
      divide(accounts, principals: principals, count: amounts.count)[payee]
    )
  }
}
