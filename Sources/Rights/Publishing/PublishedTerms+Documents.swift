// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Canonical
import Money
import Primitives
import Register
import Signing

extension PublishedTerms {
  /// `/.well-known/tdmrep.json`: the most specific rule first, since the first that matches decides.
  package var reservations: JSON {
    .array(
      (scopes.dropFirst() + [site]).map { scope in
        var rule: JSONObject = [
          "location": .string(scope.path.hasSuffix("/") ? scope.path + "*" : scope.pattern),
          "tdm-reservation": .integer(reservation(scope) == "1" ? 1 : 0),
        ]
        if reservation(scope) == "1" { rule["tdm-policy"] = policyURL.map { .string($0) } }
        return .object(rule)
      })
  }

  /// `tdm-policy.json`: an offer of ODRL in the profile of TDMRep, by which mining needs consent.
  ///
  /// Nil without an address of the site, since an offer is named by its own.
  package var policy: JSON? {
    guard let policyURL, let licenceURL else { return nil }
    return [
      "@context": ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"],
      "@type": "Offer", "profile": "http://www.w3.org/ns/tdmrep", "uid": .string(policyURL),
      "assigner": ["uid": .string(party.text), "vcard:hasURL": .string(licenceURL)],
      "permission": [["action": "tdm:mine", "duty": [["action": "obtainConsent"]]]],
    ]
  }

  /// The assertion for the files of a scope, in the form that C2PA tools take it.
  ///
  /// The entries of CAWG take in several purposes; where these differ, the entry is constrained and
  /// entries of our own say which is which.
  package func miningAssertion(for scope: Scope) -> JSON {
    var entries = JSONObject()
    let terms = Crosswalk.rows.filter {
      $0.format == .trainingMining && $0.term.hasPrefix("cawg.")
    }
    for row in terms { entries[row.term] = entry(scope, row.prohibits) }
    for purpose in Purpose.allCases {
      entries[Crosswalk.miningPrefix + purpose.rawValue] = entry(scope, [purpose])
    }
    return [
      "label": "cawg.training-mining", "data": ["entries": .object(entries)],
    ]
  }

  private func entry(_ scope: Scope, _ purposes: [Purpose]) -> JSON {
    if scope.isOpen(purposes) { return ["use": "allowed"] }
    if scope.isReserved(purposes) { return ["use": "notAllowed"] }
    return ["use": "constrained", "constraint_info": .string(conditions)]
  }

  // MARK: - Licence

  /// `license.xml` of RSL 1.0.
  package var licenceText: String {
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<rsl xmlns=\"\(LicenceFile.namespace)\" xmlns:cadastre=\"\(Crosswalk.namespace)\">",
    ]
    for scope in scopes {
      lines.append("  <content url=\"\(Self.escaped(scope.pattern))\">")
      for grant in Set(scope.offers.values.compactMap(\.grant)).sorted() {
        lines += licence(of: grant, in: scope)
      }
      let reserved = Purpose.allCases.filter { scope[$0] == .reserved }
      if !reserved.isEmpty {
        // Where all is reserved, so are the uses that have no name yet.
        let all = reserved.count == Purpose.allCases.count ? "ai-all " : ""
        lines += [
          "    <license>",
          "      <prohibits type=\"usage\">\(all)\(usages(reserved))</prohibits>",
          "      <legal type=\"contact\">\(Self.escaped(party.text))</legal>",
          "    </license>",
        ]
      }
      lines.append("  </content>")
    }
    return lines.joined(separator: "\n") + "\n</rsl>\n"
  }

  /// One `<license>` a grant: what it permits, the payment, the credential, the reports.
  private func licence(of grant: Digest, in scope: Scope) -> [String] {
    let purposes = Purpose.allCases.filter { scope[$0].grant == grant }
    guard let first = purposes.first else { return [] }
    var lines = [
      "    <license>", "      <permits type=\"usage\">\(usages(purposes))</permits>",
    ]
    if case .priced(_, let rate) = scope[first] {
      let type = Set(purposes).isDisjoint(with: Crosswalk.training) ? "use" : "training"
      lines.append("      <payment type=\"\(type)\">")
      if let licenceURL { lines.append("        <custom>\(Self.escaped(licenceURL))</custom>") }
      lines += [
        "        <cadastre:revenueShare partsPerMillion=\"\(rate.partsPerMillion)\"/>",
        "      </payment>",
        "      <reporting type=\"telemetry\" profile=\"\(LicenceFile.reportingProfile)\"/>",
      ]
    } else {
      lines.append("      <payment type=\"free\"/>")
    }
    lines.append("      <legal type=\"proof\">\(Self.escaped(proof(of: grant)))</legal>")
    return lines + ["    </license>"]
  }

  /// Exactly these purposes in tokens of our own, and each token of RSL whose uses are all there.
  private func usages(_ purposes: [Purpose]) -> String {
    let standard = Crosswalk.rows.filter { row in
      row.format == .rsl && ["ai-train", "ai-input", "ai-index"].contains(row.term)
        && row.prohibits.allSatisfy(purposes.contains)
    }
    return
      (standard.map(\.term) + purposes.map { Crosswalk.extensionPrefix + $0.rawValue })
      .joined(separator: " ")
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
