// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
import Register

/// Reads the TDM Reservation Protocol in its five places.
///
/// `1` reserves, `0` does not, anything else is an error that counts as unset. The last place that
/// sets a value decides: the file, then the header, then the page, then the publication.
enum TDMReservation {
  private static let epub = "http://www.w3.org/ns/tdmrep#"
  private static let xmp = "http://www.w3.org/ns/tdmrep/"

  /// What the places say together, by the precedence of the protocol.
  static func decide(_ readings: [Reading]) -> Stances {
    let ranks: [SignalPlace] = [.tdmrepFile, .headers, .html, .epubPackage, .xmp]
    var decided = Stances()
    for place in ranks {
      let here = readings.filter { $0.place == place }.map(\.stances)
      let stances = here.reduce(Stances()) { $0.combined(with: $1) }
      // Publications are one place, whichever format they have.
      if place == .xmp, readings.contains(where: { $0.place == .epubPackage }) {
        decided = decided.combined(with: stances)
      } else if !stances.isSilent {
        decided = stances
      }
    }
    return decided
  }

  /// What a value means; nil for what is unset.
  private static func stances(of value: String) -> Stances? {
    let value = MarkupElement.words(value).joined()
    guard value == "0" || value == "1" else { return nil }
    return Crosswalk.stances(.tdmrep, value, isAllowed: value == "0")
  }

  /// What values in one place say; nil where there are none.
  static func marks(_ values: [(text: String, line: Int)], in place: SignalPlace) -> Reading? {
    guard !values.isEmpty else { return nil }
    var reading = Reading(.tdmrep, in: place, Stances())
    for value in values {
      let line = value.line > 0 ? value.line : nil
      guard let stances = stances(of: value.text) else {
        reading.notes.append(.init(line: line, "tdm-reservation is neither 0 nor 1, so unset"))
        continue
      }
      reading.stances = reading.stances.combined(with: stances)
    }
    return reading
  }

  // MARK: - The file

  /// Reads `tdmrep.json`: an array of rules, of which the first that matches decides.
  static func file(_ bytes: [UInt8], target: RuleTarget) throws(ReadingError) -> Reading {
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(bytes)
    } catch {
      throw .notJSON(error)
    }
    guard let rules = json.array else { throw .notAnArray }
    guard rules.count <= ReadingLimits.mostElements else {
      throw .tooManyElements(limit: ReadingLimits.mostElements)
    }
    var reading = Reading(.tdmrep, in: .tdmrepFile, Stances())
    var hasError = false
    for (index, rule) in rules.enumerated() {
      guard let location = rule["location"]?.string else {
        reading.notes.append(.init("rule \(index + 1) has no location, so it matches nothing"))
        continue
      }
      guard location.utf8.count <= ReadingLimits.longestPath else { throw .notAnArray }
      guard PathPattern(rooted(location)).matches(target) else { continue }
      let value = rule["tdm-reservation"]
      let text = value?.string ?? value?.integer.map(String.init) ?? ""
      guard let stances = stances(of: text) else {
        reading.notes.append(
          .init("the tdm-reservation of rule \(index + 1) is neither 0 nor 1, so unset"))
        hasError = true
        continue
      }
      // Behind a rule that cannot be read, a less specific one still prohibits, and allows nothing.
      reading.stances = hasError ? stances.withoutAllowances : stances
      if rule["tdm-policy"] != nil, text == "1" {
        reading.notes.append(.init("a policy states terms: it is not read"))
      }
      break
    }
    return reading
  }

  private static func rooted(_ location: String) -> [UInt8] {
    let text = Array(location.utf8)
    return text.first == UInt8(ascii: "/") || text.first == UInt8(ascii: "*")
      ? text : [UInt8(ascii: "/")] + text
  }

  // MARK: - Publications

  /// Reads the package file of an EPUB 2 or 3; nil where it does not speak of mining.
  static func package(_ bytes: [UInt8]) throws(ReadingError) -> Reading? {
    let root = try MarkupReader.read(bytes)
    guard root.name == "package" else { throw .otherRoot(root.name, expected: "package") }
    var values: [(String, Int)] = []
    let prefixes = prefixes(of: root.attribute("prefix") ?? "")
    for meta in root.descendants where meta.name == "meta" {
      // EPUB 2: a name with a fixed prefix and the value in `content`.
      if meta.attribute("name") == "tdm:reservation" {
        values.append((meta.attribute("content") ?? "", meta.line))
      }
      // EPUB 3: a property whose prefix stands for the namespace.
      let parts = (meta.attribute("property") ?? "").split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[1] == "reservation" else { continue }
      let namespace = prefixes[String(parts[0])] ?? (parts[0] == "tdm" ? epub : "")
      if namespace == epub || namespace == xmp { values.append((meta.text, meta.line)) }
    }
    return marks(values, in: .epubPackage)
  }

  /// The prefixes of EPUB 3 (appendix D.1.4): `tdm: http://… other: http://…`.
  private static func prefixes(of text: String) -> [String: String] {
    let words = MarkupElement.words(text)
    var prefixes: [String: String] = [:]
    for (name, uri) in zip(words, words.dropFirst()) where name.last == ":" {
      prefixes[String(name.dropLast())] = uri
    }
    return prefixes
  }

  /// The value in a packet of metadata; nil where it does not speak of mining.
  static func metadata(_ root: MarkupElement) -> Reading? {
    var values: [(String, Int)] = []
    for element in root.descendants {
      for namespace in [xmp, epub] {
        if let value = element.attribute("reservation", in: namespace) {
          values.append((value, element.line))
        }
        if element.name == "reservation", element.namespace == namespace {
          values.append((element.text, element.line))
        }
      }
    }
    return marks(values, in: .xmp)
  }
}
