// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register

/// What a licence document says about a path.
enum LicenceReading {
  /// Of the contents that match, those with the longest pattern hold; their licences are read
  /// together, and a prohibition in any of them beats every permission.
  ///
  /// A permission that depends on what no machine here can judge (who asks, where, a server to be
  /// asked first, a profile of reports that is not ours) is unknown, not an allowance. A use that
  /// is neither permitted nor prohibited is not licensed, which a signed grant may still be.
  static func reading(
    of bytes: [UInt8], target: RuleTarget
  ) throws(ReadingError) -> Reading {
    let file = try LicenceFile(parsing: bytes)
    let matching: [(Int, LicenceFile.Content)] = file.contents.compactMap { content in
      let pattern = PathPattern(Self.path(of: content.path ?? "/").utf8)
      return pattern.matches(target) ? (pattern.octetCount, content) : nil
    }
    let longest = matching.map(\.0).max()
    var reading = Reading(.rsl, in: .license, Stances())
    for (octets, content) in matching where octets == longest {
      for licence in content.licences {
        reading.stances = reading.stances.combined(
          with: stances(of: licence, needsServer: content.needsServer))
        reading.notes += notes(on: licence)
      }
    }
    return reading
  }

  /// The path of what may be a URL.
  private static func path(of text: String) -> String {
    guard let scheme = text.firstRange(of: "://") else {
      return text.first == "/" || text.first == "*" ? text : "/" + text
    }
    let rest = text[scheme.upperBound...]
    return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
  }

  private static func stances(of licence: LicenceFile.Licence, needsServer: Bool) -> Stances {
    var permitted = Stances()
    for token in licence.permits[.usage] ?? [] {
      permitted = permitted.combined(with: Crosswalk.stances(.rsl, token, isAllowed: true))
    }
    let isConditional =
      needsServer || licence.foreignReporting || licence.hasUnknownTerms
      || [.user, .geo].contains {
        licence.permits[$0] != nil || licence.prohibits[$0] != nil
      }
    if isConditional { permitted = permitted.withoutAllowances }
    var stances = permitted
    for token in licence.prohibits[.usage] ?? [] {
      stances = stances.combined(with: Crosswalk.stances(.rsl, token, isAllowed: false))
    }
    return stances
  }

  private static func notes(on licence: LicenceFile.Licence) -> [Reading.Note] {
    var notes: [Reading.Note] = []
    let tokens = (licence.permits[.usage] ?? []) + (licence.prohibits[.usage] ?? [])
    for token in tokens where Crosswalk.row(.rsl, token) == nil {
      notes.append(.init(line: licence.line, "the usage '\(token)' is not known"))
    }
    if let payment = licence.payment {
      notes.append(.init(line: licence.line, "a payment of the type '\(payment)' is asked for"))
    }
    for proof in licence.proofs {
      notes.append(.init(line: licence.line, "evidence is said to lie at \(proof)"))
    }
    return notes
  }
}
