// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Money
package import Register

/// How the revenue of one model flows to the rows of its share register.
package enum RoyaltyFlow {
  /// Divides revenue: each work's quota is revenue × share × rate, and what no grant claims stays.
  ///
  /// Owed and retained parts are divided together by largest remainder, ties by owner and work, so
  /// they add up to the revenue to the last minor unit.
  ///
  /// Where a royalty is less than the minimum fee of the work's grant, what is missing is taken from
  /// what no royalty claims, as far as that goes; what is not covered yet waits for more revenue.
  ///
  /// - Parameters:
  ///   - revenue: Cumulative revenue in minor units, not negative.
  ///   - currency: The revenue's currency; fees in another are not owed in this one.
  ///   - shares: The model's share register.
  /// - Returns: What is owed to each row, in the rows' order, and what is retained.
  package static func divide(
    _ revenue: Int64, in currency: Currency, over shares: ShareRegister
  ) -> (owed: [Int64], retained: Int64) {
    precondition(revenue >= 0, "cumulative revenue is never negative")
    let claims = shares.rows.map { UInt64($0.units) * UInt64($0.rate.partsPerMillion) }
    let whole = UInt64(Share.whole) * UInt64(Rate.whole.partsPerMillion)
    let claimed = claims.reduce(0, +)
    precondition(claimed <= whole, "the claims of a share register never exceed the whole")
    var parts = LargestRemainder.divide(revenue, weights: claims + [whole - claimed])
    let retained = parts.removeLast()
    let missing = zip(shares.rows, parts).map { row, part in
      row.minimumFee.map { $0.currency == currency ? max(0, $0.minorUnits - part) : 0 } ?? 0
    }
    let wanted = missing.reduce(Int128(0)) { $0 + Int128($1) }
    guard wanted > 0, retained > 0 else { return (parts, retained) }
    let lifted =
      wanted <= retained
      ? missing : LargestRemainder.divide(retained, weights: missing.map { UInt64($0) })
    return (zip(parts, lifted).map(+), retained - lifted.reduce(0, +))
  }
}
