// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A part of a profile whose codes are CLDR's: rows of the same origin are one.
struct ProfilePart: Hashable, Sendable {
  /// Codes of languages in order, or one of a territory.
  let codes: [String]
  let isTerritory: Bool
  var units: Int64

  /// The codes, with `+` between them.
  var name: String { codes.joined(separator: "+") }

  /// Adds up rows of the same origin, and refuses those that share some of it.
  ///
  /// - Throws: `RestitutionError` for a code that CLDR does not know, for overlapping rows, and for
  ///   a profile of both kinds.
  static func merged(
    _ profile: ContributionProfile, data: TerritoryData
  ) throws(RestitutionError) -> [ProfilePart] {
    var units: [[String]: Int64] = [:]
    var kinds: Set<Bool> = []
    for row in profile.rows {
      switch row.origin {
      case .territory(let code):
        guard data.places[code] != nil else { throw .unknownTerritory(code) }
        units[[code], default: 0] += row.units
        kinds.insert(true)
      case .languages(let written):
        var codes: Set<String> = []
        for code in written {
          guard let known = data.language(code) else { throw .unknownLanguage(code) }
          codes.insert(known)
        }
        units[codes.sorted(), default: 0] += row.units
        kinds.insert(false)
      }
    }
    guard kinds.count == 1 else { throw .profile("it has rows by language and by territory") }
    let isTerritory = kinds.contains(true)
    let parts = units.map { ProfilePart(codes: $0, isTerritory: isTerritory, units: $1) }
      .sorted { $0.name < $1.name }
    if !isTerritory { try refuseOverlaps(parts) }
    return parts
  }

  private static func refuseOverlaps(_ parts: [ProfilePart]) throws(RestitutionError) {
    // By base, and within it by script: a code without script stands for all of them.
    var owners: [String: [(code: String, part: ProfilePart)]] = [:]
    for part in parts {
      for code in part.codes {
        let base = TerritoryData.base(of: code)
        let rivals = (owners[base] ?? []).filter { other in
          other.code == code || other.code == base || code == base
        }
        if let rival = rivals.first { throw .overlap(rival.part.name, part.name) }
        owners[base, default: []].append((code, part))
      }
    }
  }

  /// The people the part speaks for by territory, where there are any.
  ///
  /// The speakers of several languages are added up, and are never more than the people.
  func speakers(
    in data: TerritoryData, codes territories: [String], reading: Bool
  ) -> [(code: String, count: UInt64)] {
    var found: [(code: String, count: UInt64)] = []
    for territory in isTerritory ? codes : territories {
      guard let place = data.places[territory] else { continue }
      let most = place.people(reading: reading)
      let sum = codes.reduce(UInt64(0)) { $0 + place.speakers(of: $1, reading: reading) }
      let count = isTerritory ? most : min(most, sum)
      if count > 0 { found.append((territory, count)) }
    }
    return found
  }
}

extension TerritoryData {
  /// The data with a policy's figures in place of CLDR's.
  ///
  /// - Throws: `RestitutionError` for a territory or language that CLDR does not know, and for two
  ///   corrections of one figure.
  func corrected(
    by corrections: [RestitutionPolicy.Correction]
  ) throws(RestitutionError) -> TerritoryData {
    var result = self
    var seen: Set<[String]> = []
    for correction in corrections {
      guard var place = result.places[correction.territory] else {
        throw .unknownTerritory(correction.territory)
      }
      let language = correction.language ?? ""
      guard seen.insert([correction.territory, correction.figure.rawValue, language]).inserted
      else {
        throw .policy("it corrects \(correction.figure) of \(correction.territory) twice")
      }
      switch correction.figure {
      case .population: place.population = UInt64(correction.value)
      case .product: place.product = UInt64(correction.value)
      case .literacy: place.literacy = correction.value
      case .speakers:
        guard let known = self.language(language) else { throw .unknownLanguage(language) }
        place.languages[known, default: Language(speakers: 0)].speakers = correction.value
      }
      result.places[correction.territory] = place
    }
    return result
  }
}
