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

  /// Marks which of some grams are among others; both distinct and in ascending order.
  static func mark(
    _ grams: borrowing Span<UInt64>, in others: borrowing Span<UInt64>, _ marks: inout [Bool]
  ) {
    if others.count > 16 * grams.count {
      for index in 0..<grams.count {
        marks[index] = self.index(of: grams[index], in: others) != nil
      }
      return
    }
    var place = 0
    for index in 0..<grams.count {
      while place < others.count, others[place] < grams[index] { place += 1 }
      marks[index] = place < others.count && others[place] == grams[index]
    }
  }
}
