// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The text of a number as ECMAScript's `Number::toString` gives it (RFC 8785 section 3.2.2.3).
enum ECMAScriptNumber {
  /// The shortest digits that read back to the same double, laid out by the ECMAScript rules.
  ///
  /// Swift's `description` already finds the shortest digits (SwiftDtoa); only the layout differs.
  static func text(of value: Double) -> String {
    precondition(value.isFinite, "JSON has no form for infinity and NaN")
    if value == 0 { return "0" }
    let (digits, exponent) = decompose(value.magnitude)
    let sign = value < 0 ? "-" : ""
    let count = digits.utf8.count
    if (count...21).contains(exponent), exponent >= count {
      return sign + digits + String(repeating: "0", count: exponent - count)
    }
    if exponent > 0, exponent <= 21 {
      return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
    }
    if exponent > -6, exponent <= 0 {
      return sign + "0." + String(repeating: "0", count: -exponent) + digits
    }
    let power = exponent - 1
    let fraction = count > 1 ? "." + digits.dropFirst() : ""
    return sign + digits.prefix(1) + fraction + "e" + (power < 0 ? "-" : "+") + "\(power.magnitude)"
  }

  /// Digits `d₁d₂…dₖ` and the exponent `n` with value = 0.d₁d₂…dₖ × 10ⁿ.
  private static func decompose(_ magnitude: Double) -> (digits: String, exponent: Int) {
    let text = magnitude.description
    let parts = text.split(separator: "e", maxSplits: 1)
    let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + mantissa[0].utf8.count
    var digits = Substring(mantissa[0] + (mantissa.count > 1 ? mantissa[1] : ""))
    while digits.utf8.first == UInt8(ascii: "0") {
      digits = digits.dropFirst()
      exponent -= 1
    }
    while digits.utf8.last == UInt8(ascii: "0") { digits = digits.dropLast() }
    return (String(digits), exponent)
  }
}
