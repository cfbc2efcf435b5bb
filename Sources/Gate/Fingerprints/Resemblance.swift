// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What a submitted text has in common with one registered work.
///
/// Grams that do not count (``Whitelist``) are in none of the numbers.
package struct Resemblance: Sendable, Equatable {
  /// The registered work.
  package let work: Digest
  /// The distinct grams both have.
  package let sharedGrams: Int
  /// The distinct grams of the submission.
  package let submittedGrams: Int
  /// The distinct grams of the registered work.
  package let registeredGrams: Int
  /// The same of the runs of five words; nothing unless both texts are short.
  package let short: ShortResemblance
  /// Whether the two differ in nothing but what folding ignores.
  package let isSameText: Bool
  /// How many words the longest stretch has that both have word by word.
  package let longestPassageWords: Int
  /// The longest such stretches, longest first; none where the submitted text is not there.
  package let passages: [Passage]

  /// The part of the submission's grams that the work has, from 0 to 1000, rounded down.
  package var submissionPerMille: Int {
    submittedGrams == 0 ? 0 : sharedGrams * 1000 / submittedGrams
  }

  /// The part of the work's grams that the submission has, from 0 to 1000, rounded down.
  package var registeredPerMille: Int {
    registeredGrams == 0 ? 0 : sharedGrams * 1000 / registeredGrams
  }
}

/// What two short texts have in common by runs of five words.
package struct ShortResemblance: Sendable, Equatable {
  /// The distinct runs of five words that both have.
  package var sharedGrams = 0
  /// Those of the submission.
  package var submittedGrams = 0
  /// Those of the registered work.
  package var registeredGrams = 0
  /// In how many separate stretches of the submission the shared ones stand.
  package var stretches = 0

  /// Nothing in common, or one of the texts is long.
  package static let none = ShortResemblance()
}

/// A stretch of a submitted text that stands in a registered work word by word.
package struct Passage: Sendable, Equatable {
  /// Where it is in the submitted bytes.
  package let bytes: Range<Int>
  /// How many words it has.
  package let wordCount: Int
}
