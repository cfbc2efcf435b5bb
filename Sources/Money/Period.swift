// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A period of account: a year, a quarter or a month, such as `2026`, `2026-Q4` or `2026-11`.
package struct Period: Hashable, Sendable {
  /// The calendar year, 1900 to 9999.
  package let year: Int
  /// The first month, 1 to 12.
  package let firstMonth: Int
  /// The last month, 1 to 12.
  package let lastMonth: Int

  /// Reads `YYYY`, `YYYY-Qn` or `YYYY-MM`; nil for all else.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts[0].utf8.count == 4,
      let year = Self.digits(parts[0]), (1900...9999).contains(year)
    else { return nil }
    self.year = year
    guard parts.count == 2 else {
      (firstMonth, lastMonth) = (1, 12)
      return
    }
    if parts[1].utf8.first == UInt8(ascii: "Q") {
      guard parts[1].utf8.count == 2, let quarter = Self.digits(parts[1].dropFirst()),
        (1...4).contains(quarter)
      else { return nil }
      (firstMonth, lastMonth) = (3 * quarter - 2, 3 * quarter)
    } else {
      guard parts[1].utf8.count == 2, let month = Self.digits(parts[1]), (1...12).contains(month)
      else { return nil }
      (firstMonth, lastMonth) = (month, month)
    }
  }

  /// The count of months from year zero to the end of the period: later ends are larger.
  package var endMonth: Int { year * 12 + lastMonth }

  private static func digits(_ text: Substring) -> Int? {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}

extension Period: CustomStringConvertible {
  package var description: String {
    switch lastMonth - firstMonth {
    case 11: "\(year)"
    case 2: "\(year)-Q\(lastMonth / 3)"
    default: "\(year)-" + (firstMonth < 10 ? "0" : "") + "\(firstMonth)"
    }
  }
}
