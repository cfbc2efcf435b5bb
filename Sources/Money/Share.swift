// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A share of a model: an integer count of units of 10⁻¹².
package enum Share {
  /// The units that make up the whole of a model.
  package static let whole: Int64 = 1_000_000_000_000

  /// The share as a percentage with the given number of decimals, rounded half up.
  package static func percentText(_ units: Int64, decimals: Int = 3) -> String {
    precondition((0...10).contains(decimals), "a share has at most ten decimals of a per cent")
    var step: Int64 = 10_000_000_000
    for _ in 0..<decimals { step /= 10 }
    let rounded = (units.magnitude + UInt64(step) / 2) / UInt64(step)
    let digits = String(rounded)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
    let sign = units < 0 && rounded > 0 ? "-" : ""
    guard decimals > 0 else { return sign + padded + "%" }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals) + "%"
  }
}
