// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives

/// Seeded resampling: how far the measures move where the groups are drawn anew.
///
/// Replicate *r* draws as many groups as there are, with replacement, from stream *r* of Philox4x32
/// under the seed. The interval is that of the percentiles 2.5 and 97.5. It says how much hangs on
/// which groups there happen to be; it is no statement about errors in the figures.
package struct Bootstrap: Hashable, Sendable {
  /// The seed of the draws.
  package let seed: UInt64
  /// How many times the groups are drawn.
  package let replicates: Int

  /// The most replicates.
  package static let mostReplicates = 100_000

  /// Makes a plan; traps for fewer than two replicates or more than `mostReplicates`.
  package init(seed: UInt64, replicates: Int) {
    precondition((2...Self.mostReplicates).contains(replicates), "two replicates or more")
    self.seed = seed
    self.replicates = replicates
  }

  /// The interval of each measure, in the order of `Measures.named`.
  ///
  /// Replicates in which nobody holds anything are left out; nil where all are.
  /// - Complexity: O(replicates × groups).
  package func intervals(of distribution: Distribution) -> [ClosedRange<Double>]? {
    let count = distribution.groups.count
    guard count > 0, count <= UInt32.max else { return nil }
    var values = [[Double]](repeating: [], count: Measures.named.count)
    for replicate in 0..<replicates {
      let counts = draw(replicate, of: count)
      guard let measures = distribution.measures(counts: counts) else { continue }
      for (index, measure) in Measures.named.enumerated() {
        values[index].append(measure.value(measures))
      }
    }
    guard let found = values.first?.count, found > 0 else { return nil }
    let lower = found * 25 / 1000
    let upper = max(lower, (found * 975 + 999) / 1000 - 1)
    return values.map { column in
      let sorted = column.sorted()
      return sorted[lower]...sorted[upper]
    }
  }

  /// How often each group is drawn in a replicate.
  package func draw(_ replicate: Int, of count: Int) -> [UInt32] {
    var random = Philox4x32(key: seed, stream: UInt64(replicate))
    var counts = [UInt32](repeating: 0, count: count)
    for _ in 0..<count { counts[Int(random.below(UInt32(count)))] += 1 }
    return counts
  }
}
