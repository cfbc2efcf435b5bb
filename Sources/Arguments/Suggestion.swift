// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Finds the name a user probably meant.
enum Suggestion {
  /// Longer words are not compared, so that the cost of a mistake stays bounded.
  static let longestWord = 64

  /// The candidate nearest to the word, or nil where none is near; the first wins a tie.
  ///
  /// Near means at most one edit for each three characters (at least one edit), or that the word
  /// is the beginning of the candidate.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    let letters = Array(word)
    guard !letters.isEmpty, letters.count <= longestWord else { return nil }
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      let isBeginning = letters.count >= 2 && candidate.hasPrefix(word)
      let distance = isBeginning ? 1 : distance(letters, Array(candidate))
      guard distance <= max(1, max(letters.count, candidate.count) / 3) else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (distance, candidate) }
    }
    return best?.candidate
  }

  /// How many insertions, deletions, substitutions and swaps of neighbours turn one into the other.
  ///
  /// Optimal string alignment distance; time is the product of the lengths.
  static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for (row, character) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var cost = min(previous[column + 1], current[column]) + 1
        cost = min(cost, previous[column] + (character == other ? 0 : 1))
        if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
          cost = min(cost, beforePrevious[column - 1] + 1)
        }
        current.append(cost)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count]
  }
}
