// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

/// The part of the whole that the members who hold least hold, by their part of all members.
package struct LorenzCurve: Sendable {
  /// From nobody and nothing to everybody and everything; convex.
  package let points: [(members: Double, amount: Double)]
  /// Twice the area between the curve and the diagonal.
  package let gini: Double

  /// Adds groups up in their order, from the least for each member to the most.
  init(
    _ groups: [Distribution.Group], counts: [UInt32]?, members: UInt128, total: UInt128
  ) {
    var points: [(members: Double, amount: Double)] = [(0, 0)]
    points.reserveCapacity(groups.count + 1)
    var (below, held) = (UInt128(0), UInt128(0))
    var area = 0.0
    for (index, group) in groups.enumerated() {
      let count = UInt128(counts?[index] ?? 1)
      guard count > 0 else { continue }
      let before = held
      below += count * UInt128(group.members)
      held += count * UInt128(group.amount)
      // Each member of a group holds the same, so the curve is straight within it.
      area +=
        Double(count * UInt128(group.members)) / Double(members)
        * (Double(before + held) / Double(total))
      points.append((Double(below) / Double(members), Double(held) / Double(total)))
    }
    self.points = points
    gini = max(0, 1 - area)
  }

  /// What the part of the members that holds most holds; straight between the points.
  package func top(_ part: Double) -> Double {
    let place = 1 - part
    guard let index = points.firstIndex(where: { $0.members >= place }) else { return 0 }
    let (right, left) = (points[index], points[max(0, index - 1)])
    guard right.members > left.members else { return 1 - right.amount }
    let fraction = (place - left.members) / (right.members - left.members)
    return 1 - (left.amount + fraction * (right.amount - left.amount))
  }

  /// The heights of the curve at evenly spaced places, for drawing.
  package func heights(_ count: Int) -> [Double] {
    (0..<count).map { 1 - top(1 - Double($0) / Double(max(1, count - 1))) }
  }
}
