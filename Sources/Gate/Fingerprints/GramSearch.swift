// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Searching in distinct hashes in ascending order, whose values are spread evenly.
enum GramSearch {
  /// Where the gram stands, or nil.
  ///
  /// - Complexity: O(log of the distance from where an even spread would have it).
  static func index(of gram: UInt64, in grams: borrowing Span<UInt64>) -> Int? {
    let place = lowerBound(of: gram, in: grams)
    return place < grams.count && grams[place] == gram ? place : nil
  }

  /// How many values are below the gram.
  static func lowerBound(of gram: UInt64, in grams: borrowing Span<UInt64>) -> Int {
    let count = grams.count
    guard count > 0 else { return 0 }
    var low = Int(gram.multipliedFullWidth(by: UInt64(count)).high)
    var high = low
    var step = 1
    if grams[low] < gram {
      // Everything up to `low` is below; look upwards in growing steps.
      while high < count, grams[high] < gram {
        low = high + 1
        high += step
        step *= 2
      }
      high = min(high, count)
    } else {
      while low > 0, grams[low - 1] >= gram {
        high = low - 1
        low = max(0, low - step)
        step *= 2
      }
    }
    while low < high {
      let middle = low + (high - low) / 2
      if grams[middle] < gram { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The places of those grams that are among others; both distinct and in ascending order.
  ///
  /// - Complexity: linear in both, or nearly linear in the shorter where the other is far longer.
  static func shared(
    _ grams: borrowing Span<UInt64>, with others: borrowing Span<UInt64>
  ) -> [UInt32] {
    var places: [UInt32] = []
    if others.count > 16 * grams.count {
      for place in 0..<grams.count where index(of: grams[place], in: others) != nil {
        places.append(UInt32(place))
      }
    } else if grams.count > 16 * others.count {
      for other in 0..<others.count {
        if let place = index(of: others[other], in: grams) { places.append(UInt32(place)) }
      }
    } else {
      var other = 0
      for place in 0..<grams.count {
        while other < others.count, others[other] < grams[place] { other += 1 }
        guard other < others.count else { break }
        if others[other] == grams[place] { places.append(UInt32(place)) }
      }
    }
    return places
  }
}
