// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Money

/// How much of a corpus, or of a model, comes from each language or each territory.
///
/// The file form is `cadastre-profile/1`:
///
/// ```json
/// {"format": "cadastre-profile/1", "name": "Pages by language", "source": "…", "version": "…",
///  "by": "language", "whole": 1000,
///  "rows": [{"languages": ["en"], "units": 417}, {"languages": ["zh", "wuu"], "units": 49}]}
/// ```
package struct ContributionProfile: Sendable, Equatable {
  /// Where a part comes from.
  package enum Origin: Hashable, Sendable {
    /// From speakers of these languages, by codes of CLDR or aliases of them.
    case languages([String])
    /// From a territory.
    case territory(String)
  }

  /// A part of the whole.
  package struct Row: Hashable, Sendable {
    /// Where it comes from.
    package let origin: Origin
    /// How large it is, in units of the whole.
    package let units: Int64

    /// States a part.
    package init(origin: Origin, units: Int64) {
      self.origin = origin
      self.units = units
    }
  }

  /// What the profile is of.
  package let name: String
  /// Where its figures are from.
  package let source: String
  /// Which version of them.
  package let version: String
  /// How many units everything is, described or not.
  package let whole: Int64
  /// The parts, as they were stated.
  package let rows: [Row]

  /// The most units of a whole: those of a model's shares.
  package static let mostUnits = Share.whole
  /// The most rows of a profile.
  package static let mostRows = 100_000
  private static let format = "cadastre-profile/1"

  /// Makes a profile.
  ///
  /// - Throws: `RestitutionError` where parts are of both kinds, add up to nothing, or to more than
  ///   the whole.
  package init(
    name: String, source: String, version: String, whole: Int64, rows: [Row]
  ) throws(RestitutionError) {
    self.name = name
    self.source = source
    self.version = version
    self.whole = whole
    self.rows = rows
    guard (1...Self.mostUnits).contains(whole), rows.count <= Self.mostRows else {
      throw .profile("the whole is not in 1…\(Self.mostUnits), or there are too many rows")
    }
    var sum: Int64 = 0
    for row in rows {
      guard (0...whole).contains(row.units) else {
        throw .profile("a row has \(row.units) units of a whole of \(whole)")
      }
      sum += row.units
    }
    guard sum > 0 else { throw .profile("its rows add up to nothing") }
    guard sum <= whole else {
      throw .profile("its rows add up to \(sum) units, more than the whole of \(whole)")
    }
  }

  /// Reads the file form.
  package init(json: JSON) throws {
    var fields = try JSONFields(json, of: "the profile")
    guard try fields.string("format") == Self.format else {
      throw RestitutionError.profile("its format is not \(Self.format)")
    }
    let name = try fields.string("name")
    let source = try fields.string("source")
    let version = try fields.string("version")
    let kind = try fields.string("by")
    guard kind == "language" || kind == "territory" else {
      throw RestitutionError.profile("'by' is neither language nor territory")
    }
    let whole = try fields.integer("whole", in: 1...Self.mostUnits)
    let rows = try fields.array("rows").map { try Self.row($0, isByLanguage: kind == "language") }
    try fields.finish()
    try self.init(name: name, source: source, version: version, whole: whole, rows: rows)
  }

  private static func row(_ json: JSON, isByLanguage: Bool) throws -> Row {
    var fields = try JSONFields(json, of: "a row of the profile")
    let origin: Origin
    if isByLanguage {
      let codes = try fields.array("languages").map(\.string)
      let texts = codes.compactMap(\.self)
      guard !texts.isEmpty, texts.count == codes.count, texts.count <= 64 else {
        throw RestitutionError.profile("'languages' of a row is not a list of codes")
      }
      origin = .languages(texts)
    } else {
      origin = .territory(try fields.string("territory"))
    }
    let units = try fields.integer("units", in: 0...mostUnits)
    try fields.finish()
    return Row(origin: origin, units: units)
  }

  /// The file form.
  package var json: JSON {
    let isByTerritory = rows.contains { if case .territory = $0.origin { true } else { false } }
    return [
      "format": .string(Self.format), "name": .string(name), "source": .string(source),
      "version": .string(version), "by": isByTerritory ? "territory" : "language",
      "whole": .integer(whole),
      "rows": .array(
        rows.map { row in
          switch row.origin {
          case .languages(let codes):
            ["languages": .array(codes.map { .string($0) }), "units": .integer(row.units)]
          case .territory(let code): ["territory": .string(code), "units": .integer(row.units)]
          }
        }),
    ]
  }
}
