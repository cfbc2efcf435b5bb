// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Primitives

/// What a submitted text has in common with the registered works.
package struct Resemblances: Sendable, Equatable {
  /// One for each work that shares a gram, the most shared grams first.
  package let matches: [Resemblance]
  /// The distinct grams of the submission.
  package let submittedGrams: Int
  /// Those that at least one registered work has: shows a text stitched from many works.
  package let coveredGrams: Int
}

/// What a submitted text has in common with one registered work.
package struct Resemblance: Sendable, Equatable {
  /// The registered work.
  package let work: Digest
  /// The distinct grams both have.
  package let sharedGrams: Int
  /// The distinct grams of the submission.
  package let submittedGrams: Int
  /// The distinct grams of the registered work.
  package let registeredGrams: Int
  /// Whether the two differ in nothing but what folding ignores.
  package let isSameText: Bool
  /// The longest stretches of the submission that stand in the work word by word, longest first.
  package let passages: [Passage]

  /// The part of the submission's grams that the work has, from 0 to 1000, rounded down.
  package var submissionPerMille: Int { sharedGrams * 1000 / submittedGrams }

  /// The part of the work's grams that the submission has, from 0 to 1000, rounded down.
  package var registeredPerMille: Int { sharedGrams * 1000 / registeredGrams }
}

/// A stretch of a submitted text that stands in a registered work word by word.
package struct Passage: Sendable, Equatable {
  /// Where it is in the submitted bytes.
  package let bytes: Range<Int>
  /// How many words it has.
  package let wordCount: Int
}
