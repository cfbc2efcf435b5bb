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
    /// The distinct grams both have.
    package let sharedGrams: Int
    /// The lower of the two shares, in thousandths.
    package let perMille: Int
  }

  /// The standard share: half of either work.
  package static let standardPerMille = 500
}

extension GramIndex {
  /// All groups of works that are joined by pairs of which each has so much of the other.
  ///
  /// Exact and the same on every machine: shares are compared in whole numbers over all grams,
  /// groups and their works are ordered by digest. The work of an anthology is none of its
  /// near-duplicates, because its share of the anthology is small.
  ///
  /// - Parameters:
  ///   - perMille: What each of a pair must have of the other, in thousandths.
  ///   - progress: Told after each work how many were compared.
  /// - Returns: The groups, by their first work.
  /// - Throws: `GramIndexError` for a file that is damaged.
  /// - Complexity: a look-up for each work; memory grows with works and pairs.
  package func nearDuplicates(
    perMille: Int = NearDuplicates.standardPerMille, progress: (Int) -> Void = { _ in }
  ) throws(GramIndexError) -> [NearDuplicates] {
    precondition((1...1000).contains(perMille), "a share lies between 1 and 1000 thousandths")
    var parents = Array(0..<workCount)
    var pairs: [(place: Int, pair: NearDuplicates.Pair)] = []
    for place in 0..<workCount {
      for (other, pair) in try nearDuplicates(of: place, perMille: perMille) {
        pairs.append((place, pair))
        let (one, two) = (Self.root(place, &parents), Self.root(other, &parents))
        parents[max(one, two)] = min(one, two)
      }
      progress(place + 1)
    }
    var groups: [Int: [NearDuplicates.Pair]] = [:]
    for (place, pair) in pairs { groups[Self.root(place, &parents), default: []].append(pair) }
    return groups.values.map { pairs in
      NearDuplicates(
        works: Set(pairs.flatMap { [$0.first, $0.second] }).sorted(),
        pairs: pairs.sorted { ($0.first, $0.second) < ($1.first, $1.second) })
    }.sorted { $0.works[0] < $1.works[0] }
  }

  /// The works before this one that are nearly the same.
  private func nearDuplicates(
    of place: Int, perMille: Int
  ) throws(GramIndexError) -> [(other: Int, pair: NearDuplicates.Pair)] {
    guard let own = segments.last(where: { $0.first <= place }) else { return [] }
    let work = try own.file.work(UInt32(place - own.first))
    let grams = try own.file.grams(of: work)
    var found: [(other: Int, pair: NearDuplicates.Pair)] = []
    for segment in segments where segment.first <= place {
      for number in try segment.file.candidates(withAnyOf: Array(grams) + [work.sequence]) {
        let other = segment.first + Int(number)
        guard other < place else { break }
        let second = try segment.file.work(number)
        let isSame = second.sequence == work.sequence && second.wordCount == work.wordCount
        let shared = GramSearch.shared(
          Span(_unsafeElements: grams),
          with: Span(_unsafeElements: try segment.file.grams(of: second))
        ).count
        let share = shared * 1000 / Int(max(work.gramCount, second.gramCount, 1))
        guard isSame || share >= perMille else { continue }
        let digests = [work.work, second.work].sorted()
        let pair = NearDuplicates.Pair(
          first: digests[0], second: digests[1], sharedGrams: shared,
          perMille: isSame ? 1000 : share)
        found.append((other, pair))
      }
    }
    return found
  }

  private static func root(_ place: Int, _ parents: inout [Int]) -> Int {
    var place = place
    while parents[place] != place {
      parents[place] = parents[parents[place]]
      place = parents[place]
    }
    return place
  }
}
