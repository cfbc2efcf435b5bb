// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Numbers, sizes and times as people read them; the same text on every machine.
package enum Human {
  /// A number with a fixed count of decimals (at most 15), halves rounded away from zero; `–` where it is none.
  ///
  /// Magnitudes of 10¹⁵ and more are written as Swift writes them.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return "–" }
    let decimals = min(max(0, decimals), 15)
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded(.toNearestOrAwayFromZero)
    guard value.magnitude < 1e15, scaled < 9e18 else { return "\(value)" }
    let whole = Int64(scaled) / Int64(scale)
    let fraction = Int64(scaled) % Int64(scale)
    let sign = value < 0 && scaled > 0 ? "−" : ""
    guard decimals > 0 else { return sign + String(whole) }
    return sign + String(whole) + "." + padded(fraction, decimals)
  }

  /// An integer with commas between groups of three digits.
  package static func integer(_ value: Int) -> String {
    var text = ""
    for (index, digit) in String(value.magnitude).reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (value < 0 ? "−" : "") + String(text.reversed())
  }

  /// A part of one as a percentage with the stated decimals.
  package static func percent(_ fraction: Double, decimals: Int = 1) -> String {
    fixed(fraction * 100, decimals: decimals) + " %"
  }

  /// A quantity with three significant digits and a decimal prefix, such as `12.3 k bytes/s`.
  package static func quantity(_ value: Double, _ unit: String) -> String {
    guard value.isFinite else { return "– " + unit }
    var (scaled, prefix) = (value, "")
    for next in ["k", "M", "G", "T"] where scaled.magnitude >= 999.5 {
      (scaled, prefix) = (scaled / 1000, next + " ")
    }
    let isWhole = prefix.isEmpty && value == value.rounded()
    let magnitude = scaled.magnitude
    let decimals = isWhole || magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2
    return fixed(scaled, decimals: decimals) + " " + prefix + unit
  }

  /// A number of bytes, such as `512 bytes` or `4.14 MB` (powers of a thousand).
  package static func size(_ bytes: Int) -> String {
    if bytes == 1 { return "1 byte" }
    guard bytes >= 1000 else { return "\(bytes) bytes" }
    let text = quantity(Double(bytes), "B")
    return text.replacingLastSpace()
  }

  /// A length of time in words: `820 ms`, `4.2 s`, `2 min 05 s`, `1 h 02 min`.
  package static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    if seconds < 0.9995 { return fixed(seconds * 1000, decimals: 0) + " ms" }
    if seconds < 59.95 { return fixed(seconds, decimals: 1) + " s" }
    let whole = Int64(min(seconds, 1e15).rounded())
    if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60, 2)) s" }
    return "\(whole / 3600) h \(padded(whole / 60 % 60, 2)) min"
  }

  /// A length of time as on a clock: `0:41`, `12:05`, `1:02:03`.
  package static func clock(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    let whole = Int64(min(seconds, 1e15).rounded())
    let rest = padded(whole % 60, 2)
    guard whole >= 3600 else { return "\(whole / 60):\(rest)" }
    return "\(whole / 3600):\(padded(whole / 60 % 60, 2)):\(rest)"
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension String {
  /// Without the last space: joins a prefix to its unit (`4.14 M B` becomes `4.14 MB`).
  fileprivate func replacingLastSpace() -> String {
    guard let place = lastIndex(of: " ") else { return self }
    return String(self[..<place]) + String(self[index(after: place)...])
  }
}
