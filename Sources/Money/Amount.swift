// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// An amount of money: an integer count of the currency's minor units.
///
/// There is no conversion from or to floating point, here or anywhere after a share register is
/// closed.
package struct Amount: Hashable, Sendable {
  /// Cents for EUR, yen for JPY; may be negative.
  package let minorUnits: Int64
  /// The currency the units are of.
  package let currency: Currency

  /// The largest amount that is accepted: products with shares and rates stay exact in 128 bits.
  package static let largestMinorUnits: Int64 = 1_000_000_000_000_000

  /// Makes an amount of that many minor units.
  package init(minorUnits: Int64, currency: Currency) {
    self.minorUnits = minorUnits
    self.currency = currency
  }

  /// Reads decimal text such as `1000.00`, `1000` or `-0.5`.
  ///
  /// - Throws: `AmountError` for anything but digits with one optional point, for more decimals
  ///   than the currency has, and above `largestMinorUnits`.
  package init(_ text: String, currency: Currency) throws(AmountError) {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let digits = text.utf8.dropFirst(isNegative ? 1 : 0)
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = parts.first, !whole.isEmpty,
      parts.count == 1 || parts.last?.isEmpty == false,
      parts.joined().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { throw .notAnAmount(text) }
    let fraction = parts.count == 2 ? Array(parts[1]) : []
    guard fraction.count <= currency.decimals else {
      throw .tooManyDecimals(text, allowed: currency.decimals, currency: currency.code)
    }
    let padding = repeatElement(UInt8(ascii: "0"), count: currency.decimals - fraction.count)
    let units = String(decoding: Array(whole) + fraction + padding, as: UTF8.self)
    guard let value = Int64(units), value <= Self.largestMinorUnits else { throw .tooLarge(text) }
    self.init(minorUnits: isNegative ? -value : value, currency: currency)
  }
}

extension Amount: CustomStringConvertible {
  /// The amount and its code, such as `1000.00 EUR`.
  package var description: String { decimalText + " " + currency.code }

  /// The amount alone, with all the currency's decimals.
  package var decimalText: String {
    let digits = String(minorUnits.magnitude)
    let missing = max(0, currency.decimals + 1 - digits.utf8.count)
    let padded = String(repeating: "0", count: missing) + digits
    let sign = minorUnits < 0 ? "-" : ""
    guard currency.decimals > 0 else { return sign + padded }
    return sign + padded.dropLast(currency.decimals) + "." + padded.suffix(currency.decimals)
  }
}

/// Why a text is not an amount of a currency.
package enum AmountError: Error, Hashable, Sendable {
  case notAnAmount(String)
  case tooManyDecimals(String, allowed: Int, currency: String)
  case tooLarge(String)
}

extension AmountError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notAnAmount(let text):
      "'\(text)' is not an amount: write digits and at most one point, such as 1000.00"
    case .tooManyDecimals(let text, let allowed, let currency):
      "'\(text)' has too many decimals: \(currency) has \(allowed)"
    case .tooLarge(let text): "'\(text)' is too large an amount for one report"
    }
  }
}
