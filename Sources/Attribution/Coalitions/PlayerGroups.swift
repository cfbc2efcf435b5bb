// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// Groups accounts into the players of a game of coalitions.
package enum PlayerGroups {
  /// The player of each account.
  ///
  /// With no more accounts than players each plays for itself. Otherwise the group with the smallest
  /// positive credits joins the group it is most like, until there are few enough: groups become
  /// about equally large, since what retraining finds about a small one drowns in noise, and alike,
  /// since credits divide the alike best. Likeness is the cosine of the credits over the targets.
  ///
  /// - Parameters:
  ///   - credits: By account, then target, in any unit.
  ///   - players: The most players, at least 1.
  /// - Returns: Players are numbered by their first account.
  /// - Complexity: O(accounts² · targets).
  package static func players(credits: [[Int64]], players: Int) -> [Int] {
    var groups = credits.enumerated().map { Group(accounts: [$0], credits: $1.map(Double.init)) }
    while groups.count > max(players, 1) {
      var smallest = 0
      for index in groups.indices where groups[index].size < groups[smallest].size {
        smallest = index
      }
      let group = groups.remove(at: smallest)
      var nearest = 0
      var likeness = -Double.infinity
      for index in groups.indices {
        let own = groups[index].likeness(to: group)
        if own > likeness { (likeness, nearest) = (own, index) }
      }
      groups[nearest].join(group)
    }
    groups.sort { ($0.accounts.min() ?? 0) < ($1.accounts.min() ?? 0) }
    var player = [Int](repeating: 0, count: credits.count)
    for (index, group) in groups.enumerated() {
      for account in group.accounts { player[account] = index }
    }
    return player
  }

  private struct Group {
    var accounts: [Int]
    var credits: [Double]
    private(set) var size: Double
    private var length: Double

    init(accounts: [Int], credits: [Double]) {
      self.accounts = accounts
      self.credits = credits
      size = credits.reduce(0) { $0 + max(0, $1) }
      length = credits.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    func likeness(to other: Group) -> Double {
      guard length > 0, other.length > 0 else { return 0 }
      var sum = 0.0
      for index in credits.indices { sum += credits[index] * other.credits[index] }
      return sum / (length * other.length)
    }

    mutating func join(_ other: Group) {
      self = Group(
        accounts: accounts + other.accounts, credits: zip(credits, other.credits).map { $0 + $1 })
    }
  }
}
