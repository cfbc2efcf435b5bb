// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Primitives
import Storage

extension RegisterIndex {
  /// The entry that people name: by its position, by the beginning of a work's digest, of a grant's
  /// identifier, or of the entry's own leaf hash.
  ///
  /// A number without leading zeros that is a position is taken as one.
  ///
  /// - Throws: `ServiceError` where nothing or more than one thing begins so.
  /// - Complexity: O(*n*) for a leaf hash, which the projection has no index of; O(log *n*) else.
  package func entry(named text: String) throws -> Int {
    if let number = Int(text), String(number) == text, (0..<size).contains(number) { return number }
    guard text.utf8.count >= Lookup.shortestPrefix || Int(text) != nil else {
      throw ServiceError.usage(
        "'\(text)' is too short to name an entry: give at least \(Lookup.shortestPrefix) digits")
    }
    guard text.utf8.count >= Lookup.shortestPrefix, let prefix = DigestPrefix(text) else {
      throw ServiceError.refused(
        "'\(text)' names no entry: give a position below \(size), or the beginning of a digest")
    }
    let works = try projection.works(beginning: prefix).map { ("work", $0.position) }
    let grants = try projection.grants(beginning: prefix).map {
      ("grant", $0.position)
    }
    var found = works + grants
    if found.isEmpty {
      found = try projection.entries(leafBeginning: prefix).map { ("entry", $0) }
    }
    guard let first = found.first else {
      throw ServiceError.refused("no work, grant or entry begins with '\(text)'")
    }
    guard found.count == 1 else {
      throw ServiceError.refused("several things begin with '\(text)': give more digits")
    }
    return first.1
  }

  /// How many entries the log has.
  private var size: Int { projection.position.size }
}
