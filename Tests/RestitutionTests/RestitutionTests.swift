// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Concentration
import Money
import Primitives
import Restitution
import Signing
import Storage
import TestSupport
import Testing

/// Territories, a profile and a policy drawn at random, with edges: territories without product,
/// without readers, of one person; languages of nobody.
struct SampleRestitution {
  var data = TerritoryData(places: [:], aliases: ["old": "aa"])
  var rows: [ContributionProfile.Row] = []
  var whole: Int64 = 0
  var policy = RestitutionPolicy()
  var proceeds: Amount

  static let languages = ["aa", "bb", "cc", "cc_Latn", "dd", "ee"]

  init(_ key: Int) throws {
    var random = Philox4x32(key: UInt64(key), stream: 7)
    proceeds = Amount(
      minorUnits: min(1 + Int64(random.next() >> 13), Amount.largestMinorUnits),
      currency: try #require(Currency(code: "EUR")))
    for index in 0..<(3 + random.below(30)) {
      let code = "T" + String(Character(try #require(Unicode.Scalar(65 + index))))
      var languages = ["aa": TerritoryData.Language(speakers: Int64(1 + random.below(100_000_000)))]
      for language in Self.languages where random.below(3) == 0 {
        languages[language] = .init(
          speakers: Int64(random.below(100_000_001)),
          literacy: random.below(2) == 0 ? nil : Int64(random.below(100_000_001)))
      }
      data.places[code] = .init(
        population: random.below(9) == 0
          ? 100 : random.next() >> UInt64(33 + random.below(20)) + 100,
        product: random.next() >> UInt64(16 + random.below(20)) + 1,
        literacy: Int64(random.below(100_000_001)), languages: languages)
    }
    if random.below(2) == 0 {
      for language in ["aa", "bb", "cc", "dd"] where known(language) {
        rows.append(
          .init(origin: .languages([language]), units: Int64(1 + random.below(1_000_000))))
      }
    } else {
      for code in data.places.keys.sorted() where random.below(2) == 0 {
        rows.append(.init(origin: .territory(code), units: Int64(1 + random.below(1_000_000))))
      }
      rows.append(.init(origin: .territory("TA"), units: 5))
    }
    whole = rows.reduce(0) { $0 + $1.units } + Int64(random.below(2) * random.below(1_000_000))
    policy.incomeExponent = Int64(random.below(3)) * Int64(random.below(1_000_001))
    policy.speakerExponent = Int64(random.below(2)) * Int64(random.below(1_500_001))
    policy.cap = 1_000_000 + Int64(random.below(100)) * 1_000_000 * Int64(random.below(10))
    policy.dividend = Int64(random.below(2)) * Int64(random.below(1_000_001))
    policy.undescribed = random.below(2) == 0 ? .described : .dividend
    policy.unknown = .exclude
  }

  private func known(_ language: String) -> Bool {
    data.places.values.contains { $0.speakers(of: language, reading: false) > 0 }
  }

  func profile(_ rows: [ContributionProfile.Row]? = nil, times factor: Int64 = 1) throws
    -> ContributionProfile
  {
    try ContributionProfile(
      name: "sample", source: "here", version: "1", whole: whole * factor,
      rows: (rows ?? self.rows).map { .init(origin: $0.origin, units: $0.units * factor) })
  }

  func divide(_ rows: [ContributionProfile.Row]? = nil, times factor: Int64 = 1) throws
    -> RestitutionResult
  {
    try RestitutionComputation.divide(
      proceeds, profile: profile(rows, times: factor), policy: policy, data: data)
  }
}

@Suite struct RestitutionPropertyTests {
  @Test(arguments: 0..<150)
  func `Nothing is lost or made, in any column`(key: Int) throws {
    let result = try SampleRestitution(key).divide()
    for column in RestitutionResult.columns {
      let amounts = result.territories.map(column.amount)
      #expect(amounts.reduce(0, +) == result.proceeds.minorUnits)
      #expect(amounts.allSatisfy { $0 >= 0 })
    }
    #expect(result.territories.reduce(0) { $0 + $1.dividend } == result.perHead)
    #expect(result.territories.allSatisfy { $0.dividend <= min($0.amount, $0.unweighed) })
  }

  @Test(arguments: 0..<100)
  func `Neither the order of rows nor splitting one into two changes anything`(key: Int) throws {
    let sample = try SampleRestitution(key)
    let result = try sample.divide()
    var random = Philox4x32(key: UInt64(key), stream: 8)
    var rows = sample.rows.flatMap { row -> [ContributionProfile.Row] in
      let part = Int64(random.below(UInt32(row.units + 1)))
      return [
        .init(origin: row.origin, units: part), .init(origin: row.origin, units: row.units - part),
      ]
    }
    random.shuffle(&rows)
    #expect(try sample.divide(rows).territories == result.territories)
    #expect(try sample.divide(rows).cells == result.cells)
  }

  @Test(arguments: 0..<100)
  func `A profile in other units of the same whole divides alike`(key: Int) throws {
    let sample = try SampleRestitution(key)
    #expect(try sample.divide(times: 7).territories == (try sample.divide()).territories)
  }

  @Test(arguments: 0..<100)
  func `Ten times the sum is ten times the amount, within the units of rounding`(key: Int) throws {
    var sample = try SampleRestitution(key)
    sample.proceeds = Amount(
      minorUnits: sample.proceeds.minorUnits / 100 + 1, currency: sample.proceeds.currency)
    let once = try sample.divide()
    sample.proceeds = Amount(
      minorUnits: sample.proceeds.minorUnits * 10, currency: sample.proceeds.currency)
    for (left, right) in zip(once.territories, try sample.divide().territories) {
      #expect(abs(left.amount * 10 - right.amount) <= 30)
    }
  }

  @Test(arguments: 0..<100)
  func `Weights stay within the cap, and are one without exponents`(key: Int) throws {
    var sample = try SampleRestitution(key)
    let result = try sample.divide()
    let bounds = EquityWeight.bounds(sample.policy)
    #expect(result.cells.allSatisfy { bounds.contains($0.weight) })
    (sample.policy.incomeExponent, sample.policy.speakerExponent) = (0, 0)
    let plain = try sample.divide()
    #expect(plain.cells.allSatisfy { $0.weight == EquityWeight.one })
    #expect(plain.territories.allSatisfy { $0.amount == $0.unweighed })
    sample.policy = result.policy
    sample.policy.cap = 1_000_000
    #expect(try sample.divide().territories.allSatisfy { $0.amount == $0.unweighed })
  }

  @Test(arguments: 0..<100)
  func `A whole dividend gives everybody the same`(key: Int) throws {
    var sample = try SampleRestitution(key)
    sample.policy.dividend = 1_000_000
    let result = try sample.divide()
    let people = result.territories.reduce(Int128(0)) { $0 + Int128($1.population) }
    for each in result.territories {
      let exact = Int128(result.proceeds.minorUnits) * Int128(each.population)
      #expect((Int128(each.amount) * people - exact).magnitude < people.magnitude)
    }
  }

  @Test(arguments: 0..<60)
  func `The poorer of two weighs no less where income counts`(key: Int) throws {
    var sample = try SampleRestitution(key)
    sample.policy.speakerExponent = 0
    sample.policy.incomeExponent = 1_000_000
    sample.policy.cap = 1_000_000_000
    let result = try sample.divide()
    func product(_ code: String) -> UInt128 { UInt128(sample.data.places[code]?.product ?? 0) }
    func people(_ code: String) -> UInt128 { UInt128(sample.data.places[code]?.population ?? 0) }
    for left in result.cells {
      for right in result.cells
      where product(left.territory) * people(right.territory)
        < product(right.territory) * people(left.territory)
      {
        #expect(left.weight >= right.weight)
      }
    }
  }
}

@Suite struct RestitutionRefusalTests {
  private let sample: SampleRestitution

  init() throws { sample = try SampleRestitution(3) }

  private func divide(
    _ change: (inout SampleRestitution) -> Void
  ) throws(RestitutionError) -> RestitutionResult {
    var changed = sample
    change(&changed)
    do {
      return try changed.divide()
    } catch let error as RestitutionError {
      throw error
    } catch {
      preconditionFailure("\(error)")
    }
  }

  @Test func `Codes that nobody knows, and rows that speak for the same people`() {
    #expect(throws: RestitutionError.unknownTerritory("QQ")) {
      try divide { $0.rows = [.init(origin: .territory("QQ"), units: 1)] }
    }
    #expect(throws: RestitutionError.unknownLanguage("qq")) {
      try divide { $0.rows = [.init(origin: .languages(["qq"]), units: 1)] }
    }
    #expect(throws: RestitutionError.overlap("aa", "aa+bb")) {
      try divide {
        $0.data.places["TA"]?.languages["bb"] = .init(speakers: 1)
        $0.rows = [
          .init(origin: .languages(["aa", "bb"]), units: 1),
          .init(origin: .languages(["old"]), units: 1),
        ]
      }
    }
    #expect(throws: RestitutionError.profile("it has rows by language and by territory")) {
      try divide {
        $0.rows = [
          .init(origin: .languages(["aa"]), units: 1), .init(origin: .territory("TA"), units: 1),
        ]
      }
    }
  }

  @Test func `What is not known stops, or is listed; it never counts in silence`() throws {
    func change(_ unknown: RestitutionPolicy.Unknown) -> (inout SampleRestitution) -> Void {
      { sample in
        sample.data.places["TB"]?.product = 0
        sample.data.places["TB"]?.population = 1000
        sample.rows = [
          .init(origin: .territory("TA"), units: 1), .init(origin: .territory("TB"), units: 1),
        ]
        sample.whole = 2
        (sample.policy.unknown, sample.policy.incomeExponent) = (unknown, 1_000_000)
        sample.policy.dividend = 0
      }
    }
    let missing = [MissingFigure(subject: "TB", figure: "income")]
    #expect(throws: RestitutionError.missing(missing)) { try divide(change(.refuse)) }
    let excluded = try divide(change(.exclude))
    #expect(excluded.gaps == missing)
    #expect(excluded.territories.first { $0.code == "TB" }?.amount == 0)
    let neutral = try divide(change(.neutral))
    #expect(neutral.gaps == missing)
    let without = try divide {
      change(.refuse)(&$0)
      $0.policy.incomeExponent = 0
    }
    #expect(without.gaps.isEmpty)
    let corrected = try divide {
      change(.refuse)(&$0)
      $0.policy.corrections = [
        .init(territory: "TB", figure: .product, language: nil, value: 5, source: "census")
      ]
    }
    #expect(corrected.gaps.isEmpty)
  }

  @Test func `A part that is not described stops unless the policy says whose it is`() {
    #expect(throws: RestitutionError.undescribed(units: 3, whole: 8)) {
      try divide {
        $0.rows = [.init(origin: .territory("TA"), units: 5)]
        ($0.whole, $0.policy.undescribed) = (8, .refuse)
      }
    }
  }

  @Test func `Sums that are not above zero, and corrections of one figure twice`() {
    for units in [0, -1, Int64.min] {
      #expect(throws: RestitutionError.noProceeds) {
        try divide { $0.proceeds = Amount(minorUnits: units, currency: $0.proceeds.currency) }
      }
    }
    #expect(throws: RestitutionError.policy("it corrects product of TA twice")) {
      try divide {
        let one = RestitutionPolicy.Correction(
          territory: "TA", figure: .product, language: nil, value: 1, source: "x")
        $0.policy.corrections = [one, one]
      }
    }
  }

  @Test(arguments: [
    #"{"format":"cadastre-profile/1","name":"","source":"","version":"","by":"language","whole":5,"rows":[]}"#,
    #"{"format":"cadastre-profile/1","name":"","source":"","version":"","by":"language","whole":5,"rows":[{"languages":["en"],"units":6}]}"#,
    #"{"format":"cadastre-profile/1","name":"","source":"","version":"","by":"language","whole":5,"rows":[{"languages":["en"],"units":3},{"languages":["de"],"units":3}]}"#,
    #"{"format":"cadastre-profile/1","name":"","source":"","version":"","by":"language","whole":5,"rows":[{"languages":["en"],"units":-1}]}"#,
    #"{"format":"cadastre-profile/1","name":"","source":"","version":"","by":"language","whole":5,"rows":[{"languages":[],"units":1}]}"#,
    #"{"format":"cadastre-profile/1","name":"","source":"","version":"","by":"continent","whole":5,"rows":[]}"#,
    #"{"format":"cadastre-profile/1","name":"","source":"","version":"","by":"territory","whole":1000000000001,"rows":[{"territory":"KE","units":1}]}"#,
    #"{"format":"cadastre-profile/2","name":"","source":"","version":"","by":"territory","whole":1,"rows":[{"territory":"KE","units":1}]}"#,
    #"{"format":"cadastre-profile/1","name":"","name":"","source":"","version":"","by":"territory","whole":1,"rows":[{"territory":"KE","units":1}]}"#,
    #"{"format":"cadastre-profile/1","name":"","source":"","version":"","by":"territory","whole":1,"rows":[{"territory":"KE","units":1,"weight":2}]}"#,
  ])
  func `Profiles that say nothing, too much, twice or something else`(text: String) {
    #expect(throws: (any Error).self) {
      try ContributionProfile(json: try JSON.parse(Array(text.utf8)))
    }
  }

  @Test(
    arguments: [
      ("incomeExponentPPM", JSON.integer(3_000_001)), ("incomeExponentPPM", .integer(-1)),
      ("speakerExponentPPM", .double(0.5)), ("capPPM", .integer(999_999)),
      ("capPPM", .integer(1_000_000_001)), ("dividendPPM", .integer(1_000_001)),
      ("people", "voters"), ("unknown", "one"), ("undescribed", "owner"),
      ("territoryData", "abc"), ("bootstrap", ["seed": 1, "replicates": 1]), ("extra", true),
      ("corrections", [["territory": "KE", "figure": "speakers", "value": 1, "source": "x"]]),
      ("corrections", [["territory": "KE", "figure": "literacy", "value": 1, "source": ""]]),
    ] as [(String, JSON)])
  func `Policies with parameters out of range`(name: String, value: JSON) throws {
    var object = try #require(RestitutionPolicy.byContribution.json.object)
    #expect(try RestitutionPolicy(json: .object(object)) == .byContribution)
    object[name] = value
    #expect(throws: (any Error).self) { try RestitutionPolicy(json: .object(object)) }
  }

  @Test func `A policy counts with the proof of the operator alone`() throws {
    let signed = try DataIntegrity.sign(
      document: sample.policy.json, key: testKey(1), created: Timestamp(secondsSinceEpoch: 0))
    #expect(try RestitutionPolicy(signed: signed, by: testParty(1)) == sample.policy)
    #expect(throws: RestitutionError.self) {
      try RestitutionPolicy(signed: signed, by: testParty(2))
    }
    #expect(throws: RestitutionError.self) {
      try RestitutionPolicy(signed: sample.policy.json, by: testParty(1))
    }
    var altered = try #require(signed.object)
    altered["capPPM"] = .integer(sample.policy.cap + 1)
    #expect(throws: RestitutionError.self) {
      try RestitutionPolicy(signed: .object(altered), by: testParty(1))
    }
  }
}

