// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register

/// Reads what documents say: a pure function of their bytes and of the path that is asked about.
package enum SignalReader {
  /// Reads each document, and puts together what they say, vocabulary by vocabulary.
  ///
  /// TDMRep has a precedence of its own: the last of file, header, page and publication that says
  /// anything decides. Of all others every document counts, and a prohibition wins.
  ///
  /// - Parameters:
  ///   - documents: The documents of one source.
  ///   - url: The URL or path that rules are matched against; nil for the root.
  /// - Returns: One reading a vocabulary that some document speaks, in the order of the formats.
  package static func read(_ documents: [SourceDocument], url: String?) -> [CombinedReading] {
    let target = RuleTarget(url)
    var byFormat: [SignalFormat: [(Int, Reading)]] = [:]
    for (index, document) in documents.enumerated() {
      for reading in readings(of: document, target: target) {
        byFormat[reading.format, default: []].append((index, reading))
      }
    }
    return SignalFormat.allCases.compactMap { format in
      guard let spoken = byFormat[format] else { return nil }
      let readings = spoken.map(\.1)
      var versions: [String] = []
      for reading in readings where !versions.contains(reading.version) {
        versions.append(reading.version)
      }
      let indices = Set(spoken.map(\.0)).sorted()
      return CombinedReading(
        format: format, version: versions.joined(separator: ", "),
        stances: format == .tdmrep ? TDMReservation.decide(readings) : together(readings),
        documents: indices, readings: readings)
    }
  }

  private static func together(_ readings: [Reading]) -> Stances {
    readings.reduce(Stances()) { $0.combined(with: $1.stances) }
  }

  /// The formats that a kind of document ought to speak where it is there at all.
  static func ownFormat(of place: SignalPlace) -> SignalFormat {
    switch place {
    case .robots: .robots
    case .headers: .aipref
    case .tdmrepFile, .html, .epubPackage: .tdmrep
    case .license: .rsl
    case .aiTxt: .aiTxt
    case .xmp: .plus
    case .contentCredential: .trainingMining
    }
  }

  /// Reads one document in every vocabulary that it may speak.
  static func readings(of document: SourceDocument, target: RuleTarget) -> [Reading] {
    let place = document.place
    do throws(ReadingError) {
      switch document.answer {
      case .absent: return []
      case .failed(let error): throw error
      case .present: break
      }
      let limit = ReadingLimits.largest(place)
      guard document.bytes.count <= limit else {
        throw .tooLarge(bytes: document.bytes.count, limit: limit)
      }
      guard target.isReadable else {
        throw .tooLarge(bytes: target.byteCount, limit: ReadingLimits.longestPath)
      }
      switch place {
      case .robots: return RobotsReading.readings(of: document.bytes, target: target)
      case .headers: return HeaderReading.readings(of: document.bytes)
      case .tdmrepFile: return [try TDMReservation.file(document.bytes, target: target)]
      case .html: return try PageReading.readings(of: document.bytes)
      case .license: return [try LicenceReading.reading(of: document.bytes, target: target)]
      case .aiTxt: return AITextReading.readings(of: document.bytes, target: target)
      case .epubPackage: return try TDMReservation.package(document.bytes).map { [$0] } ?? []
      case .xmp: return try MetadataReading.readings(of: document.bytes)
      case .contentCredential: return try MiningReading.readings(of: document.bytes)
      }
    } catch {
      return [Reading(unreadable: ownFormat(of: place), in: place, error)]
    }
  }
}
