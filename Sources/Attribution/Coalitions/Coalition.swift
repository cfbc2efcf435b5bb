// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// A set of players out of at most 63; player i is bit i.
package struct Coalition: Hashable, Sendable, Comparable {
  /// The most players a game may have; more accounts are played as groups.
  package static let maximumPlayers = 63

  package var mask: UInt64

  package init(mask: UInt64) { self.mask = mask }

  package init(_ members: some Sequence<Int>) {
    mask = members.reduce(0) { $0 | 1 << UInt64($1) }
  }

  /// All of `count` players.
  package static func all(_ count: Int) -> Coalition { Coalition(mask: 1 << UInt64(count) - 1) }

  package var count: Int { mask.nonzeroBitCount }

  package func contains(_ player: Int) -> Bool { mask >> UInt64(player) & 1 == 1 }

  /// The members in ascending order.
  package var members: [Int] { (0..<64).filter(contains) }

  package func with(_ player: Int) -> Coalition { Coalition(mask: mask | 1 << UInt64(player)) }

  package func without(_ player: Int) -> Coalition {
    Coalition(mask: mask & ~(1 << UInt64(player)))
  }

  package static func < (left: Coalition, right: Coalition) -> Bool { left.mask < right.mask }
}
