// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A royalty rate: an integer count of parts per million of the revenue attributed to a work.
package struct Rate: Hashable, Sendable, Comparable {
  /// 50,000 is five per cent; at most 1,000,000.
  package let partsPerMillion: Int64

  /// The whole: one hundred per cent.
  package static let whole = Rate(unchecked: 1_000_000)

  private init(unchecked: Int64) { partsPerMillion = unchecked }

  /// Makes a rate from parts per million in `0...1_000_000`; nil outside.
  package init?(partsPerMillion: Int64) {
    guard (0...Self.whole.partsPerMillion).contains(partsPerMillion) else { return nil }
    self.partsPerMillion = partsPerMillion
  }

  /// Reads a percentage with at most four decimals, such as `5%` or `12.5%`; nil for all else.
  ///
  /// The sign `%` is required: whether a bare `0.05` means five per cent would be a guess.
  package init?(_ text: String) {
    guard text.utf8.last == UInt8(ascii: "%") else { return nil }
    let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = parts.first, !whole.isEmpty,
      parts.joined().utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard parts.count == 1 || (1...4).contains(fraction.utf8.count) else { return nil }
    let digits = whole + fraction + String(repeating: "0", count: 4 - fraction.utf8.count)
    guard let value = Int64(digits) else { return nil }
    self.init(partsPerMillion: value)
  }

  package static func < (left: Rate, right: Rate) -> Bool {
    left.partsPerMillion < right.partsPerMillion
  }
}

extension Rate: CustomStringConvertible {
  /// The rate as a percentage without trailing zeros, such as `12.5%`.
  package var description: String {
    let (whole, parts) = partsPerMillion.quotientAndRemainder(dividingBy: 10_000)
    guard parts > 0 else { return "\(whole)%" }
    var digits = String(repeating: "0", count: 4 - String(parts).utf8.count) + String(parts)
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)%"
  }
}
