// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register

/// What a robots.txt says: whom it keeps out, and the preferences it states beside that.
enum RobotsReading {
  /// The access rules always; `Content-Usage` and `Content-Signal` where the file has them.
  static func readings(of bytes: [UInt8], target: RuleTarget) -> [Reading] {
    let file = RobotsFile(parsing: bytes)
    var readings = [access(file, target)]
    let fields: [(RobotsFile.Field, SignalFormat)] = [
      (.contentUsage, .aipref), (.contentSignal, .contentSignal),
    ]
    let every = file.common + file.groups.values.flatMap(\.preferences)
    for (field, format) in fields where every.contains(where: { $0.field == field }) {
      readings.append(preferences(file, field, format, target))
    }
    if !file.licences.isEmpty {
      readings[0].notes += file.licences.map { .init("a licence is said to lie at \($0)") }
    }
    return readings
  }

  private static func access(_ file: RobotsFile, _ target: RuleTarget) -> Reading {
    var stances = Stances()
    var refusals: [String: [String]] = [:]
    var lines: [String: Int] = [:]
    for crawler in CrawlerTable.crawlers {
      guard let rule = file.rule(for: crawler.token, target), !rule.isAllowed else { continue }
      stances = stances.combined(with: Stances(.prohibited, for: crawler.purposes))
      let key = "\(rule.line)"
      refusals[key, default: []].append(crawler.name)
      lines[key] = rule.line
    }
    let notes = refusals.sorted { (lines[$0.key] ?? 0) < (lines[$1.key] ?? 0) }.map { key, names in
      Reading.Note(line: lines[key], "keeps out " + names.joined(separator: ", "))
    }
    return Reading(.robots, in: .robots, stances, notes: notes)
  }

  /// What crawlers for models are told.
  private static func preferences(
    _ file: RobotsFile, _ field: RobotsFile.Field, _ format: SignalFormat, _ target: RuleTarget
  ) -> Reading {
    var reading = Reading(format, in: .robots, Stances())
    var seen: Set<Int> = []
    var versions: [String] = []
    // A path that is closed to a crawler has no preference of AIPREF for it (attach-05).
    for crawler in CrawlerTable.crawlers
    where format != .aipref || file.allows(crawler.token, to: target) {
      for line in file.preferences(field, for: crawler.token, target)
      where seen.insert(line.line).inserted {
        let part =
          format == .aipref
          ? UsagePreferences.read(line.value, line: line.line)
          : SignalPreferences.read(line.value, line: line.line)
        reading.stances = reading.stances.combined(with: part.stances)
        reading.notes += part.notes
        if let version = part.version, !versions.contains(version) { versions.append(version) }
      }
    }
    if !versions.isEmpty { reading.version = versions.joined(separator: ", ") }
    return reading
  }
}
