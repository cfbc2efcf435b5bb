// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// People, income, literacy and languages by territory, as CLDR's supplemental data state them.
///
/// The figures are of about 2021 and have known flaws, which are stated rather than repaired: shares
/// of languages include those who speak them as a second language and add up to more than the whole
/// in most territories; a language in two scripts may be the same people twice; the people of the
/// French overseas regions, of the Canary Islands and of Ceuta and Melilla are also counted in FR and
/// ES. A policy can correct single figures.
package struct TerritoryData: Sendable, Equatable {
  /// The parts of a percentage in which shares are counted: 100 % is 10⁸.
  package static let whole: Int64 = 100_000_000

  /// A language in a territory.
  package struct Language: Hashable, Sendable {
    /// Who speaks it, in parts of 10⁸ of the population.
    package var speakers: Int64
    /// How many of them read, in parts of 10⁸; nil where only the territory's literacy is known.
    package var literacy: Int64?

    /// States a language's figures.
    package init(speakers: Int64, literacy: Int64? = nil) {
      self.speakers = speakers
      self.literacy = literacy
    }
  }

  /// A territory's figures; zero stands for unknown.
  package struct Place: Hashable, Sendable {
    /// How many people live there.
    package var population: UInt64
    /// The product of a year in international dollars (purchasing power).
    package var product: UInt64
    /// How many read, in parts of 10⁸.
    package var literacy: Int64
    /// Languages by CLDR's code, which may name a script: `zh_Hant`.
    package var languages: [String: Language]

    /// States a territory's figures.
    package init(
      population: UInt64, product: UInt64, literacy: Int64, languages: [String: Language]
    ) {
      self.population = population
      self.product = product
      self.literacy = literacy
      self.languages = languages
    }

    /// How many people speak a language, all of them or those who read.
    ///
    /// A code without script stands for the language in every script. Of several scripts the
    /// largest counts: their sum would often count people twice. The count is rounded down.
    package func speakers(of code: String, reading: Bool) -> UInt64 {
      languages.reduce(0) { most, entry in
        guard entry.key == code || TerritoryData.base(of: entry.key) == code else { return most }
        var count = UInt128(population) * UInt128(entry.value.speakers) / UInt128(whole)
        if reading { count = count * UInt128(entry.value.literacy ?? literacy) / UInt128(whole) }
        return max(most, UInt64(count))
      }
    }

    /// How many people there are, all of them or those who read.
    package func people(reading: Bool) -> UInt64 {
      reading ? UInt64(UInt128(population) * UInt128(literacy) / UInt128(whole)) : population
    }
  }

  /// The territories by code.
  package var places: [String: Place]
  /// What CLDR calls a language today, by older and longer codes: `tl` is `fil`, `eng` is `en`.
  package var aliases: [String: String]

  /// Puts figures together.
  package init(places: [String: Place], aliases: [String: String]) {
    self.places = places
    self.aliases = aliases
  }

  /// A code without its script.
  static func base(of code: String) -> String { String(code.prefix { $0 != "_" }) }

  /// CLDR's code of a language: the code itself where some territory speaks it, else what it is an
  /// alias of; nil where neither is known.
  package func language(_ code: String) -> String? {
    let written = String(code.map { $0 == "-" ? "_" : $0 })
    for candidate in [written, aliases[written]].compactMap(\.self) where candidate != "und" {
      if known.contains(candidate) { return candidate }
    }
    return nil
  }

  private var known: Set<String> {
    var known: Set<String> = []
    for code in places.values.flatMap(\.languages.keys) {
      known.insert(code)
      known.insert(Self.base(of: code))
    }
    return known
  }
}
