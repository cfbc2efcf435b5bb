// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Why a sum cannot be divided over territories.
package enum RestitutionError: Error, Hashable, Sendable {
  /// CLDR's file is not as it should be.
  case territoryData(line: Int, problem: String)
  /// The profile is not one.
  case profile(String)
  /// The policy is not one.
  case policy(String)
  case unknownTerritory(String)
  case unknownLanguage(String)
  /// Two rows speak for some of the same people.
  case overlap(String, String)
  /// Figures that the computation needs are not known.
  case missing([MissingFigure])
  /// The profile describes a part only, and the policy says nothing about the rest.
  case undescribed(units: Int64, whole: Int64)
  /// Nobody is left to divide over.
  case nobody
  /// The sum is zero or negative.
  case noProceeds
}

/// A figure that is needed and not known.
package struct MissingFigure: Hashable, Sendable {
  /// The territory's code, or those of the languages of a row.
  package let subject: String
  /// What is not known of it, such as `income`.
  package let figure: String

  /// Names a figure.
  package init(subject: String, figure: String) {
    self.subject = subject
    self.figure = figure
  }
}

extension RestitutionError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .territoryData(let line, let problem):
      "the territory data are not as CLDR writes them" + (line > 0 ? " (line \(line))" : "")
        + ": \(problem)"
    case .profile(let problem): "the profile cannot be used: \(problem)"
    case .policy(let problem): "the policy cannot be used: \(problem)"
    case .unknownTerritory(let code):
      "'\(code)' is no territory of CLDR: write two capital letters of ISO 3166-1, such as KE"
    case .unknownLanguage(let code):
      "'\(code)' is no language that CLDR counts speakers of: write its code, such as sw"
    case .overlap(let first, let second):
      "two rows of the profile speak for the same people: '\(first)' and '\(second)': make them one"
    case .missing(let figures):
      "\(figures.count) figures are not known: "
        + figures.prefix(5).map { "\($0.figure) of \($0.subject)" }.joined(separator: ", ")
        + (figures.count > 5 ? ", …" : "")
        + ": state them as corrections, or let the policy exclude what lacks them"
    case .undescribed(let units, let whole):
      "the profile describes all but \(units) of \(whole) units: let the policy say by 'undescribed'"
        + " who gets their part"
    case .nobody: "nobody is left to divide over: the profile's rows have neither people nor weight"
    case .noProceeds: "the proceeds are not above zero: there is nothing to divide"
    }
  }
}
