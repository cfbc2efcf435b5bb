// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Choosing some of a text's grams so that every window of consecutive ones keeps at least one
/// (Schleimer, Wilkerson and Aiken, SIGMOD 2003).
enum Winnowing {
  /// The distinct kept grams, ascending: of each window the one whose order under the seed is lowest.
  ///
  /// The order depends on the gram alone, so a stretch that two texts share keeps the same grams in
  /// both but for its edges. About two of `window + 1` are kept.
  static func kept(of grams: [UInt64], window: Int, seed: UInt64) -> [UInt64] {
    guard window > 1 else { return GramSorting.distinct(grams) }
    let orders = grams.map { GramHash.mixed($0 ^ seed) }
    var kept: [UInt64] = []
    kept.reserveCapacity(grams.count / 2)
    var lowest = -1
    for last in min(window, grams.count) - 1..<grams.count {
      let first = max(0, last - window + 1)
      if lowest < first {
        lowest = first
        for place in first...last where orders[place] <= orders[lowest] { lowest = place }
      } else if orders[last] <= orders[lowest] {
        lowest = last
      } else {
        continue
      }
      kept.append(grams[lowest])
    }
    return GramSorting.distinct(kept)
  }
}
