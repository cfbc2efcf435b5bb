// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register

/// Reads ai.txt: the one of Spawning, which is like robots.txt with file extensions, and the other
/// one of that name, which says `Training: deny`.
enum AITextReading {
  /// What the file says about training.
  ///
  /// Without a URL every rule that forbids anything counts, since what is asked about may be it.
  static func readings(of bytes: [UInt8], target: RuleTarget) -> [Reading] {
    if let reading = declaration(bytes) { return [reading] }
    var best: (isAllowed: Bool, octets: Int, line: Int)?
    for (number, text) in ASCII.lines(bytes) {
      guard let rule = rule(text) else { continue }
      let isAsked = target.isGiven ? rule.pattern.matches(target) : !rule.isAllowed
      guard isAsked else { continue }
      let octets = rule.pattern.octetCount
      // Of equals the prohibition counts, unlike in robots.txt: this file speaks of use.
      if best.map({ octets > $0.octets || octets == $0.octets && !rule.isAllowed }) ?? true {
        best = (rule.isAllowed, octets, number)
      }
    }
    guard let best else { return [Reading(.aiTxt, in: .aiTxt, Stances())] }
    let term = best.isAllowed ? "allow" : "disallow"
    return [
      Reading(
        .aiTxt, in: .aiTxt, Crosswalk.stances(.aiTxt, term, isAllowed: best.isAllowed),
        notes: [.init(line: best.line, "this \(term) decides")])
    ]
  }

  private static func rule(
    _ text: ArraySlice<UInt8>
  ) -> (isAllowed: Bool, pattern: PathPattern)? {
    let code = text.prefix { $0 != UInt8(ascii: "#") }
    guard let colon = code.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let name = ASCII.lowercased(ASCII.trimmed(code[..<colon]))
    var path = Array(ASCII.trimmed(code[(colon + 1)...]).prefix(ReadingLimits.longestPath))
    guard name == "allow" || name == "disallow", let first = path.first else { return nil }
    // The generator in use appends a slash to some extensions: `*.jpg/`.
    if first == UInt8(ascii: "*"), path.count > 1, path.last == UInt8(ascii: "/") {
      path.removeLast()
    }
    if first != UInt8(ascii: "/"), first != UInt8(ascii: "*") {
      path.insert(UInt8(ascii: "/"), at: 0)
    }
    return (name == "allow", PathPattern(path))
  }

  private static func declaration(_ bytes: [UInt8]) -> Reading? {
    for (number, text) in ASCII.lines(bytes) {
      let parts = ASCII.lowercased(text).split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].filter({ $0 != " " }) == "training" else { continue }
      let word = parts[1].filter { $0 != " " && $0 != "\t" && $0 != "\r" }
      let isAllowed = word == "allow"
      guard isAllowed || word == "deny" else { continue }
      return Reading(
        .aiTxt, in: .aiTxt,
        Crosswalk.stances(.aiTxt, isAllowed ? "allow" : "disallow", isAllowed: isAllowed),
        version: "Training 2025", notes: [.init(line: number, "this line decides")])
    }
    return nil
  }
}
