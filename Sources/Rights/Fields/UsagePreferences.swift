// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Register

/// What one value of a field says.
struct PreferenceReading {
  var stances = Stances()
  var version: String?
  var notes: [Reading.Note] = []
}

/// Reads `Content-Usage` (AIPREF): a dictionary of RFC 9651 in which `y` allows and `n` disallows.
enum UsagePreferences {
  /// Reads a value; what is no dictionary says nothing, and a label that no draft has neither.
  static func read(_ value: [UInt8], line: Int?) -> PreferenceReading {
    var result = PreferenceReading()
    let dictionary: StructuredDictionary
    do throws(StructuredFieldError) {
      dictionary = try StructuredFieldParser.dictionary(value)
    } catch {
      result.notes.append(
        .init(
          line: line,
          "Content-Usage is no dictionary from byte \(error.offset) on, so nothing of it counts"))
      return result
    }
    for (label, member) in dictionary.members {
      guard let row = Crosswalk.row(.aipref, label) else {
        result.notes.append(.init(line: line, "the label '\(label)' is in no draft of AIPREF"))
        continue
      }
      guard case .item(let item) = member, case .token(let token) = item.value,
        token == "y" || token == "n"
      else {
        result.notes.append(.init(line: line, "'\(label)' is neither y nor n, so it is unknown"))
        continue
      }
      result.stances = result.stances.combined(
        with: Crosswalk.stances(.aipref, label, isAllowed: token == "y"))
      // The oldest draft that a label points to names the vocabulary.
      if let version = row.version { result.version = min(version, result.version ?? version) }
    }
    return result
  }
}

/// Reads `Content-Signal`: `search=yes, ai-input=no, ai-train=no`.
enum SignalPreferences {
  /// Reads a value; of contradictory words for one category `no` counts.
  static func read(_ value: [UInt8], line: Int?) -> PreferenceReading {
    var result = PreferenceReading()
    for part in value.split(separator: UInt8(ascii: ",")) {
      let halves = part.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let label = ASCII.lowercased(ASCII.trimmed(halves[0]))
      let word = halves.count == 2 ? ASCII.lowercased(ASCII.trimmed(halves[1])) : ""
      guard Crosswalk.row(.contentSignal, label) != nil, word == "yes" || word == "no" else {
        result.notes.append(
          .init(line: line, "'\(ASCII.text(part))' is no signal that is known, so it is unknown"))
        continue
      }
      result.stances = result.stances.combined(
        with: Crosswalk.stances(.contentSignal, label, isAllowed: word == "yes"))
    }
    return result
  }
}
