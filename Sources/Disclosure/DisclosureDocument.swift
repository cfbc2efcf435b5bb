// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical

/// A register's facts in one of the formats: a function of them, byte for byte.
package struct DisclosureDocument: Sendable {
  package let format: DisclosureFormat
  /// The document for programs.
  package let json: JSON
  /// The document as it is published: JSON, or Markdown.
  package let text: String
  /// The questionnaire behind it, where it is one.
  package let form: DisclosureForm?

  /// Fills a format.
  package init(_ format: DisclosureFormat, _ facts: DisclosureFacts) {
    self.format = format
    switch format {
    case .croissant: (json, form) = (CroissantDocument.json(facts), nil)
    case .spdx: (json, form) = (SPDXDocument.json(facts), nil)
    case .cyclonedx: (json, form) = (CycloneDXDocument.json(facts), nil)
    case .dataProvenance: (json, form) = (DataProvenanceRecord.json(facts), nil)
    case .card:
      let card = HuggingFaceCard(facts)
      (json, text, form) = (card.json, card.text, nil)
      return
    case .euSummary, .california:
      let filled =
        format == .euSummary ? EUSummary.form(facts) : CaliforniaSummary.form(facts)
      (json, text, form) = (filled.json, filled.markdown, filled)
      return
    }
    text = json.prettyText
  }
}
