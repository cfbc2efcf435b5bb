// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register
import Signing

extension PublishedTerms {
  /// Lines for `robots.txt`: licence, preferences, and who is kept out where.
  ///
  /// Groups do not inherit from one another, so each repeats the preferences.
  package var robotsText: String {
    var lines = [
      "# Terms of \(party.text).",
      "# What is not granted to anyone is reserved. Nothing here is a grant: see license.xml.",
    ]
    if let licenceURL { lines.append("License: \(licenceURL)") }
    lines += ["", "User-agent: *"] + preferences
    var groups: [(rules: [String], names: [String])] = []
    for crawler in CrawlerTable.crawlers {
      let rules = rules(for: crawler)
      if rules.isEmpty { continue }
      if let place = groups.firstIndex(where: { $0.rules == rules }) {
        groups[place].names.append(crawler.name)
      } else {
        groups.append((rules, [crawler.name]))
      }
    }
    for group in groups {
      lines += [""] + group.names.map { "User-agent: \($0)" } + group.rules + preferences
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Where a crawler may not go: wherever one of its purposes is not open.
  private func rules(for crawler: CrawlerTable.Crawler) -> [String] {
    guard scopes.contains(where: { !$0.isOpen(crawler.purposes) }) else { return [] }
    return scopes.map {
      ($0.isOpen(crawler.purposes) ? "Allow: " : "Disallow: ") + $0.pattern
    }
  }

  /// `Content-Usage` by path, and `Content-Signal`, which knows no paths, for all of them.
  private var preferences: [String] {
    scopes.map { scope in
      let path = scope.path == "/" ? "" : scope.pattern + " "
      return "Content-Usage: \(path)\(Self.usage(scope))"
    } + ["Content-Signal: " + signals]
  }

  /// The value of `Content-Usage`: `y` only where all that the category takes in is open.
  static func usage(_ scope: Scope) -> String {
    "train-ai=" + (scope.isOpen(Crosswalk.training) ? "y" : "n")
  }

  private var signals: String {
    let words: [(String, [Purpose])] = [("ai-train", Crosswalk.training), ("ai-input", [.ground])]
    return words.map { label, purposes in
      label + "=" + (scopes.allSatisfy { $0.isOpen(purposes) } ? "yes" : "no")
    }.joined(separator: ", ")
  }

  /// `ai.txt` in the form of Spawning.
  package var aiText: String {
    let lines = scopes.reversed().map {
      ($0.isOpen(Crosswalk.training) ? "Allow: " : "Disallow: ") + $0.pattern
    }
    let all = site.isOpen(Crosswalk.training) ? [] : ["Disallow: *"]
    return (["# Spawning AI", "# Terms of \(party.text).", "User-Agent: *"] + lines + all)
      .joined(separator: "\n") + "\n"
  }

  /// The fields of an HTTP answer for what lies in a scope.
  package func headers(for scope: Scope) -> String {
    var lines = ["Content-Usage: " + Self.usage(scope)]
    lines.append("TDM-Reservation: " + reservation(scope))
    if let licenceURL, let policyURL {
      if reservation(scope) == "1" { lines.append("TDM-Policy: \(policyURL)") }
      lines.append("Link: <\(licenceURL)>; rel=\"license\"; type=\"application/rsl+xml\"")
    }
    if !scope.isOpen(Crosswalk.training) { lines.append("X-Robots-Tag: noai, noimageai") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `0` only where every purpose is open: the protocol knows no finer distinction.
  func reservation(_ scope: Scope) -> String { scope.isOpen(Purpose.allCases) ? "0" : "1" }
}
