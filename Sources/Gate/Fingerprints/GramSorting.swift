// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Sorting of hashes, whose values are spread evenly: one pass into buckets, then each by itself.
enum GramSorting {
  /// The distinct values in ascending order.
  ///
  /// - Complexity: O(n) for values spread evenly over 64 bits, O(n log n) for any others.
  static func distinct(_ values: [UInt64]) -> [UInt64] {
    var sorted = scattered(values)
    var kept = 0
    sorted.withUnsafeMutableBufferPointer { values in
      for index in values.indices where index == 0 || values[index] != values[kept - 1] {
        values[kept] = values[index]
        kept += 1
      }
    }
    sorted.removeLast(sorted.count - kept)
    return sorted
  }

  /// The values in ascending order.
  private static func scattered(_ values: [UInt64]) -> [UInt64] {
    guard values.count > 64 else { return values.sorted() }
    // Buckets of about eight values by their highest bits.
    let bits = min(20, max(1, 61 - (values.count - 1).leadingZeroBitCount))
    let shift = UInt64(64 - bits)
    var places = [UInt32](repeating: 0, count: 1 << bits + 1)
    for value in values { places[Int(value >> shift) + 1] += 1 }
    for bucket in 1..<places.count { places[bucket] += places[bucket - 1] }
    let starts = places
    return Array(unsafeUninitializedCapacity: values.count) { sorted, count in
      for value in values {
        let bucket = Int(value >> shift)
        sorted.initializeElement(at: Int(places[bucket]), to: value)
        places[bucket] += 1
      }
      for bucket in 0..<starts.count - 1 where starts[bucket + 1] - starts[bucket] > 1 {
        sort(&sorted, Int(starts[bucket])..<Int(starts[bucket + 1]))
      }
      count = values.count
    }
  }

  private static func sort(_ values: inout UnsafeMutableBufferPointer<UInt64>, _ range: Range<Int>)
  {
    guard range.count <= 32 else {
      values[range].sort()
      return
    }
    for index in range.dropFirst() {
      let value = values[index]
      var place = index
      while place > range.lowerBound, values[place - 1] > value {
        values[place] = values[place - 1]
        place -= 1
      }
      values[place] = value
    }
  }
}
