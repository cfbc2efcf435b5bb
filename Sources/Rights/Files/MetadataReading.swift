// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register

/// Reads a packet of XMP: `plus:DataMining`, and TDMRep as PDF files carry it.
enum MetadataReading {
  private static let plus = "http://ns.useplus.org/ldf/xmp/1.0/"
  private static let resource = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  private static let vocabulary = "http://ns.useplus.org/ldf/vocab/"

  /// One reading for each vocabulary that the packet speaks.
  static func readings(of bytes: [UInt8]) throws(ReadingError) -> [Reading] {
    let root = try MarkupReader.read(bytes)
    var readings: [Reading] = []
    let values = values(in: root)
    if !values.isEmpty {
      var reading = Reading(.plus, in: .xmp, Stances())
      for value in values { read(value, into: &reading) }
      readings.append(reading)
    }
    if let reading = TDMReservation.metadata(root) { readings.append(reading) }
    return readings
  }

  /// The property as an attribute, as text, or as a resource.
  private static func values(in root: MarkupElement) -> [String] {
    var values: [String] = []
    for element in root.descendants {
      if let value = element.attribute("DataMining", in: plus) { values.append(value) }
      guard element.name == "DataMining", element.namespace == plus else { continue }
      values.append(
        element.attribute("resource", in: resource) ?? element.words.joined(separator: " "))
    }
    return values
  }

  private static func read(_ value: String, into reading: inout Reading) {
    let term = value.hasPrefix(vocabulary) ? String(value.dropFirst(vocabulary.count)) : value
    switch term {
    case "DMI-UNSPECIFIED": break
    case "DMI-ALLOWED":
      reading.stances = reading.stances.combined(
        with: Crosswalk.stances(.plus, term, isAllowed: true))
    case _ where Crosswalk.row(.plus, term) != nil:
      reading.stances = reading.stances.combined(
        with: Crosswalk.stances(.plus, term, isAllowed: false))
    case _ where term.hasPrefix("DMI-PROHIBITED"):
      reading.notes.append(.init("'\(term)' is not known, and begins like a prohibition"))
      reading.stances = .prohibitingAll
    default: reading.notes.append(.init("'\(term)' is no value of PLUS, so unknown"))
    }
  }
}
