// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

package import Register

/// What a source says about one use.
///
/// `allowed` is what the source says, never a grant: nothing in this project relies on it.
package enum Stance: String, Sendable, CaseIterable {
  case unknown
  case allowed
  case prohibited

  /// Both statements together: a prohibition wins, and silence adds nothing.
  package func combined(with other: Stance) -> Stance {
    if self == .prohibited || other == .prohibited { return .prohibited }
    return self == .unknown ? other : self
  }
}

/// What a source says about each purpose; unknown for what it does not speak of.
package struct Stances: Hashable, Sendable {
  private var known: [Purpose: Stance] = [:]

  /// Says nothing about anything.
  package init() {}

  /// Says the same about some purposes, nothing about the others.
  package init(_ stance: Stance, for purposes: some Sequence<Purpose>) {
    for purpose in purposes { self[purpose] = stance }
  }

  /// What a document counts as that ought to say something and cannot be read.
  package static let prohibitingAll = Stances(.prohibited, for: Purpose.allCases)

  /// What is said about a purpose.
  package subscript(purpose: Purpose) -> Stance {
    get { known[purpose] ?? .unknown }
    set { known[purpose] = newValue == .unknown ? nil : newValue }
  }

  /// The purposes of which this is said, in the order of the names.
  package func purposes(_ stance: Stance) -> [Purpose] {
    Purpose.allCases.filter { self[$0] == stance }.sorted { $0.rawValue < $1.rawValue }
  }

  /// Both statements together, purpose by purpose.
  package func combined(with other: Stances) -> Stances {
    var result = self
    for purpose in Purpose.allCases {
      result[purpose] = self[purpose].combined(with: other[purpose])
    }
    return result
  }

  /// The same without what is allowed, where a condition stands that no machine can judge.
  package var withoutAllowances: Stances { Stances(.prohibited, for: purposes(.prohibited)) }

  /// The same without what is prohibited.
  package var withoutProhibitions: Stances { Stances(.allowed, for: purposes(.allowed)) }

  /// Whether nothing is said at all.
  package var isSilent: Bool { known.isEmpty }
}
