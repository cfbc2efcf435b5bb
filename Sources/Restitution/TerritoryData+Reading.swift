// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Rights

extension TerritoryData {
  /// The most bytes of a file of CLDR that are read.
  package static let largestFile = 1 << 24
  /// No territory has more people, and none a larger product: ten thousand millions, 10¹⁵ dollars.
  static let mostPeople: UInt64 = 10_000_000_000
  static let largestProduct: UInt64 = 1_000_000_000_000_000

  /// Reads `supplementalData.xml` and `supplementalMetadata.xml` of CLDR (UTS #35, part 6,
  /// "Supplemental Territory Information", and "Supplemental Alias Information").
  ///
  /// - Throws: `RestitutionError.territoryData` where a figure is not a number in its range, or a
  ///   territory or language stands twice.
  package init(supplementalData: [UInt8], metadata: [UInt8]) throws(RestitutionError) {
    places = [:]
    aliases = [:]
    let root = try Self.root(supplementalData)
    for element in root.descendants where element.name == "territoryInfo" {
      for territory in element.children where territory.name == "territory" {
        guard let code = territory.attribute("type") else {
          throw .territoryData(line: territory.line, problem: "a territory without type")
        }
        let place = try Self.place(territory)
        guard places.updateValue(place, forKey: code) == nil else {
          throw .territoryData(line: territory.line, problem: "the territory \(code) stands twice")
        }
      }
    }
    for alias in try Self.root(metadata).descendants where alias.name == "languageAlias" {
      guard let type = alias.attribute("type"), let now = alias.attribute("replacement"),
        !now.contains(" ")
      else { continue }
      aliases[type] = now
    }
    guard !places.isEmpty else {
      throw .territoryData(line: 0, problem: "the file states no territories")
    }
  }

  private static func root(_ bytes: [UInt8]) throws(RestitutionError) -> MarkupElement {
    do throws(ReadingError) {
      return try MarkupReader.read(bytes, ignoringDocumentType: true)
    } catch {
      throw .territoryData(line: 0, problem: "\(error)")
    }
  }

  private static func place(_ element: MarkupElement) throws(RestitutionError) -> Place {
    var languages: [String: Language] = [:]
    for child in element.children where child.name == "languagePopulation" {
      guard let code = child.attribute("type") else {
        throw .territoryData(line: child.line, problem: "a language without type")
      }
      let language = Language(
        speakers: try share("populationPercent", of: child) ?? 0,
        literacy: try share("literacyPercent", of: child))
      guard languages.updateValue(language, forKey: code) == nil else {
        throw .territoryData(line: child.line, problem: "the language \(code) stands twice")
      }
    }
    return Place(
      population: try count("population", of: element, atMost: mostPeople),
      product: try count("gdp", of: element, atMost: largestProduct),
      literacy: try share("literacyPercent", of: element) ?? 0, languages: languages)
  }

  private static func count(
    _ name: String, of element: MarkupElement, atMost limit: UInt64
  ) throws(RestitutionError) -> UInt64 {
    guard let text = element.attribute(name) else { return 0 }
    guard isDigits(text), let value = UInt64(text), value <= limit else {
      throw .territoryData(line: element.line, problem: "\(name) '\(text)' is no count")
    }
    return value
  }

  /// A percentage as parts of 10⁸, exactly; at most six decimals.
  private static func share(
    _ name: String, of element: MarkupElement
  ) throws(RestitutionError) -> Int64? {
    guard let text = element.attribute(name) else { return nil }
    guard let value = parts(ofPercentage: text) else {
      throw .territoryData(line: element.line, problem: "\(name) '\(text)' is no percentage")
    }
    return value
  }

  /// A percentage such as `87.4` as parts of 10⁸; nil for what is no number in 0 to 100.
  static func parts(ofPercentage text: String) -> Int64? {
    let pieces = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(pieces.count), pieces.allSatisfy(isDigits) else { return nil }
    let decimals = pieces.count == 2 ? pieces[1] : ""
    guard decimals.utf8.count <= 6,
      let value = Int64(
        pieces[0] + decimals + String(repeating: "0", count: 6 - decimals.utf8.count)),
      value <= whole
    else { return nil }
    return value
  }

  private static func isDigits(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
