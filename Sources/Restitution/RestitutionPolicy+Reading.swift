// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Concentration
import Primitives
package import Signing

extension RestitutionPolicy {
  private static let format = "cadastre-restitution-policy/1"

  /// Reads the file form; a proof beside it is not looked at.
  ///
  /// - Throws: `JSONFieldError`, or `RestitutionError.policy` for parameters out of range.
  package init(json: JSON) throws {
    self.init()
    var fields = try JSONFields(json, of: "the policy")
    _ = fields.optional("proof")
    guard try fields.string("format") == Self.format else {
      throw RestitutionError.policy("its format is not \(Self.format)")
    }
    name = try fields.string("name")
    incomeExponent = try fields.integer("incomeExponentPPM", in: 0...Self.largestExponent)
    speakerExponent = try fields.integer("speakerExponentPPM", in: 0...Self.largestExponent)
    cap = try fields.integer("capPPM", in: 1_000_000...Self.largestCap)
    dividend = try fields.integer("dividendPPM", in: 0...1_000_000)
    people = try fields.choice("people")
    unknown = try fields.choice("unknown")
    undescribed = try fields.choice("undescribed")
    if fields.has("territoryData") {
      territoryData = try fields.parsed("territoryData", as: "a SHA-256 digest", Digest.init(hex:))
    }
    if fields.has("corrections") {
      corrections = try fields.array("corrections").map(Correction.init(json:))
      guard corrections.count <= Self.mostCorrections else {
        throw RestitutionError.policy("it has more than \(Self.mostCorrections) corrections")
      }
    }
    var plan = try JSONFields(try fields.value("bootstrap"), of: "the bootstrap")
    bootstrap = Bootstrap(
      seed: UInt64(try plan.integer("seed")),
      replicates: Int(try plan.integer("replicates", in: 2...Int64(Bootstrap.mostReplicates))))
    try plan.finish()
    try fields.finish()
  }

  /// The file form, without proof.
  package var json: JSON {
    var object: JSONObject = [
      "format": .string(Self.format), "name": .string(name),
      "incomeExponentPPM": .integer(incomeExponent),
      "speakerExponentPPM": .integer(speakerExponent), "capPPM": .integer(cap),
      "dividendPPM": .integer(dividend), "people": .string(people.rawValue),
      "unknown": .string(unknown.rawValue), "undescribed": .string(undescribed.rawValue),
      "bootstrap": [
        "seed": .integer(Int64(clamping: bootstrap.seed)),
        "replicates": .integer(Int64(bootstrap.replicates)),
      ],
    ]
    if let territoryData { object["territoryData"] = .string(territoryData.hex) }
    if !corrections.isEmpty { object["corrections"] = .array(corrections.map(\.json)) }
    return .object(object)
  }

  /// Reads a signed policy.
  ///
  /// - Parameters:
  ///   - document: The policy with its proof.
  ///   - signer: The only key whose proof counts.
  /// - Throws: `RestitutionError.policy` where the proof is not the signer's.
  package init(signed document: JSON, by signer: DIDKey) throws {
    try self.init(json: document)
    if case .invalid(let fault) = DataIntegrity.verify(document: document, expected: signer) {
      throw RestitutionError.policy("its proof is not that of \(signer.text): \(fault)")
    }
    // What was verified is what is used: a member that reading would pass over cannot be there.
    guard document.object?.removing("proof") == json.object else {
      throw RestitutionError.policy("it is not written in the form that was read")
    }
  }
}

extension RestitutionPolicy.Correction {
  /// Reads the file form.
  init(json: JSON) throws {
    var fields = try JSONFields(json, of: "a correction of the policy")
    let territory = try fields.string("territory")
    let figure: Figure = try fields.choice("figure")
    let language = fields.has("language") ? try fields.string("language") : nil
    guard (figure == .speakers) == (language != nil) else {
      throw RestitutionError.policy("a correction of speakers, and no other, names a language")
    }
    let limit: Int64 =
      switch figure {
      case .population: Int64(TerritoryData.mostPeople)
      case .product: Int64(TerritoryData.largestProduct)
      case .literacy, .speakers: TerritoryData.whole
      }
    self.init(
      territory: territory, figure: figure, language: language,
      value: try fields.integer("value", in: 0...limit), source: try fields.string("source"))
    try fields.finish()
    guard !source.isEmpty else { throw RestitutionError.policy("a correction states its source") }
  }

  /// The file form.
  var json: JSON {
    var object: JSONObject = [
      "territory": .string(territory), "figure": .string(figure.rawValue),
      "value": .integer(value), "source": .string(source),
    ]
    if let language { object["language"] = .string(language) }
    return .object(object)
  }
}

extension JSONFields {
  /// A member that is one of a list of words.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String
  ) throws -> Choice where Choice.RawValue == String {
    let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return try parsed(name, as: "one of " + words, Choice.init(rawValue:))
  }
}
