// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Canonical
package import Concentration
package import Primitives
import Signing

/// By which rule proceeds are divided over people.
///
/// Exponents, cap, dividend, and what is done where a figure is not known. The file form is
/// `cadastre-restitution-policy/1`, signed by the operator.
package struct RestitutionPolicy: Sendable, Equatable {
  /// What is done with a territory of which a needed figure is not known.
  package enum Unknown: String, Sendable, CaseIterable {
    /// The computation stops.
    case refuse
    /// It gets nothing for its contribution, and is listed.
    case exclude
    /// Its income counts as the mean, and it is listed.
    case neutral
  }

  /// Who gets the part that the profile does not describe.
  package enum Undescribed: String, Sendable, CaseIterable {
    /// The computation stops.
    case refuse
    /// It is divided as what is described.
    case described
    /// It is divided per head.
    case dividend
  }

  /// Whose contribution counts.
  package enum People: String, Sendable, CaseIterable {
    /// All who speak the language, or live in the territory.
    case speakers
    /// Those of them who read, by CLDR's literacy.
    case readers
  }

  /// A figure that replaces CLDR's, with its source.
  package struct Correction: Hashable, Sendable {
    /// What is corrected.
    package enum Figure: String, Sendable, CaseIterable {
      case population, product, literacy, speakers
    }

    package let territory: String
    package let figure: Figure
    /// The language, of speakers only.
    package let language: String?
    /// People, international dollars, or parts of 10⁸.
    package let value: Int64
    package let source: String

    /// States a figure.
    package init(
      territory: String, figure: Figure, language: String?, value: Int64, source: String
    ) {
      self.territory = territory
      self.figure = figure
      self.language = language
      self.value = value
      self.source = source
    }
  }

  /// What the policy is called.
  package var name = "by contribution alone"
  /// η in parts per million: weight ∝ (mean income / income)^η.
  package var incomeExponent: Int64 = 0
  /// λ in parts per million: weight ∝ (part of the speakers / part of the corpus)^λ.
  package var speakerExponent: Int64 = 0
  /// *c* in parts per million: weights are held between 1/*c* and *c*.
  package var cap: Int64 = 1_000_000
  /// The part of the proceeds that is divided per head, in parts per million.
  package var dividend: Int64 = 0
  package var people = People.speakers
  package var unknown = Unknown.refuse
  package var undescribed = Undescribed.refuse
  /// The SHA-256 of the territory data the policy was made for; nil for any.
  package var territoryData: Digest?
  package var corrections: [Correction] = []
  package var bootstrap = Bootstrap(seed: 1, replicates: 1000)

  /// The largest exponent: three.
  package static let largestExponent: Int64 = 3_000_000
  /// The largest cap: a thousand.
  package static let largestCap: Int64 = 1_000_000_000
  /// The most corrections of a policy.
  package static let mostCorrections = 10_000

  /// The policy in force where none is given: weights of one, no dividend, everything unknown refused.
  package static let byContribution = RestitutionPolicy()

  /// Makes that policy, to be changed.
  package init() {}

  /// SHA-256 of the canonical bytes, without proof: what a result names.
  package var digest: Digest { SHA256.digest(json.canonicalBytes) }
}
