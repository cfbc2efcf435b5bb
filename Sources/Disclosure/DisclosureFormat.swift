// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A document that somebody asks for: a hub, a regulator, a buyer.
package enum DisclosureFormat: String, CaseIterable, Sendable {
  case croissant
  case spdx
  case cyclonedx
  case card = "hf-card"
  case euSummary = "eu-summary"
  case california = "ab2013"
  case dataProvenance = "data-provenance"

  /// The file it goes into where all formats are written.
  package var fileName: String {
    switch self {
    case .croissant: "croissant.json"
    case .spdx: "spdx3.json"
    case .cyclonedx: "bom.cdx.json"
    case .card: "README.md"
    case .euSummary: "eu-summary.md"
    case .california: "ab2013.md"
    case .dataProvenance: "data-provenance.json"
    }
  }
}
