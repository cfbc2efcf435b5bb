// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Primitives

/// What no register can know and only the operator can say, read strictly from a file.
///
/// Everything taken from it is marked in the documents as the operator's statement.
package struct OperatorStatements: Sendable {
  /// A legal person as the operator describes it.
  package struct Organisation: Hashable, Sendable {
    package let name: String
    package let address: String?
    package let contact: String?

    /// Name, address and contact on one line.
    package var text: String {
      [name, address, contact].compactMap(\.self).joined(separator: ", ")
    }
  }

  /// The licence of the model: an identifier of the SPDX list, or a name and where its text is.
  package struct Licence: Hashable, Sendable {
    package let identifier: String?
    package let name: String?
    package let url: String?

    /// The identifier or the name, and the place.
    package var text: String {
      [identifier ?? name, url].compactMap(\.self).joined(separator: ", ")
    }
  }

  /// A subject on which the operator may say something in words.
  package enum Topic: String, CaseIterable, Sendable {
    case cleaning
    case contentTypes
    case copyright
    case illegalContent
    case intendedUse
    case limitations
    case originGeography
    case otherInformation
    case patents
    case personalInformation
    case rightsReservations
    case syntheticData
    case trademarks
    case userData
  }

  package private(set) var provider: Organisation?
  package private(set) var representative: Organisation?
  /// The day the model was placed on the market, such as `2026-11-26`.
  package private(set) var placedOnMarket: String?
  /// Language tags (BCP 47).
  package private(set) var languages: [String] = []
  package private(set) var licence: Licence?
  /// Where the register and its documents are published.
  package private(set) var location: String?
  package private(set) var signsCodeOfPractice: Bool?
  private var texts: [Topic: String] = [:]

  /// The largest file of statements.
  package static let largestFile = 1 << 20
  /// The longest text.
  package static let longestText = 10_000
  /// The most languages.
  package static let mostLanguages = 200

  /// No statements.
  package init() {}

  /// Reads statements; an unknown member, an empty text or a malformed value is refused.
  ///
  /// - Throws: `JSONFieldError`.
  package init(json: JSON) throws(JSONFieldError) {
    var fields = try JSONFields(json, of: "the statements")
    if let value = fields.optional("provider") {
      provider = try Self.organisation(value, "provider")
    }
    if let value = fields.optional("euRepresentative") {
      representative = try Self.organisation(value, "euRepresentative")
    }
    if fields.has("placedOnMarket") {
      placedOnMarket = try fields.parsed("placedOnMarket", as: "a date such as 2026-11-26") {
        Timestamp($0) != nil && $0.utf8.count == 10 ? $0 : nil
      }
    }
    if let value = fields.optional("languages") { languages = try Self.languages(value) }
    if let value = fields.optional("licence") { licence = try Self.licence(value) }
    if fields.has("location") {
      location = try fields.parsed("location", as: "an https address", Self.address)
    }
    if fields.has("codeOfPractice") { signsCodeOfPractice = try fields.bool("codeOfPractice") }
    for topic in Topic.allCases where fields.has(topic.rawValue) {
      texts[topic] = try fields.parsed(topic.rawValue, as: Self.textForm, Self.text)
    }
    try fields.finish()
  }

  /// What was said on a subject.
  package subscript(topic: Topic) -> String? { texts[topic] }

  private static let textForm = "a text of 1 to \(longestText) bytes"

  private static func text(_ text: String) -> String? {
    let isBlank = text.allSatisfy(\.isWhitespace)
    return isBlank || text.utf8.count > longestText ? nil : text
  }

  private static func address(_ text: String) -> String? {
    let isPlain = text.utf8.allSatisfy {
      (0x21...0x7E).contains($0) && !#""<>\^`{|}"#.utf8.contains($0)
    }
    return text.hasPrefix("https://") && text.utf8.count > 8 && text.utf8.count <= 2_000 && isPlain
      ? text : nil
  }

  private static func organisation(
    _ json: JSON, _ name: String
  ) throws(JSONFieldError) -> Organisation {
    var fields = try JSONFields(json, of: "'\(name)' of the statements")
    let result = Organisation(
      name: try fields.parsed("name", as: textForm, text),
      address: fields.has("address") ? try fields.parsed("address", as: textForm, text) : nil,
      contact: fields.has("contact") ? try fields.parsed("contact", as: textForm, text) : nil)
    try fields.finish()
    return result
  }

  private static func licence(_ json: JSON) throws(JSONFieldError) -> Licence {
    var fields = try JSONFields(json, of: "'licence' of the statements")
    let result = Licence(
      identifier: fields.has("id")
        ? try fields.parsed("id", as: "an identifier such as Apache-2.0", identifier) : nil,
      name: fields.has("name") ? try fields.parsed("name", as: textForm, text) : nil,
      url: fields.has("url") ? try fields.parsed("url", as: "an https address", address) : nil)
    try fields.finish()
    guard (result.identifier == nil) != (result.name == nil) else {
      throw .wrong(name: "licence", expected: "an 'id' or a 'name'", subject: "the statements")
    }
    return result
  }

  private static func identifier(_ text: String) -> String? {
    let allowed = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "-.+" ~= $0)
    }
    return allowed && (1...100).contains(text.utf8.count) ? text : nil
  }

  private static func languages(_ json: JSON) throws(JSONFieldError) -> [String] {
    let tags = json.array?.compactMap(\.string).filter { tag in
      let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
      return parts.allSatisfy { part in
        (1...8).contains(part.utf8.count)
          && part.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
          }
      } && (2...3).contains(parts[0].utf8.count)
    }
    guard let tags, tags.count == json.array?.count, (1...mostLanguages).contains(tags.count) else {
      throw .wrong(
        name: "languages", expected: "a list of language tags such as en", subject: "the statements"
      )
    }
    return tags
  }
}

/// Whether a scalar is one of a few characters.
private func ~= (characters: String, scalar: Unicode.Scalar) -> Bool {
  characters.unicodeScalars.contains(scalar)
}
