// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// When a work says the same so often that it is paid for the repetition.
///
/// A work may repeat one passage many times and be no copy of anything. Refrains, lists and
/// formulas repeat too, so the part is measured on real texts (`Documentation/gate.md`) and there
/// must be a number of repetitions that is worth money. Follows from the fingerprint alone.
package struct RepetitionRule: Sendable, Equatable {
  /// The part of the grams that stood in the text before, in thousandths.
  package var perMille: Int
  /// How many such grams there must be.
  package var minimumGrams: Int

  /// The measured values: nearly half of the text (all of it twice), 1000 grams.
  package static let standard = RepetitionRule(perMille: 450, minimumGrams: 1000)

  /// Makes a rule; traps for thresholds that everything or nothing reaches.
  package init(perMille: Int, minimumGrams: Int) {
    precondition(
      (1...1000).contains(perMille) && minimumGrams >= 1, "a threshold lies between 1 and all")
    self.perMille = perMille
    self.minimumGrams = minimumGrams
  }

  /// Whether a text with that fingerprint repeats itself too much to be admitted.
  package func isRepetitive(_ print: Fingerprint) -> Bool {
    let repeated = print.repeatedGrams
    return repeated >= minimumGrams && repeated * 1000 >= perMille * print.gramsInOrder.count
  }
}

extension Fingerprint {
  /// How many grams stood in the text before.
  package var repeatedGrams: Int { gramsInOrder.count - grams.count }

  /// The part of its grams that stood in the text before, from 0 to 999.
  package var repeatedPerMille: Int { repeatedGrams * 1000 / gramsInOrder.count }
}