@Suite struct TerritoryDataTests {
  private static func cldr(_ file: String) throws -> [UInt8] {
    try FileSystem.readFile("/usr/share/unicode/cldr/common/supplemental/" + file, limit: 1 << 24)
  }

  @Test func `CLDR's figures are read, aliases resolve, scripts are not added up`() throws {
    let data = try TerritoryData(
      supplementalData: try Self.cldr("supplementalData.xml"),
      metadata: try Self.cldr("supplementalMetadata.xml"))
    let kenya = try #require(data.places["KE"])
    #expect(kenya.population == 53_527_900 && kenya.product == 163_700_000_000)
    #expect(kenya.literacy == 87_400_000)
    #expect(data.places.values.reduce(0) { $0 + $1.population } == 7_688_775_997)
    #expect(data.language("tl") == "fil" && data.language("eng") == "en")
    #expect(data.language("zh-Hant") == "zh_Hant" && data.language("und") == nil)
    // Bosnian in both scripts is 99 % of the people of BA, twice.
    let bosnia = try #require(data.places["BA"])
    #expect(bosnia.speakers(of: "bs", reading: false) <= bosnia.population)
    let taiwan = try #require(data.places["TW"])
    #expect(
      taiwan.speakers(of: "zh", reading: false) == taiwan.speakers(of: "zh_Hant", reading: false))
    #expect(taiwan.speakers(of: "zh", reading: false) > taiwan.speakers(of: "zh", reading: true))
  }

  @Test(arguments: [
    "<a/>", "<territoryInfo><territory gdp='1'/></territoryInfo>",
    "<territoryInfo><territory type='KE'/><territory type='KE'/></territoryInfo>",
    "<territoryInfo><territory type='KE' population='1e9'/></territoryInfo>",
    "<territoryInfo><territory type='KE' population='-1'/></territoryInfo>",
    "<territoryInfo><territory type='KE' gdp='1000000000000001'/></territoryInfo>",
    "<territoryInfo><territory type='KE' literacyPercent='100.1'/></territoryInfo>",
    "<territoryInfo><territory type='KE' literacyPercent='1.1234567'/></territoryInfo>",
    "<territoryInfo><territory type='KE'><languagePopulation type='a' populationPercent=''/></territory></territoryInfo>",
    "<territoryInfo><territory type='KE'><languagePopulation type='a'/><languagePopulation type='a'/></territory></territoryInfo>",
    "<!DOCTYPE a [<!ENTITY b 'c'>]><territoryInfo><territory type='KE'/></territoryInfo>",
  ])
  func `Figures that are no numbers, and territories that stand twice`(text: String) {
    #expect(throws: RestitutionError.self) {
      try TerritoryData(supplementalData: Array(text.utf8), metadata: Array("<a/>".utf8))
    }
  }
}
