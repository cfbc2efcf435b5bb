// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Sorting of hashes, whose values are spread evenly: one pass into buckets, then each by itself.
enum GramSorting {
  /// The distinct values in ascending order.
  ///
  /// - Complexity: O(n) for values spread evenly over 64 bits, O(n log n) for any others.
  static func distinct(_ values: [UInt64]) -> [UInt64] {
    var sorted = scattered(values) { $0 }
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

  /// The elements in ascending order of their keys; equal ones keep their order.
  @inline(__always)
  static func scattered<Element: BitwiseCopyable>(
    _ values: [Element], by key: (Element) -> UInt64
  ) -> [Element] {
    guard values.count > 1 else { return values }
    // Buckets of about eight values by their highest bits.
    let bits = min(20, max(1, 61 - (values.count - 1).leadingZeroBitCount))
    let shift = UInt64(64 - bits)
    var places = [UInt32](repeating: 0, count: 1 << bits + 1)
    for value in values { places[Int(key(value) >> shift) + 1] += 1 }
    for bucket in 1..<places.count { places[bucket] += places[bucket - 1] }
    let starts = places
    return Array(unsafeUninitializedCapacity: values.count) { sorted, count in
      for value in values {
        let bucket = Int(key(value) >> shift)
        sorted.initializeElement(at: Int(places[bucket]), to: value)
        places[bucket] += 1
      }
      count = values.count
      for bucket in 0..<starts.count - 1 where starts[bucket + 1] - starts[bucket] > 1 {
        sort(&sorted, Int(starts[bucket])..<Int(starts[bucket + 1]), by: key)
      }
    }
  }

  @inline(__always)
  private static func sort<Element: BitwiseCopyable>(
    _ values: inout UnsafeMutableBufferPointer<Element>, _ range: Range<Int>,
    by key: (Element) -> UInt64
  ) {
    guard range.count <= 32 else {
      // The standard library's sort is stable.
      values[range].sort { key($0) < key($1) }
      return
    }
    for index in range.dropFirst() {
      let value = values[index]
      var place = index
      while place > range.lowerBound, key(values[place - 1]) > key(value) {
        values[place] = values[place - 1]
        place -= 1
      }
      values[place] = value
    }
  }
}
