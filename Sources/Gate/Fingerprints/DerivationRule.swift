// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// When a submitted text counts as derived from a registered work.
///
/// A text is derived when one of these holds, the first that does being the reason:
///
/// 1. it is the same text but for what folding ignores;
/// 2. at least ``submissionPerMille`` of its grams are in the work (an edited copy, an excerpt);
/// 3. at least ``registeredPerMille`` of the work's grams are in it (the work inside other text);
/// 4. it has one stretch of at least ``passageWords`` words of the work (a long excerpt inside a
///    much longer text);
/// 5. both texts are short, and ``shortPerMille`` of the runs of five words of either are in the
///    other, in at least ``shortStretches`` separate stretches (a short work in which every fifth
///    word is another; one quotation is one stretch).
///
/// Works that share no run of eight words are never compared. For 5 there must also be ``shortMinimumGrams`` shared runs, or half of the smaller side's.
/// For 2 and 3 there must also be ``minimumGrams`` shared grams, or half of the smaller side's own
/// where that is less, so that a common phrase does not decide about a text of two sentences.
/// Measured to find copies with 20 % of their words swapped from 300 words on.
/// Whole numbers only, so that every machine decides alike. `Documentation/gate.md` has the
/// measurements behind the standard values.
package struct DerivationRule: Sendable, Equatable {
  /// The part of the submission's grams, in thousandths, from which on it is derived.
  package var submissionPerMille: Int
  /// The part of the work's grams, in thousandths, from which on the submission is derived.
  package var registeredPerMille: Int
  /// How many distinct grams must be shared.
  package var minimumGrams: Int
  /// How many consecutive words of the work make a submission derived by themselves.
  package var passageWords: Int
  /// The part of either short text's runs of five words, in thousandths.
  package var shortPerMille = 100
  /// How many distinct runs of five words must be shared.
  package var shortMinimumGrams = 12
  /// In how many separate stretches.
  package var shortStretches = 4

  /// The measured values: eight hundredths of either side, 24 grams, 200 consecutive words; a tenth
  /// of the runs of five words of short texts, in four stretches.
  package static let standard = DerivationRule(
    submissionPerMille: 80, registeredPerMille: 80, minimumGrams: 24, passageWords: 200)

  /// Makes a rule; traps for thresholds that everything or nothing reaches.
  package init(
    submissionPerMille: Int, registeredPerMille: Int, minimumGrams: Int, passageWords: Int
  ) {
    precondition(
      (1...1000).contains(submissionPerMille) && (1...1000).contains(registeredPerMille),
      "a threshold lies between 1 and 1000 thousandths")
    precondition(minimumGrams >= 1 && passageWords >= 1, "a minimum is at least one")
    self.submissionPerMille = submissionPerMille
    self.registeredPerMille = registeredPerMille
    self.minimumGrams = minimumGrams
    self.passageWords = passageWords
  }

  /// Why the submission counts as derived from the work, or nil where it does not.
  package func reason(for match: Resemblance) -> Derivation? {
    if match.isSameText { return .sameText }
    let shared = match.sharedGrams
    if reaches(shared, of: match.submittedGrams, submissionPerMille, minimumGrams) {
      return .partOfSubmission
    }
    if reaches(shared, of: match.registeredGrams, registeredPerMille, minimumGrams) {
      return .partOfRegistered
    }
    if match.longestPassageWords >= passageWords { return .longPassage }
    return isShortCopy(match.short) ? .shortRuns : nil
  }

  private func isShortCopy(_ match: ShortResemblance) -> Bool {
    match.stretches >= shortStretches
      && reaches(
        match.sharedGrams, of: min(match.submittedGrams, match.registeredGrams), shortPerMille,
        shortMinimumGrams)
  }

  private func reaches(_ shared: Int, of total: Int, _ perMille: Int, _ minimum: Int) -> Bool {
    shared > 0 && shared >= min(minimum, (total + 1) / 2) && shared * 1000 >= perMille * total
  }
}

/// Why a submission counts as derived from a registered work.
package enum Derivation: String, Sendable, Equatable {
  /// The two differ in nothing but what folding ignores.
  case sameText = "same-text"
  /// Enough of the submission is in the work.
  case partOfSubmission = "part-of-submission"
  /// Enough of the work is in the submission.
  case partOfRegistered = "part-of-registered"
  /// One stretch of the submission is long enough by itself.
  case longPassage = "long-passage"
  /// Enough short runs of a short work are in a short submission.
  case shortRuns = "short-runs"
}
