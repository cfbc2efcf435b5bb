// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Horizontal bars made of block characters, to an eighth of a column.
package enum Bar {
  private static let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  /// A bar that fills the fraction of the width, padded with spaces; outside 0 to 1 it is clamped.
  ///
  /// A fraction above zero always shows at least an eighth of a column.
  package static func text(_ fraction: Double, width: Int) -> String {
    guard width > 0 else { return "" }
    let clamped = fraction.isFinite ? min(max(fraction, 0), 1) : 0
    var eighths = Int((clamped * Double(width * 8)).rounded())
    if clamped > 0 { eighths = max(eighths, 1) }
    let bar = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    return bar + String(repeating: " ", count: width - bar.count)
  }
}
