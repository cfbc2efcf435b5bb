// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Concentration
package import Money

/// Divides proceeds over territories: by contribution, weighed, with a part per head.
///
/// 1. A row of the profile by language is divided over territories by speakers; one by territory is
///    that territory's. A cell's part is ⌊units · speakers · 2⁵⁴ / (speakers of the row · whole)⌋.
/// 2. Each cell has its weight (`EquityWeight`). A weighed part is ⌊part · weight / 2⁴⁰⌋.
/// 3. The dividend is ⌊proceeds · part⌋, divided by population; the rest is divided by the sums of
///    the weighed parts. Both by largest remainder, of equal remainders the lower code first.
///
/// Everything is integers; the order of rows and of territories has no influence.
package struct RestitutionComputation {
  /// The scale of a cell's part.
  private static let scale: UInt128 = 1 << 54

  private let policy: RestitutionPolicy
  private let data: TerritoryData
  private let codes: [String]
  private let rows: [ProfilePart]
  private let whole: Int64
  private let people: UInt128
  private let meanProduct: (product: UInt128, people: UInt128)
  /// What was not known, and what the policy made of it.
  private var gaps: [MissingFigure] = []
  /// How many units of the profile have people to divide them over.
  private var described: Int64 = 0
  private var cells: [RestitutionResult.Cell] = []
  private var part: [String: UInt64] = [:]
  private var weighed: [String: UInt64] = [:]

  /// Divides.
  ///
  /// - Parameters:
  ///   - proceeds: What there is to divide; above zero.
  ///   - profile: Where the corpus comes from.
  ///   - policy: By which rule.
  ///   - data: Who lives where.
  /// - Returns: The amounts, which add up to the proceeds exactly.
  /// - Throws: `RestitutionError`.
  /// - Complexity: O(rows × territories).
  package static func divide(
    _ proceeds: Amount, profile: ContributionProfile, policy: RestitutionPolicy,
    data: TerritoryData
  ) throws(RestitutionError) -> RestitutionResult {
    guard proceeds.minorUnits > 0 else { throw .noProceeds }
    var computation = try RestitutionComputation(profile, policy, data)
    try computation.weigh()
    return try computation.result(proceeds)
  }

  private init(
    _ profile: ContributionProfile, _ policy: RestitutionPolicy, _ data: TerritoryData
  ) throws(RestitutionError) {
    self.policy = policy
    self.data = try data.corrected(by: policy.corrections)
    codes = self.data.places.filter { $0.value.population > 0 }.keys.sorted()
    rows = try ProfilePart.merged(profile, data: self.data)
    whole = profile.whole
    let places = codes.compactMap { [places = self.data.places] in places[$0] }
    people = places.reduce(0) { $0 + UInt128($1.population) }
    let known = places.filter { $0.product > 0 }
    meanProduct = (
      known.reduce(0) { $0 + UInt128($1.product) }, known.reduce(0) { $0 + UInt128($1.population) }
    )
    guard people > 0 else { throw .nobody }
  }

  /// Computes every cell: its part, its weight.
  private mutating func weigh() throws(RestitutionError) {
    var kept: [(row: ProfilePart, speakers: [(code: String, count: UInt64)])] = []
    for row in rows where row.units > 0 {
      let speakers = row.speakers(in: data, codes: codes, reading: policy.people == .readers)
      if speakers.isEmpty {
        gaps.append(MissingFigure(subject: row.name, figure: "people"))
        if policy.unknown != .exclude { throw .missing(gaps) }
      } else {
        kept.append((row, speakers))
      }
    }
    described = kept.reduce(Int64(0)) { $0 + $1.row.units }
    guard described > 0 else { throw .nobody }
    if policy.undescribed == .refuse, described < whole {
      throw .undescribed(units: whole - described, whole: whole)
    }
    let divisor = UInt128(policy.undescribed == .described ? described : whole)
    let incomes = try incomeLogarithms(of: Set(kept.flatMap { $0.speakers.map(\.code) }))
    for (row, speakers) in kept {
      let total = speakers.reduce(UInt128(0)) { $0 + UInt128($1.count) }
      let representation = BinaryLogarithm(
        of: total * UInt128(whole), over: people * UInt128(row.units))
      for (code, count) in speakers {
        let base = UInt64(
          UInt128(row.units) * UInt128(count) * Self.scale / (total * divisor))
        part[code, default: 0] += base
        guard let income = incomes[code] else { continue }
        let weight = EquityWeight.weight(income: income, speakers: representation, policy: policy)
        weighed[code, default: 0] += UInt64((UInt128(base) * UInt128(weight)) >> 40)
        cells.append(
          .init(territory: code, row: row.name, people: count, part: base, weight: weight))
      }
    }
  }

  /// log₂(mean income / income) of every territory that contributes and is not left out.
  private mutating func incomeLogarithms(
    of territories: Set<String>
  ) throws(RestitutionError) -> [String: BinaryLogarithm] {
    var logarithms: [String: BinaryLogarithm] = [:]
    var missing: [MissingFigure] = []
    for code in territories.sorted() {
      guard policy.incomeExponent > 0 else {
        logarithms[code] = .zero
        continue
      }
      guard let place = data.places[code], place.product > 0 else {
        missing.append(MissingFigure(subject: code, figure: "income"))
        if policy.unknown == .neutral { logarithms[code] = .zero }
        continue
      }
      logarithms[code] = BinaryLogarithm(
        of: meanProduct.product * UInt128(place.population),
        over: meanProduct.people * UInt128(place.product))
    }
    if policy.unknown == .refuse, !missing.isEmpty { throw .missing(missing) }
    gaps += missing
    return logarithms
  }

  private func result(_ proceeds: Amount) throws(RestitutionError) -> RestitutionResult {
    let populations = codes.map { data.places[$0]?.population ?? 0 }
    let parts = codes.map { part[$0] ?? 0 }
    let weights = codes.map { weighed[$0] ?? 0 }
    let total = proceeds.minorUnits
    let dividend = Int64(Int128(total) * Int128(policy.dividend) / 1_000_000)
    func undescribed(_ units: Int64) -> Int64 {
      guard policy.undescribed == .dividend else { return 0 }
      return Int64(Int128(units) * Int128(whole - described) / Int128(whole))
    }
    func divide(_ units: Int64, perHead: Int64, by weights: [UInt64]) -> [Int64]? {
      let heads = LargestRemainder.divide(perHead, weights: populations)
      guard units - perHead > 0 else { return heads }
      guard weights.contains(where: { $0 > 0 }) else { return nil }
      return zip(heads, LargestRemainder.divide(units - perHead, weights: weights)).map { $0 + $1 }
    }
    let perHead = dividend + undescribed(total - dividend)
    guard let alone = divide(total, perHead: undescribed(total), by: parts),
      let unweighed = divide(total, perHead: perHead, by: parts),
      let amounts = divide(total, perHead: perHead, by: weights)
    else { throw .nobody }
    let heads = LargestRemainder.divide(perHead, weights: populations)
    let territories = codes.indices.map { index in
      RestitutionResult.Territory(
        code: codes[index], population: populations[index], part: parts[index],
        byContribution: alone[index], unweighed: unweighed[index], amount: amounts[index],
        dividend: heads[index])
    }
    return RestitutionResult(
      proceeds: proceeds, policy: policy, perHead: perHead, described: described, whole: whole,
      territories: territories,
      cells: cells.sorted { ($0.territory, $0.row) < ($1.territory, $1.row) }, gaps: gaps)
  }
}
