// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// Works that are nearly the same text, so that an account is credited once for all of them.
package struct NearDuplicates: Sendable, Equatable {
  /// The works, ascending; at least two.
  package let works: [Digest]
  /// The pairs that made the group, ascending.
  package let pairs: [Pair]

  /// Two works of which each has enough of the other's grams.
  package struct Pair: Sendable, Equatable {
    package let first: Digest
    package let second: Digest
    /// The distinct grams both have that count.
    package let sharedGrams: Int
    /// The lower of the two shares, in thousandths.
    package let perMille: Int
  }

  /// The standard share: half of either work.
  package static let standardPerMille = 500
}

extension GramIndexFile {
  /// All groups of works that are joined by pairs of which each has so much of the other.
  ///
  /// Exact and the same on every machine: shares are compared in whole numbers over all grams that
  /// count, groups and their works are ordered by digest. The work of an anthology is none of its
  /// near-duplicates, because its share of the anthology is small.
  ///
  /// - Parameter perMille: What each of a pair must have of the other, in thousandths.
  /// - Returns: The groups, by their first work.
  /// - Throws: `GramIndexError.inconsistent` for a file that no builder wrote.
  package func nearDuplicates(
    perMille: Int = NearDuplicates.standardPerMille
  ) throws(GramIndexError) -> [NearDuplicates] {
    precondition((1...1000).contains(perMille), "a share lies between 1 and 1000 thousandths")
    var parents = (0..<UInt32(workCount)).map { $0 }
    var pairs: [(first: UInt32, pair: NearDuplicates.Pair)] = []
    for number in 0..<UInt32(workCount) {
      for (other, pair) in try nearDuplicates(of: number, perMille: perMille) {
        pairs.append((number, pair))
        let (one, two) = (root(number, &parents), root(other, &parents))
        parents[Int(max(one, two))] = min(one, two)
      }
    }
    var groups: [UInt32: [NearDuplicates.Pair]] = [:]
    for (number, pair) in pairs { groups[root(number, &parents), default: []].append(pair) }
    return groups.values.map { pairs in
      NearDuplicates(
        works: Set(pairs.flatMap { [$0.first, $0.second] }).sorted(),
        pairs: pairs.sorted { ($0.first, $0.second) < ($1.first, $1.second) })
    }.sorted { $0.works[0] < $1.works[0] }
  }

  /// The works before this one that are nearly the same; grams count as they do for the earlier work.
  private func nearDuplicates(
    of number: UInt32, perMille: Int
  ) throws(GramIndexError) -> [(other: UInt32, pair: NearDuplicates.Pair)] {
    let work = try work(number)
    let keys = Array(grams(of: work))
    let text = ComparedGrams(keys, excludedFrom: exclusion)
    var found: [(other: UInt32, pair: NearDuplicates.Pair)] = []
    for other in try candidates(withAnyOf: [keys, [work.sequence]]) where other < number {
      let second = try self.work(other)
      let isSame = second.sequence == work.sequence && second.wordCount == work.wordCount
      let shared = text.shared(with: Span(_unsafeElements: grams(of: second)), from: other)
      let size = max(shared.ofText, Int(second.countedGrams))
      let share = size == 0 ? 0 : shared.count * 1000 / size
      guard isSame || share >= perMille else { continue }
      let digests = [work.work, second.work].sorted()
      found.append(
        (
          other,
          NearDuplicates.Pair(
            first: digests[0], second: digests[1], sharedGrams: shared.count,
            perMille: isSame ? 1000 : share)
        ))
    }
    return found
  }

  private func root(_ number: UInt32, _ parents: inout [UInt32]) -> UInt32 {
    var number = number
    while parents[Int(number)] != number {
      parents[Int(number)] = parents[Int(parents[Int(number)])]
      number = parents[Int(number)]
    }
    return number
  }
}
