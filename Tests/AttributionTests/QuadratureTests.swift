// SPDX-FileCopyrightText: the Cadastre authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Attribution

@Suite struct QuadratureTests {
  /// The rule's mean of xⁿ between 0 and 1.
  private func mean(ofPower power: Int, _ rule: Quadrature.Rule) -> Double {
    func value(_ x: Double) -> Double { (0..<power).reduce(1.0) { product, _ in product * x } }
    var sum = rule.ends * (value(0) + value(1))
    for (weight, places) in zip(rule.inner, Quadrature.groups) {
      for place in places { sum += weight * value(place) }
    }
    return sum
  }

  @Test(arguments: zip(1...Quadrature.maximumLevel, [1, 3, 7, 13]))
  func `A rule is exact up to its degree and no further`(_ level: Int, _ degree: Int) {
    let rule = Quadrature.rule(level: level)
    for power in 0...degree {
      let error = mean(ofPower: power, rule) * Double(power + 1) - 1
      #expect(error.magnitude < 1e-14, "x^\(power): \(error)")
    }
    #expect((mean(ofPower: degree + 1, rule) * Double(degree + 2) - 1).magnitude > 1e-9)
  }

  @Test func `A level keeps the nodes of the level before`() {
    var groups = 0
    for level in 1...Quadrature.maximumLevel {
      let added = Quadrature.newGroups(level: level)
      #expect(added.lowerBound == groups)
      groups = added.upperBound
      #expect(Quadrature.rule(level: level).inner.count == groups)
    }
    #expect(groups == Quadrature.groups.count)
  }
}
